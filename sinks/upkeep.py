"""Keeping the lake fast and small: compaction, vacuum, and what there is.

All of it may run beside workers and readers. Compaction replaces files in one commit and appends do not conflict with it;
replaced files stay for ``KEPT``, so a connection opened before and a query at an older version still find them.
"""

import os
import sys
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from deltalake import DeltaTable
from deltalake.exceptions import CommitFailedError, DeltaError

from schemas.failures import Retry
from schemas.tables import TABLES, Table
from sinks.duck import connect
from sinks.lake import location
from sinks.ledger import parquet, told

KEPT = timedelta(days=7)
"""How long replaced files stay for readers and time travel."""


@dataclass(frozen=True)
class TableStatus:
    """What is on disk of a table: rows count all versions, bytes are those of the live files."""

    table: str
    version: int
    rows: int
    files: int
    bytes: int
    complete_through: datetime | None
    """Everything received until then is in it; None while nobody can say."""


def compact(lake: str | Path, storage_options: dict[str, str] | None = None) -> dict[str, tuple[int, int]]:
    """Merge small files with their neighbours in the log into large ones with large row groups; queries see the same rows.

    Returns the files before and after by table, where there was something to merge. Raises ``Retry`` if another
    compaction was faster.
    """
    merged = {}
    for table, handle in _tables(lake, storage_options):
        try:
            done = handle.optimize.compact(writer_properties=parquet(table))
        except CommitFailedError as problem:
            raise Retry(f"{table.name}: another process changed its files meanwhile; try again ({told(problem)})") from problem
        if done["numFilesRemoved"]:
            merged[table.name] = (done["numFilesRemoved"], done["numFilesAdded"])
    return merged


def vacuum(lake: str | Path, kept: timedelta = KEPT, storage_options: dict[str, str] | None = None) -> dict[str, int]:
    """Delete files that no version younger than ``kept`` uses, and what killed writers left; the number by table.

    A reader or a query at an older version than that fails afterwards, so ``kept`` is at least an hour.
    """
    hours = max(1, round(kept / timedelta(hours=1)))
    removed = {}
    for table, handle in _tables(lake, storage_options):
        gone = handle.vacuum(retention_hours=hours, dry_run=False, enforce_retention_duration=False, full=True)
        removed[table.name] = len(gone)
    return removed


def status(lake: str | Path, storage_options: dict[str, str] | None = None) -> list[TableStatus]:
    """Each table there is, in the order of ``TABLES``; none where there is no lake."""
    with connect(lake, storage_options) as connection:
        complete: dict[str, datetime] = dict(connection.execute('SELECT "table", complete_through FROM completeness').fetchall())
    return [_status(table, handle, complete.get(table.name)) for table, handle in _tables(lake, storage_options)]


def _status(table: Table, handle: DeltaTable, complete_through: datetime | None) -> TableStatus:
    files = pa.table(handle.get_add_actions(flatten=True))
    rows, size = (pc.sum(files.column(name)).as_py() or 0 for name in ("num_records", "size_bytes"))
    return TableStatus(table.name, handle.version(), rows, files.num_rows, size, complete_through)


def _tables(lake: str | Path, storage_options: dict[str, str] | None) -> list[tuple[Table, DeltaTable]]:
    places = [(table, location(lake, table)) for table in TABLES]
    try:
        there = [(table, place) for table, place in places if DeltaTable.is_deltatable(place, storage_options)]
        return [(table, DeltaTable(place, storage_options=storage_options)) for table, place in there]
    except (DeltaError, OSError) as problem:
        raise Retry(f"The lake at {lake} cannot be opened: {told(problem)}") from problem


def main(path: str) -> int:
    """Small files become large ones, and those that no recent version uses go; the exit code."""
    try:
        compact(path)
        vacuum(path)
    except Retry as problem:
        print(problem, file=sys.stderr)
        return os.EX_TEMPFAIL
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
