"""The state of the partitions a worker owns, and the compacted topic it can be read back from.

Faust decides which changelog partitions to read, active and standby, and when the state is complete. What it reads goes into one
mapping per partition, in memory or on disk, so that a partition that leaves takes its state along and nothing of it can come back
stale. What a worker has written itself counts as read: a rebalance that leaves it a partition reads nothing twice.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from pathlib import Path
from typing import Any

import faust
from faust.stores.memory import Store
from faust.tables.table import Table
from faust.types import TP, EventT
from yarl import URL

from streams.agents.rocks import RocksFolder

OnOwned = Callable[[frozenset[int]], Awaitable[None]]

TABLE = "journeys"


class ChangelogStore(Store):
    """Subjects' packed states by partition.

    ``offset`` of a changelog partition is that of the last record in its states; the next recovery begins there.
    """

    folder: RocksFolder | None = None
    """Where states lie that do not lie in memory."""
    on_owned: OnOwned
    """Called with all partitions owned once their state is complete, before anything of them is delivered."""

    def __post_init__(self) -> None:
        self._partitions: dict[int, MutableMapping[str, bytes]] = {}
        self._offsets: dict[TP, int] = {}

    def partition(self, number: int) -> MutableMapping[str, bytes]:
        if number not in self._partitions:
            self._partitions[number] = {} if self.folder is None else self.folder.states(number)
        return self._partitions[number]

    def changelog(self, number: int) -> TP:
        return TP(self.table.changelog_topic_name, number)

    def drop(self, number: int) -> None:
        """Forget a partition: what it was can only be had from the changelog."""
        if self._partitions.pop(number, None) is not None and self.folder is not None:
            self.folder.remove(number)
        self._offsets = {tp: offset for tp, offset in self._offsets.items() if tp.partition != number}

    @property
    def data(self) -> Mapping[str, bytes]:
        """All of it, as Faust's table pages want to see it."""
        return ChainMap(*self._partitions.values())

    def apply_changelog_batch(self, batch: Iterable[EventT], to_key: Any, to_value: Any) -> None:
        """Take in what was fetched; a record without a value removes its key."""
        for event in batch:
            states = self.partition(event.message.partition)
            for record in event.message.value:
                if record.value is None:
                    states.pop(record.key.decode(), None)
                else:
                    states[record.key.decode()] = record.value
            self._offsets[event.message.tp] = event.message.offset

    def persisted_offset(self, tp: TP) -> int | None:
        return self._offsets.get(tp)

    def set_persisted_offset(self, tp: TP, offset: int) -> None:
        self._offsets[tp] = offset

    async def on_rebalance(self, assigned: set[TP], revoked: set[TP], newly_assigned: set[TP], generation_id: int = 0) -> None:
        for tp in revoked:
            if tp.topic == self.table.changelog_topic_name:
                self.drop(tp.partition)

    async def on_recovery_completed(self, active_tps: set[TP], standby_tps: set[TP]) -> None:
        """Faust waits for this and ignores how it ends, so the end of it is made known here."""
        try:
            await self.on_owned(frozenset(tp.partition for tp in active_tps))
        except Exception as error:
            await self.app.crash(error)


class ChangelogTable(Table):
    """A Faust table over :class:`ChangelogStore`."""

    def _new_store(self) -> ChangelogStore:
        return ChangelogStore(URL("memory://"), self.app, self, table_name=self.name)


def changelog_table(app: faust.App, partitions: int, state_dir: Path | None) -> ChangelogTable:
    """The table of an app. Its topic is only ever compacted: a partition emptied by retention could not be recovered (#597).

    States lie below ``state_dir``, or in memory.
    """
    table = app.tables.add(
        ChangelogTable(
            app,
            name=TABLE,
            partitions=partitions,
            schema=raw_schema(),
            key_type=bytes,
            value_type=bytes,
            beacon=app.tables.beacon,
            recovery_buffer_size=2,  # batches, each of many records; 1 means something else to Faust
        )
    )
    table.data.folder = None if state_dir is None else RocksFolder(state_dir)
    return table


def raw_schema() -> faust.Schema:
    """Bytes as they are: what is in them is not Faust's to know."""
    return faust.Schema(key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw")
