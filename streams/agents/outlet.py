"""One agent's way out: its appends in the order in which it made them, with the next being prepared meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Sequence

from schemas.topics import DEAD_LETTER
from streams.journey.entries import Entry, gathered, pack, partition_of
from streams.publishing.publisher import Appends, Publisher, Record

ENTRIES_AT_ONCE = 1024
RECORD_BYTES = 768 * 1024
"""What a packed record is kept to, unless one entry alone is larger."""


class Outlet:
    """Sends one set of appends at a time.

    A set is handed to the broker only when the one before it is acknowledged: if the broker takes neither, what a restarted
    worker finds in the log is a beginning of what was said, never the end of it without the beginning.
    """

    def __init__(self, publisher: Publisher) -> None:
        self.publisher = publisher
        self._last: asyncio.Task[None] | None = None

    async def send(self, appends: Appends) -> asyncio.Task[None]:
        """Wait for what was sent before, then send this; the task is done when all of it is acknowledged."""
        await self.settled()
        self._last = asyncio.create_task(self._publish(appends))
        return self._last

    async def settled(self) -> None:
        """On return everything sent so far is acknowledged."""
        if self._last is not None:
            await asyncio.shield(self._last)

    async def _publish(self, appends: Appends) -> None:
        await self.publisher.publish(appends)


def packed(entries: Sequence[Entry]) -> Iterator[Record]:
    """Entries of one partition, many to a record."""
    for start in range(0, len(entries), ENTRIES_AT_ONCE):
        yield from _packed(entries[start : start + ENTRIES_AT_ONCE])


def _packed(entries: Sequence[Entry]) -> Iterator[Record]:
    value = pack.encode(entries)
    if len(value) <= RECORD_BYTES or len(entries) == 1:
        yield Record(None, value)
    else:
        half = len(entries) // 2
        yield from _packed(entries[:half])
        yield from _packed(entries[half:])


def journey_log(topic: str, log: Iterable[tuple[int, Sequence[Entry]]]) -> dict[tuple[str, int], list[Record]]:
    """Entries by partition as appends to journey.log."""
    return {(topic, partition): list(packed(gathered(entries))) for partition, entries in log}


def letter_appends(letters: Iterable[tuple[str, bytes]], partitions: int) -> dict[tuple[str, int], list[Record]]:
    """Dead letters by their ids."""
    appends: dict[tuple[str, int], list[Record]] = {}
    for identity, letter in letters:
        appends.setdefault((DEAD_LETTER, partition_of(identity, partitions)), []).append(Record(identity.encode(), letter))
    return appends
