"""A worker as a process of its own: writes rows 0, 1, 2 … of one partition and remembers its offset behind each flush.

It is killed at any moment. As the real one it goes on behind the remembered offset, and its rows are a function of theirs.
"""

import sys
from pathlib import Path
from typing import Any

from sinks.lake import Lake
from tests.sinks.made import EPOCH, event, line, session


def work(lake_dir: Path, offsets: Path, partition: int, last: int, step: int) -> None:
    lake = Lake(lake_dir)
    lake.watermarks(partition, EPOCH)
    begin = int(offsets.read_text()) if offsets.exists() else 0
    for first in range(begin, last, step):
        rows = range(first, min(first + step, last))
        where: dict[str, Any] = {"log_epoch": EPOCH, "log_partition": partition}
        lake.append("events", partition, EPOCH, [(n, line(event(f"{partition}/{n}", log_offset=n, **where))) for n in rows])
        lake.append("sessions", partition, EPOCH, [(n, line(session(f"{partition}/{n}", log_offset=n, **where))) for n in rows])
        lake.flush({(partition, EPOCH): rows[-1]})
        print("flushed", rows[-1], flush=True)
        offsets.with_suffix(".new").write_text(str(rows[-1] + 1))
        offsets.with_suffix(".new").rename(offsets)
    print("done", flush=True)


if __name__ == "__main__":
    work(Path(sys.argv[1]), Path(sys.argv[2]), *map(int, sys.argv[3:]))
