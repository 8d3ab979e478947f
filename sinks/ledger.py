"""One Delta table, and how far each partition of journey.log has been written into it.

The rule kept here: **the rows of a partition are in the table once, however often and by whomever they are written.**
Each commit carries the offset it reaches as a Delta transaction (``epoch/partition`` → offset). Delta does not refuse an
older transaction by itself, so two things are done about it: the offset this process knows is compared with the table's
before a commit, and the commit goes through the same handle that was compared, which delta-rs refuses when another
writer has moved the same transaction meanwhile.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from threading import RLock
from time import sleep
from typing import TypeVar

import pyarrow as pa
from deltalake import ColumnProperties, CommitProperties, DeltaTable, Transaction, WriterProperties, write_deltalake
from deltalake.exceptions import DeltaError, SchemaMismatchError, TableNotFoundError

from schemas.failures import Retry, Stop
from schemas.tables import Table
from sinks.rows import stored_schema

NEVER = -1
"""The watermark of a partition that nothing was written of."""
ATTEMPTS = 6
FIRST_PAUSE = 0.05
ROW_GROUP = 1 << 18
T = TypeVar("T")
TRANSIENT = (DeltaError, OSError)


def app_id(partition: int, epoch: int) -> str:
    """Names a partition of one incarnation of the log, so that offsets that start at 0 again are new ones."""
    return f"{epoch}/{partition}"


def told(problem: BaseException) -> str:
    """The storage's own words on one line, without the colours and arrows it prints."""
    return " ".join(re.sub(r"\x1b\[\d*m|↳", "", str(problem)).split()).rstrip(".")


def parquet(table: Table) -> WriterProperties:
    """Zstandard, and row groups of a quarter million: DuckDB reads small ones many times slower, huge ones with one thread.

    Dictionaries only where values repeat; for numbers, instants and keys they cost a fifth of the time and save nothing.
    """
    repeating = {field.name for field in table.schema if field.type == pa.string()} - set(table.key)
    plain = {name: ColumnProperties(dictionary_enabled=False) for name in table.row.__struct_fields__ if name not in repeating}
    return WriterProperties(compression="ZSTD", compression_level=1, max_row_group_size=ROW_GROUP, column_properties=plain)


