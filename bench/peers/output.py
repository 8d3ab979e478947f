"""What the peers in Python share: Parquet in parts, and saying how far they are."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from bench.peers.task import Task

PART = 50_000
"""Rows of a file."""
EVENTS = pa.schema(
    [
        ("event_id", pa.string()),
        ("customer_id", pa.string()),
        ("type", pa.string()),
        ("occurred_ms", pa.int64()),
        ("session_ms", pa.int64()),
    ]
)
"""An event, once, and when its session began."""
ALERTS = pa.schema(
    [("customer_id", pa.string()), ("due_ms", pa.int64()), ("changed_by", pa.string()), ("value_minor", pa.int64())]
)
"""An abandoned cart: when that was due, the event that last changed it, what is in it."""


class Parts:
    """Rows into Parquet files of at most ``PART`` rows."""

    def __init__(self, folder: Path, schema: pa.Schema) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder, self._schema = folder, schema
        self._rows: list[Sequence[Any]] = []
        self._files = 0

    def add(self, row: Sequence[Any]) -> None:
        """In the order of the schema."""
        self._rows.append(row)
        if len(self._rows) >= PART:
            self.flush()

    def flush(self) -> None:
        """On return every row is in a file."""
        if self._rows:
            columns = [
                pa.array(column, field.type) for column, field in zip(zip(*self._rows, strict=True), self._schema, strict=True)
            ]
            pq.write_table(pa.Table.from_arrays(columns, schema=self._schema), self._folder / f"{self._files:05}.parquet")
            self._files += 1
            self._rows = []


class Output:
    """The two tables of the job, and the marks."""

    def __init__(self, task: Task) -> None:
        self.events = Parts(task.folder / "events", EVENTS)
        self.alerts = Parts(task.folder / "alerts", ALERTS)
        self._through = dict.fromkeys(range(task.partitions), 0)
        self._marks = list(enumerate(task.marks))

    def flush(self) -> None:
        self.events.flush()
        self.alerts.flush()

    def ticked(self, partition: int, at_ms: int) -> None:
        """Everything of the partition before ``at_ms`` has been dealt with."""
        self._through[partition] = at_ms
        while self._marks and min(self._through.values()) >= self._marks[0][1]:
            number, _ = self._marks.pop(0)
            if not self._marks:
                self.flush()
            print(f"mark {number}\n", end="", file=sys.__stdout__, flush=True)


def alert(row: Mapping[str, Any]) -> Sequence[Any]:
    """An alert's row from its fields."""
    return [row[name] for name in ALERTS.names]
