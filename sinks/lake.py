"""The lake: one Delta table per table of ``schemas.tables``, written once however often tried.

**Not partitioned, on purpose.** A folder per day would give a two-year backfill 730 files per flush, and a live flush two at
midnight; a log partition means nothing to whoever asks. Instead each file is sorted by the table's time column and carries
its statistics: events arrive roughly in the order of their time, so files and row groups prune by day as folders would, and
compaction merges neighbours.
"""

from collections.abc import Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from pathlib import Path
from threading import Lock

from schemas.failures import Retry, Stop
from schemas.tables import PROGRESS, TABLES, Table
from sinks.ledger import Ledger, app_id
from sinks.rows import parse

Row = tuple[int, bytes]
"""(offset in journey.log, the row as a JSON line)"""
Waiting = dict[str, list[Row]]
"""Rows by transaction id."""
WRITERS = 4
"""Tables written at the same time: parsing and writing leave the interpreter's lock."""


def location(lake: str | Path, table: Table) -> str:
    """Where a table lies: a folder of the lake's, on disk or in an object store."""
    return f"{str(lake).rstrip('/')}/{table.name}"


class Lake:
    """Writes rows of journey.log into the tables. A sink: doing it twice is doing it once.

    Rows wait in memory until ``flush``; what a killed process had there is made again from the log.
    """

    def __init__(self, path: str | Path, storage_options: dict[str, str] | None = None, writers: int = WRITERS) -> None:
        self._ledgers = {table.name: Ledger(table, location(path, table), storage_options) for table in TABLES}
        self._waiting: dict[str, Waiting] = {table.name: {} for table in TABLES}
        self._writers = writers
        self._lock = Lock()
        self._flushing = Lock()

    def watermarks(self, partition: int, epoch: int) -> None:
        """Begin to own a partition: learn how far each table has it, forget rows of it that were not flushed."""
        app = app_id(partition, epoch)
        with self._flushing, self._lock:
            for name, ledger in self._ledgers.items():
                ledger.load(app)
                self._waiting[name].pop(app, None)

    def append(self, table: str, partition: int, epoch: int, rows: list[Row]) -> None:
        """Keep rows for the next flush. Cheap, and safe while a flush runs in another thread."""
        with self._lock:
            self._waiting[table].setdefault(app_id(partition, epoch), []).extend(rows)

    def flush(self, through: Mapping[tuple[int, int], int]) -> None:
        """On return every row up to ``through`` ((partition, epoch) → offset) is durable, once. Blocking.

        One commit per table that has rows, none for one that has not; rows at or below a table's watermark are there
        already and dropped. May be called again after ``Retry``, which keeps what is not durable. ``Stop`` means that
        another worker owns a partition: nothing of it was written by this one since.
        """
        reached = {app_id(partition, epoch): offset for (partition, epoch), offset in through.items()}
        with self._flushing:
            self._write_all([name for name in self._ledgers if name != PROGRESS.name], reached)
            self._write_all([PROGRESS.name], reached)  # last: it says that the rows before it are there

    def _write_all(self, names: Iterable[str], reached: Mapping[str, int]) -> None:
        taken = self._take(names, reached)
        with ThreadPoolExecutor(self._writers, thread_name_prefix="lake") as writers:
            writes = [writers.submit(self._write, name, rows, reached) for name, rows in taken.items()]
        _raise_worst(write.exception() for write in writes)

    def _take(self, names: Iterable[str], apps: Collection[str]) -> dict[str, Waiting]:
        """What waits for these tables, no longer waiting; tables for which nothing does are not named."""
        with self._lock:
            waiting = {name: self._waiting[name] for name in names}
            taken = {name: {app: rows.pop(app) for app in apps if app in rows} for name, rows in waiting.items()}
        return {name: rows for name, rows in taken.items() if rows}

    def _write(self, name: str, rows: Waiting, reached: Mapping[str, int]) -> None:
        """Write what is due of one table; what is not, or could not be, waits for the next flush."""
        ledger = self._ledgers[name]
        kept = rows
        try:
            marks = ledger.settle(rows)
            fresh = {app: _between(rows[app], marks[app], reached[app]) for app in rows}
            lines = list(chain.from_iterable(fresh.values()))
            if lines:
                ledger.commit(parse(ledger.table, lines), {app: reached[app] for app in fresh if fresh[app]})
            kept = {app: [row for row in rows[app] if row[0] > reached[app]] for app in rows}
        finally:
            self._put_back(name, kept)

    def _put_back(self, name: str, rows: Waiting) -> None:
        with self._lock:
            for app in filter(rows.get, rows):
                self._waiting[name][app] = rows[app] + self._waiting[name].get(app, [])


def _between(rows: list[Row], watermark: int, through: int) -> list[bytes]:
    return [line for offset, line in rows if watermark < offset <= through]


def _raise_worst(problems: Iterable[BaseException | None]) -> None:
    """A programmer's error before ``Stop`` before ``Retry``: the one that asks for most decides."""
    raised = [problem for problem in problems if problem is not None]
    if raised:
        raise max(raised, key=lambda problem: 1 if isinstance(problem, Retry) else 2 if isinstance(problem, Stop) else 3)