@dataclass
class Ledger:
    """A table at ``location``, created when first needed. Safe to call from several threads."""

    table: Table
    location: str
    storage_options: dict[str, str] | None = None
    _handle: DeltaTable | None = None
    _known: dict[str, int] = field(default_factory=dict)
    """The watermark of each transaction id as this process left or found it."""
    _tried: dict[str, int] = field(default_factory=dict)
    """Where the last commit was to reach: one whose answer got lost may have landed."""
    _lock: RLock = field(default_factory=RLock)

    def load(self, app: str) -> int:
        """Read the watermark anew, as at an assignment: whoever owned the partition before has finished or is fenced."""
        with self._lock:
            self._known[app] = self._persist(lambda: self._read(app))
            self._tried.pop(app, None)
            return self._known[app]

    def settle(self, apps: Iterable[str]) -> dict[str, int]:
        """The watermarks of what is about to be written: a commit whose answer got lost counts if it has landed.

        Raises ``Stop`` where another worker has written a partition that this one believed its own.
        """
        with self._lock:
            return self._persist(lambda: self._settled(apps))

    def commit(self, rows: pa.Table, reached: Mapping[str, int]) -> None:
        """On return the rows are durable and each id of ``reached`` stands at its offset, in one atomic commit.

        Raises ``Retry`` when storage fails for longer than a few pauses, ``Stop`` when another worker owns a partition.
        """
        with self._lock:
            self._persist(lambda: self._append(rows, reached))

    def handle(self) -> DeltaTable:
        """The table, opened or created. Processes that create it at the same moment all succeed."""
        with self._lock:
            if self._handle is None:
                self._handle = self._open()
            return self._handle

    def _settled(self, apps: Iterable[str]) -> dict[str, int]:
        if any(self._tried.get(app, NEVER) != self._known.get(app, NEVER) for app in apps):
            self.handle().update_incremental()
        found = {app: self._version(app) for app in apps}
        moved = {app: at for app, at in found.items() if at != self._known.setdefault(app, at)}
        if any(self._tried.get(app) != at for app, at in moved.items()):
            raise Stop(self._taken_over(moved))
        self._known.update(moved)
        return found

    def _append(self, rows: pa.Table, reached: Mapping[str, int]) -> None:
        if self._settled(reached) == reached:
            return
        self._tried.update(reached)
        transactions = [Transaction(app, offset) for app, offset in sorted(reached.items())]
        write_deltalake(
            self.handle(),
            rows,
            mode="append",
            schema_mode="merge",
            writer_properties=parquet(self.table),
            commit_properties=CommitProperties(app_transactions=transactions),
        )
        self._known.update(reached)

    def _persist(self, action: Callable[[], T]) -> T:
        """Do it until storage agrees: wait longer each time, then look at the table with fresh eyes."""
        for attempt in range(ATTEMPTS):
            try:
                return action()
            except SchemaMismatchError as problem:
                raise Stop(f"{self.location} has another shape than this version writes: {told(problem)}") from problem
            except TRANSIENT as problem:
                last = problem
            sleep(FIRST_PAUSE * 2**attempt)
            self._handle = None
        raise Retry(f"{self.location} did not answer in {ATTEMPTS} attempts: {told(last)}. Nothing is lost.") from last

    def _read(self, app: str) -> int:
        self.handle().update_incremental()
        return self._version(app)

    def _version(self, app: str) -> int:
        version = self.handle().transaction_version(app)
        return NEVER if version is None else version

    def _open(self) -> DeltaTable:
        """By trying: to ask first whether it is there (``is_deltatable``) would hold the interpreter's lock until storage
        answers, and a worker whose storage is silent would fall out of its group."""
        try:
            table = DeltaTable(self.location, storage_options=self.storage_options)
        except TableNotFoundError:
            self._create()
            table = DeltaTable(self.location, storage_options=self.storage_options)
        self._refuse_an_empty_commit(table)
        return table

    def _refuse_an_empty_commit(self, table: DeltaTable) -> None:
        """A file without a byte is what a power cut leaves of a commit, and delta-rs passes it over: its rows would be gone
        without a word."""
        if not any("operation" in commit for commit in table.history(1)):
            raise Retry(
                f"{self.location}: version {table.version()} is an empty file in its _delta_log, so what it wrote is "
                "not in the table. Put the file back from a copy, or make the lake anew: an empty folder, a `group` of its own."
            )

    def _create(self) -> None:
        DeltaTable.create(
            self.location,
            stored_schema(self.table),
            mode="ignore",
            name=self.table.name,
            configuration=_configuration(self.table),
            storage_options=self.storage_options,
        )

    def _taken_over(self, moved: Mapping[str, int]) -> str:
        where = ", ".join(
            f"partition {app.partition('/')[2]} through offset {at} (we knew {self._known[app]})" for app, at in moved.items()
        )
        return (
            f"Another worker has written to {self.location}: {where}. This worker no longer owns it and stops, "
            "so that nothing is written twice; nothing is lost."
        )


def _configuration(table: Table) -> dict[str, str | None]:
    """Seven days to travel back, a checkpoint each 50 commits, and file statistics of what a reader prunes by."""
    pruned_by = dict.fromkeys(("log_partition", "log_epoch", "log_offset", table.sort, *table.key))
    return {
        "delta.logRetentionDuration": "interval 7 days",
        "delta.deletedFileRetentionDuration": "interval 7 days",
        "delta.enableExpiredLogCleanup": "true",
        "delta.checkpointInterval": "50",
        "delta.dataSkippingStatsColumns": ",".join(pruned_by),
    }
