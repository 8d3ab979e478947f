"""Workers as real processes: killed −9 wherever they are, and several at once."""

import random
import subprocess
import sys
from pathlib import Path

from deltalake import DeltaTable

from sinks.lake import Lake
from tests.sinks.made import EPOCH, raw_ids

ROOT = Path(__file__).parents[2]


def start(lake: Path, offsets: Path, partition: int, last: int, step: int) -> subprocess.Popen[str]:
    call = [sys.executable, "-m", "tests.sinks.worker", str(lake), str(offsets), str(partition), str(last), str(step)]
    return subprocess.Popen(call, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def kill_after(worker: subprocess.Popen[str], flushes: int) -> None:
    assert worker.stdout is not None
    for _, _ in zip(range(flushes), worker.stdout, strict=False):
        pass
    worker.kill()
    worker.communicate()


def kill_within(worker: subprocess.Popen[str], seconds: float) -> None:
    """Kill so long after its first flush."""
    assert worker.stdout is not None
    worker.stdout.readline()
    try:
        worker.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        worker.kill()
        worker.communicate()


def finish(worker: subprocess.Popen[str]) -> None:
    said, _ = worker.communicate()
    assert said.endswith("done\n")


def expected(partitions: int, last: int) -> list[str]:
    return sorted(f"{partition}/{n}" for partition in range(partitions) for n in range(last))


def written(lake: Path) -> tuple[list[str], list[str]]:
    return sorted(raw_ids(lake)), sorted(raw_ids(lake, "sessions", "session_id"))


def test_killed_between_the_commit_and_the_offset_nothing_is_doubled(tmp_path: Path) -> None:
    lake, offsets = tmp_path / "lake", tmp_path / "offset"
    kill_after(start(lake, offsets, 0, 30, 10), flushes=1)  # it says "flushed" before it remembers the offset
    offsets.unlink(missing_ok=True)
    finish(start(lake, offsets, 0, 30, 7))  # and its next steps are others
    assert written(lake) == (expected(1, 30), expected(1, 30))


def test_killed_between_two_tables_both_are_whole_afterwards(tmp_path: Path) -> None:
    lake, offsets = tmp_path / "lake", tmp_path / "offset"
    Lake(lake).watermarks(0, EPOCH)
    in_the_way = lake / "sessions/_delta_log/00000000000000000001.json"
    in_the_way.mkdir()  # where the commit to sessions goes: the worker tries on while that to events is there
    worker = start(lake, offsets, 0, 20, 10)
    while DeltaTable(lake / "events").version() == 0:
        assert worker.poll() is None
    worker.kill()
    worker.communicate()
    in_the_way.rmdir()
    finish(start(lake, offsets, 0, 20, 10))
    assert written(lake) == (expected(1, 20), expected(1, 20))


def test_killed_at_random_moments_each_row_is_there_once(tmp_path: Path) -> None:
    lake, offsets = tmp_path / "lake", tmp_path / "offset"
    moments = random.Random(7)
    for _ in range(4):
        kill_within(start(lake, offsets, 0, 1_000, 10), seconds=moments.uniform(0, 0.3))
    through = int(offsets.read_text()) + 25
    finish(start(lake, offsets, 0, through, 10))
    assert written(lake) == (expected(1, through), expected(1, through))


def test_two_workers_append_at_once_from_the_tables_creation_on(tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    workers = [start(lake, tmp_path / f"offset-{partition}", partition, 100, 5) for partition in range(2)]
    for worker in workers:
        finish(worker)
    assert written(lake) == (expected(2, 100), expected(2, 100))
