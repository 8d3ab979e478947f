"""What was given to Throughline, as it lay there: lines of history files, or records of the source topics."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

HISTORY = "history"
"""Stands for the topic of a record that never saw one."""


class Record(NamedTuple):
    topic: str
    partition: int
    offset: int
    timestamp: int | None
    """µs since 1970 (UTC), as the broker has it; None in a file, where only the event itself may know when it came."""
    value: bytes
    control: str | None = None
    """``tick`` or ``revoke`` for what Throughline itself wrote on a source topic."""


def read_files(paths: Iterable[Path]) -> Iterator[Record]:
    """The lines of JSONL files, in order. Empty lines are nobody's records."""
    offset = 0
    for path in paths:
        with path.open("rb") as lines:
            for line in lines:
                if value := line.rstrip(b"\r\n"):
                    yield Record(HISTORY, 0, offset, None, value)
                    offset += 1
