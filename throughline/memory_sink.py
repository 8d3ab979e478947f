"""A lake in memory, for the tests: the same guarantee as the Delta lake, without a disk.

The rule kept here is the lake's: a row whose offset is at or below its table's watermark of (epoch, partition) is there already
and is dropped. What was appended and not flushed is gone when the partition is assigned anew.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec

from schemas.tables import PROGRESS, TABLES, Row, Table

Owner = tuple[int, int]
"""(epoch, partition) of the log."""


class MemorySink:
    """Rows by table, once each. ``after_table`` is called when a table's rows are durable: a test may raise there."""

    def __init__(self, after_table: Callable[[str], None] = lambda table: None) -> None:
        self.rows: dict[str, list[Row]] = {table.name: [] for table in TABLES}
        self.after_table = after_table
        self._decode = {table.name: msgspec.json.Decoder(table.row).decode for table in TABLES}
        self._watermarks: dict[tuple[str, Owner], int] = {}
        self._waiting: dict[tuple[str, Owner], list[tuple[int, bytes]]] = defaultdict(list)

    def watermarks(self, partition: int, epoch: int) -> None:
        """Begin to own a partition: forget rows of it that were not flushed."""
        for table in TABLES:
            self._waiting.pop((table.name, (epoch, partition)), None)

    def append(self, table: str, partition: int, epoch: int, rows: list[tuple[int, bytes]]) -> None:
        """Keep rows for the next flush."""
        self._waiting[table, (epoch, partition)].extend(rows)

    def flush(self, through: Mapping[tuple[int, int], int]) -> None:
        """On return every row up to ``through`` ((partition, epoch) → offset) is there, once; ``progress`` comes last."""
        for table in sorted(TABLES, key=lambda table: table.name == PROGRESS.name):
            for (partition, epoch), offset in through.items():
                self._write(table.name, (epoch, partition), offset)
            self.after_table(table.name)

    def latest(self, table: Table) -> Iterable[Row]:
        """The true rows: of each key's versions the last in the log, unless that one withdraws it."""
        versions: dict[tuple[Any, ...], Row] = {}
        for row in self.rows[table.name]:
            key = tuple(getattr(row, column) for column in table.key)
            if key not in versions or _place(versions[key]) <= _place(row):
                versions[key] = row
        return [row for row in versions.values() if not getattr(row, "withdrawn", False)]

    def _write(self, table: str, owner: Owner, through: int) -> None:
        waiting = self._waiting[table, owner]
        watermark = self._watermarks.get((table, owner), -1)
        fresh = [line for offset, line in waiting if watermark < offset <= through]
        if fresh:
            self.rows[table].extend(map(self._decode[table], fresh))
            self._watermarks[table, owner] = through
        self._waiting[table, owner] = [row for row in waiting if row[0] > through]


def _place(row: Row) -> tuple[int, int, int]:
    return row.log_epoch, row.log_offset, row.log_index
