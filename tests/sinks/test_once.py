"""The kit of the sink: doing it twice is doing it once, whoever does it and whenever it was interrupted."""

from pathlib import Path

import pyarrow as pa
import pytest
from deltalake import DeltaTable, write_deltalake

from schemas.failures import Retry, Stop
from schemas.tables import EVENTS
from sinks.duck import connect
from sinks.lake import Lake
from sinks.rows import parse, stored_schema
from tests.sinks.made import EPOCH, ask, event, events, line, raw_ids, session


def brought(lake: Lake, rows: list[tuple[int, bytes]], through: int, partition: int = 0, epoch: int = EPOCH) -> None:
    lake.append("events", partition, epoch, rows)
    lake.flush({(partition, epoch): through})


def test_rows_are_there_once_when_flush_returns(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    brought(lake, events("a", "b"), through=1)
    assert raw_ids(tmp_path) == ["a", "b"]


def test_a_flush_repeated_writes_nothing(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    brought(lake, events("a"), through=0)
    version = DeltaTable(tmp_path / "events").version()
    brought(lake, events("a"), through=0)
    lake.flush({(0, EPOCH): 0})
    assert (raw_ids(tmp_path), DeltaTable(tmp_path / "events").version()) == (["a"], version)


def test_a_restarted_worker_brings_what_is_there_and_more_and_only_more_is_added(tmp_path: Path) -> None:
    brought(Lake(tmp_path), events("a", "b"), through=1)
    again = Lake(tmp_path)
    again.watermarks(0, EPOCH)
    brought(again, events("a", "b", "c"), through=2)
    assert raw_ids(tmp_path) == ["a", "b", "c"]


def test_rows_behind_the_flushed_offset_wait_for_the_next_flush(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    brought(lake, events("a", "b", "c"), through=1)
    assert raw_ids(tmp_path) == ["a", "b"]
    lake.flush({(0, EPOCH): 2})
    assert raw_ids(tmp_path) == ["a", "b", "c"]


def test_a_partition_that_is_not_flushed_waits(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    lake.append("events", 1, EPOCH, events("of another"))
    brought(lake, events("a"), through=0)
    assert raw_ids(tmp_path) == ["a"]


def test_rows_that_were_not_flushed_are_forgotten_at_an_assignment(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    lake.append("events", 0, EPOCH, events("read before the rebalance"))
    lake.watermarks(0, EPOCH)
    brought(lake, events("read after it"), through=0)
    assert raw_ids(tmp_path) == ["read after it"]


def test_no_rows_no_commit(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    lake.watermarks(0, EPOCH)
    lake.flush({(0, EPOCH): 100})
    assert DeltaTable(tmp_path / "events").version() == 0


def test_partitions_share_one_commit(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    for partition in range(4):
        lake.append("events", partition, EPOCH, events(f"of {partition}"))
    lake.flush({(partition, EPOCH): 0 for partition in range(4)})
    assert (DeltaTable(tmp_path / "events").version(), len(raw_ids(tmp_path))) == (1, 4)


def test_a_new_incarnation_of_the_log_starts_at_offset_0_and_is_neither_skipped_nor_doubled(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    brought(lake, events("a", "b"), through=1)
    brought(lake, events("c", "d"), through=1, epoch=EPOCH + 1)
    brought(lake, events("c", "d"), through=1, epoch=EPOCH + 1)
    assert sorted(raw_ids(tmp_path)) == ["a", "b", "c", "d"]


def test_a_zombie_that_knows_an_old_watermark_is_stopped_and_writes_nothing(tmp_path: Path) -> None:
    zombie, owner = Lake(tmp_path), Lake(tmp_path)
    for worker in (zombie, owner):
        worker.watermarks(0, EPOCH)
    brought(owner, events("a", "b", "c"), through=2)
    with pytest.raises(Stop, match=r"partition 0 through offset 2 .* no longer owns it"):
        brought(zombie, events("a", "b"), through=1)
    assert raw_ids(tmp_path) == ["a", "b", "c"]


def test_a_zombie_is_stopped_even_where_its_view_of_the_table_is_new(tmp_path: Path) -> None:
    zombie, owner = Lake(tmp_path), Lake(tmp_path)
    for worker in (zombie, owner):
        worker.watermarks(0, EPOCH)
    brought(owner, events("a", "b", "c"), through=2)
    brought(zombie, [(7, line(event("its own")))], through=7, partition=1)  # reads the owner's commit along the way
    with pytest.raises(Stop):
        brought(zombie, events("a", "b"), through=1)
    assert sorted(raw_ids(tmp_path)) == ["a", "b", "c", "its own"]


def test_who_gets_a_partition_back_goes_on_where_the_other_stopped(tmp_path: Path) -> None:
    first, second = Lake(tmp_path), Lake(tmp_path)
    brought(first, events("a"), through=0)
    second.watermarks(0, EPOCH)
    brought(second, events("a", "b"), through=1)
    first.watermarks(0, EPOCH)
    brought(first, events("a", "b", "c"), through=2)
    assert raw_ids(tmp_path) == ["a", "b", "c"]


def test_storage_that_fails_for_one_table_keeps_its_rows_for_the_next_flush(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    (tmp_path / "sessions").write_text("a file stands where the table should be")
    lake.append("sessions", 0, EPOCH, [(0, line(session("s")))])
    with pytest.raises(Retry, match="sessions did not answer"):
        brought(lake, events("a"), through=0)
    (tmp_path / "sessions").unlink()
    lake.flush({(0, EPOCH): 0})
    assert (raw_ids(tmp_path), raw_ids(tmp_path, "sessions", "session_id")) == (["a"], ["s"])


def test_a_commit_that_landed_though_its_answer_was_lost_is_known_by_its_offset(tmp_path: Path) -> None:
    checkpoint_each_commit = {"delta.checkpointInterval": "1"}
    DeltaTable.create(tmp_path / "events", stored_schema(EVENTS), configuration=checkpoint_each_commit)
    (tmp_path / "events/_delta_log/_last_checkpoint/in the way").mkdir(parents=True)  # fails behind the commit
    lake = Lake(tmp_path)
    brought(lake, events("a", "b"), through=1)
    brought(lake, events("a", "b", "c"), through=2)
    assert raw_ids(tmp_path) == ["a", "b", "c"]


def test_a_lake_of_an_older_version_takes_the_new_columns_and_its_rows_have_none_there(tmp_path: Path) -> None:
    older = pa.schema([field for field in stored_schema(EVENTS) if field.name != "cart_id"])
    old = parse(EVENTS, [line(event("old"))]).select(older.names)
    write_deltalake(tmp_path / "events", old)
    assert ask(tmp_path, "SELECT event_id, cart_id FROM events") == [("old", None)]
    brought(Lake(tmp_path), [(1, line(event("new", cart_id="c", log_offset=1)))], through=1)
    assert ask(tmp_path, "SELECT event_id, cart_id FROM events ORDER BY 1") == [("new", "c"), ("old", None)]


def test_a_lake_named_by_a_url_is_written_and_read_as_one_named_by_a_folder(tmp_path: Path) -> None:
    brought(Lake(f"file://{tmp_path}/lake/"), events("a"), through=0)
    assert raw_ids(tmp_path / "lake") == ["a"]
    with connect(f"file://{tmp_path}/lake") as connection:
        assert connection.execute("SELECT event_id FROM events").fetchall() == [("a",)]
