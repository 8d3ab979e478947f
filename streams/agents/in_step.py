"""Records of many partitions in step: of all that waits, the oldest goes first.

To a worker that is behind, one fetch brings an hour of a busy topic and the whole week of a quiet one. Routed as they come,
orders would stand in the log days before the clicks that led to them, and every journey would be folded again and again. Nobody
is waited for: a partition of which nothing has come holds nothing up. (Kafka Streams chooses its next record by the same rule.)
"""

from __future__ import annotations

import heapq
from asyncio import Queue
from collections import deque
from collections.abc import Sequence
from typing import Any, NamedTuple

from faust.types import TP, EventT

PIECE = 32
"""Records of a partition that are taken together."""


class Piece(NamedTuple):
    records: Sequence[Any]
    batch: EventT
    last: bool
    """With it all of the batch is taken."""


class InStep:
    """Batches that were delivered and are not worked off, each partition's in their order.

    At most ``most`` of them; what is more stays in the queue.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._lines: dict[TP, deque[Piece]] = {}
        self._heads: list[tuple[int, TP]] = []
        """A heap of the lines by the time of their first record."""
        self._batches = 0

    def __bool__(self) -> bool:
        return bool(self._heads)

    def held(self) -> frozenset[TP]:
        """The partitions of which something waits for older records of others."""
        return frozenset(tp for _, tp in self._heads) - {tp for _, tp in self._heads[:1]}

    def add(self, batch: EventT) -> None:
        tp, pieces = batch.message.tp, _pieces(batch)
        if tp in self._lines:
            self._lines[tp].extend(pieces)
        else:
            self._lines[tp] = deque(pieces)
            heapq.heappush(self._heads, (_time(pieces[0]), tp))
        self._batches += 1

    def fill(self, queue: Queue[EventT]) -> None:
        """With what was delivered meanwhile."""
        while self._batches < self._most and not queue.empty():
            self.add(queue.get_nowait())

    def oldest(self, records: int) -> list[Piece]:
        """So many records, or a few more."""
        taken: list[Piece] = []
        count = 0
        while self._heads and count < records:
            taken.append(piece := self._next())
            count += len(piece.records)
        return taken

    def _next(self) -> Piece:
        _, tp = self._heads[0]
        line = self._lines[tp]
        piece = line.popleft()
        self._batches -= piece.last
        if line:
            heapq.heapreplace(self._heads, (_time(line[0]), tp))
        else:
            heapq.heappop(self._heads)
            del self._lines[tp]
        return piece


def _pieces(batch: EventT) -> list[Piece]:
    records = batch.message.value
    ends = range(PIECE, len(records) + PIECE, PIECE)
    return [Piece(records[end - PIECE : end], batch, last=end >= len(records)) for end in ends]


def _time(piece: Piece) -> int:
    return int(piece.records[0].timestamp)
