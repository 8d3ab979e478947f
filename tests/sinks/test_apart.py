"""The lake in a process of its own keeps the promises of the one at home, and ends with who started it."""

import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from schemas.failures import Retry, Stop
from sinks.apart import LakeApart, tend
from sinks.upkeep import status
from tests.sinks.made import EPOCH, events, raw_ids

MOTHER = """
import sys, pathlib, time
from sinks.apart import LakeApart
lake = LakeApart(pathlib.Path(sys.argv[1]))
lake.watermarks(0, 1)
print(lake.pid, flush=True)
sys.stdin.read()
"""


@contextmanager
def apart(path: Path) -> Iterator[LakeApart]:
    lake = LakeApart(path)
    try:
        yield lake
    finally:
        lake.close()


def brought(lake: LakeApart, rows: list[tuple[int, bytes]], through: int) -> None:
    lake.append("events", 0, EPOCH, rows)
    lake.flush({(0, EPOCH): through})


def test_rows_are_there_once_however_often_they_are_brought(tmp_path: Path) -> None:
    with apart(tmp_path) as lake:
        lake.watermarks(0, EPOCH)
        brought(lake, events("a", "b", "c"), through=1)
        assert raw_ids(tmp_path) == ["a", "b"]
        lake.flush({(0, EPOCH): 2})
        brought(lake, events("a", "b", "c"), through=2)
    assert raw_ids(tmp_path) == ["a", "b", "c"]


def test_upkeep_apart_merges_what_commits_left(tmp_path: Path) -> None:
    with apart(tmp_path) as lake:
        lake.watermarks(0, EPOCH)
        for through, row in enumerate(events("a", "b", "c")):
            brought(lake, [row], through)
    tend(tmp_path)
    assert [(table.rows, table.files) for table in status(tmp_path) if table.table == "events"] == [(3, 1)]


def test_upkeep_apart_of_a_lake_that_cannot_be_opened_is_put_off(tmp_path: Path) -> None:
    log = tmp_path / "events" / "_delta_log"
    log.mkdir(parents=True)
    (log / "00000000000000000000.json").write_text("no commit")
    with pytest.raises(Retry, match="cannot be opened"):
        tend(tmp_path)


def test_a_worker_takes_no_memory_for_what_only_the_lake_needs() -> None:
    words = "import sys, throughline.worker; print(*{'pyarrow', 'duckdb', 'deltalake', 'numpy'} & sys.modules.keys())"
    assert subprocess.run([sys.executable, "-c", words], capture_output=True, check=True, text=True).stdout == "\n"


def test_rows_that_were_not_flushed_are_forgotten_at_an_assignment(tmp_path: Path) -> None:
    with apart(tmp_path) as lake:
        lake.append("events", 0, EPOCH, events("of a partition that left"))
        lake.watermarks(0, EPOCH)
        brought(lake, events("a"), through=0)
    assert raw_ids(tmp_path) == ["a"]


def test_a_zombie_is_stopped_in_the_words_of_the_lake(tmp_path: Path) -> None:
    with ExitStack() as stack:
        zombie, owner = (stack.enter_context(apart(tmp_path)) for _ in range(2))
        for worker in (zombie, owner):
            worker.watermarks(0, EPOCH)
        brought(owner, events("a", "b", "c"), through=2)
        with pytest.raises(Stop, match=r"partition 0 through offset 2 .* no longer owns it"):
            brought(zombie, events("a", "b"), through=1)
    assert raw_ids(tmp_path) == ["a", "b", "c"]


def test_what_storage_refused_is_written_by_the_next_flush(tmp_path: Path) -> None:
    (tmp_path / "events").write_text("a file stands where the table should be")
    with apart(tmp_path) as lake:
        with pytest.raises(Retry):
            brought(lake, events("a"), through=0)
        (tmp_path / "events").unlink()
        lake.flush({(0, EPOCH): 0})
    assert raw_ids(tmp_path) == ["a"]


def test_a_writer_that_is_killed_is_told_and_another_takes_its_place(tmp_path: Path) -> None:
    with apart(tmp_path) as lake:
        lake.watermarks(0, EPOCH)
        killed = lake.pid
        os.kill(killed, signal.SIGKILL)
        with pytest.raises(Stop, match=r"ended with -9"):
            brought(lake, events("a"), through=0)
        lake.watermarks(0, EPOCH)
        brought(lake, events("a", "b"), through=1)
        assert lake.pid != killed
    assert raw_ids(tmp_path) == ["a", "b"]


def test_a_writer_that_dies_with_rows_in_hand_is_told_of_before_anything_else_is_asked(tmp_path: Path) -> None:
    """Or the next flush, which brings nothing, would be as good as done."""
    (tmp_path / "events").write_text("a file stands where the table should be")
    with apart(tmp_path) as lake:
        with pytest.raises(Retry):
            brought(lake, events("a"), through=0)
        os.kill(lake.pid, signal.SIGKILL)
        os.waitid(os.P_PID, lake.pid, os.WEXITED | os.WNOWAIT)
        with pytest.raises(Stop, match=r"ended with -9"):
            lake.watermarks(1, EPOCH)


def test_it_ends_with_a_worker_that_is_killed(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", MOTHER, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as mother:
        assert mother.stdout is not None
        child = int(mother.stdout.readline())
        watched = os.pidfd_open(child)
        mother.kill()
    try:
        assert _ended(watched, within=10.0)
    finally:
        os.close(watched)


def _ended(pidfd: int, within: float) -> bool:
    return bool(select.select([pidfd], [], [], within)[0])
