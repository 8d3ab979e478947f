"""The lake is kept fast and small beside whoever writes and reads."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread

import pyarrow.parquet as pq
from deltalake import DeltaTable

from schemas.tables import TABLES, ProgressRow
from sinks.lake import Lake
from sinks.upkeep import KEPT, compact, status, vacuum
from tests.sinks.made import EPOCH, NOON, ask, bring, event, line, raw_ids


def test_where_there_is_no_lake_there_is_nothing_to_do(tmp_path: Path) -> None:
    assert (status(tmp_path / "nowhere"), compact(tmp_path / "nowhere"), vacuum(tmp_path / "nowhere")) == ([], {}, {})


def test_status_counts_rows_files_and_says_how_far_it_is_complete(tmp_path: Path) -> None:
    for offset in range(3):
        bring(tmp_path, "events", [event(str(offset), log_offset=offset)])
    bring(tmp_path, "progress", [ProgressRow(partitions=1, arrived_through=NOON)])
    said = {table.table: table for table in status(tmp_path)}
    events = said["events"]
    assert (events.version, events.rows, events.files) == (3, 3, 3)
    assert events.bytes == sum(file.stat().st_size for file in (tmp_path / "events").glob("*.parquet"))
    assert events.complete_through == datetime.fromtimestamp(NOON / 1_000_000, UTC)
    assert said["progress"].rows == 1
    assert said.keys() <= {table.name for table in TABLES}


def test_compaction_makes_large_row_groups_of_the_same_rows(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    for flush in range(4):
        first = flush * 40_000
        rows = [(n, line(event(str(n), NOON + n, log_offset=n))) for n in range(first, first + 40_000)]
        lake.append("events", 0, EPOCH, rows)
        lake.flush({(0, EPOCH): rows[-1][0]})
    assert compact(tmp_path) == {"events": (4, 1)}
    (file,) = DeltaTable(tmp_path / "events").file_uris()
    groups = pq.ParquetFile(file).metadata
    assert [groups.row_group(n).num_rows for n in range(groups.num_row_groups)] == [160_000]
    assert sorted(map(int, pq.read_table(file, columns=["event_id"]).column(0).to_pylist())) == list(range(160_000))
    assert compact(tmp_path) == {}


def test_workers_append_while_it_compacts_and_nothing_is_lost(tmp_path: Path) -> None:
    def work() -> None:
        lake = Lake(tmp_path)
        for offset in range(40):
            lake.append("events", 0, EPOCH, [(offset, line(event(str(offset), log_offset=offset)))])
            lake.flush({(0, EPOCH): offset})

    worker = Thread(target=work)
    worker.start()
    while worker.is_alive():
        compact(tmp_path)
    worker.join()
    assert sorted(map(int, raw_ids(tmp_path))) == list(range(40))


def test_an_older_version_can_be_asked_after_compaction_and_vacuum(tmp_path: Path) -> None:
    for offset in range(3):
        bring(tmp_path, "events", [event(str(offset), log_offset=offset)])
    compact(tmp_path)
    vacuum(tmp_path)
    assert DeltaTable(tmp_path / "events", version=2).to_pyarrow_table().num_rows == 2


def test_vacuum_takes_what_is_older_than_the_time_kept_and_what_killed_writers_left(tmp_path: Path) -> None:
    bring(tmp_path, "events", [event("a")])
    (live,) = (tmp_path / "events").glob("*.parquet")
    old, fresh = live.with_name("left-long-ago.parquet"), live.with_name("being-written.parquet")
    for left in (old, fresh):
        left.write_bytes(live.read_bytes())
    then = (datetime.now(UTC) - KEPT - timedelta(hours=1)).timestamp()
    _touch(old, then)
    _touch(live, then)
    assert vacuum(tmp_path)["events"] == 1
    assert (old.exists(), fresh.exists(), ask(tmp_path, "SELECT event_id FROM events")) == (False, True, [("a",)])


def _touch(file: Path, at: float) -> None:
    os.utime(file, (at, at))
