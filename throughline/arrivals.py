"""History as a backfill reads it: lines in the order of arrival, stamped but not yet judged, with ticks between them.

An event arrives at its ``received_at``, else at its ``occurred_at``; a line that cannot be read arrives with the one before it.
"""

from __future__ import annotations

import heapq
from array import array
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import msgspec
from msgspec import Struct

from schemas.events import CATALOGUE
from schemas.failures import Stop
from schemas.instants import micros
from schemas.topics import SOURCE_TOPICS
from streams.journey.entries import Instant

TICK_EVERY: Instant = timedelta(hours=1) // timedelta(microseconds=1)
"""Ticks decide when something becomes known, never what is found: an hour is fine enough for history."""
_TOPIC = {name: SOURCE_TOPICS.index(kind.topic) for name, kind in CATALOGUE.items()}


class Arrival(Struct, order=True, gc=False):
    """A line of history."""

    at: Instant
    number: int
    """Its place among all lines read: what its offset would be."""
    topic: int
    """Its place in ``SOURCE_TOPICS``, by its type; the first where that cannot be told."""
    value: bytes


class _Stamp(Struct):
    """Of an event, what tells when it arrived and where it belongs."""

    occurred_at: datetime | None = None
    received_at: datetime | None = None
    type: str = ""


_stamp = msgspec.json.Decoder(_Stamp)


class History:
    """The lines of some files: looked through once for when each arrived, then read as often as one likes.

    Raises ``Stop`` where a file is not there.
    """

    def __init__(self, files: Sequence[Path]) -> None:
        for file in files:
            if not file.is_file():
                raise Stop(f"There is no history file {file}. Make one with `throughline import` or `throughline simulate`.")
        self._stamped = [(file, *_stamps(file)) for file in files]
        self.end: Instant = max((max(at, default=0) for _, at, _ in self._stamped), default=0)
        """The last arrival; 0 where there is none."""

    def __len__(self) -> int:
        return sum(len(at) for _, at, _ in self._stamped)

    def __iter__(self) -> Iterator[Arrival]:
        """All lines in the order of arrival."""
        streams = [_in_order(*stamped) for stamped in self._stamped]
        merged = streams[0] if len(streams) == 1 else heapq.merge(*streams, key=lambda arrival: arrival.at)
        for number, arrival in enumerate(merged):
            arrival.number = number
            yield arrival


def _in_order(file: Path, at: array[int], topic: array[int]) -> Iterator[Arrival]:
    """The file's lines as they stand if that is the order of arrival, else sorted, which takes the file's size in memory."""
    sorted_already = all(one <= other for one, other in pairwise(at))
    lines = _lines(file, at, topic)
    return lines if sorted_already else iter(sorted(lines))


def _lines(file: Path, at: array[int], topic: array[int]) -> Iterator[Arrival]:
    with file.open("rb") as lines:
        said = (value for line in lines if (value := line.rstrip(b"\r\n")))
        for number, value in enumerate(said):
            yield Arrival(at[number], number, topic[number], value)


def _stamps(file: Path) -> tuple[array[int], array[int]]:
    """Of each line, when it arrived and to which topic it belongs."""
    arrived, topics = array("q"), array("b")
    at: Instant = 0
    with file.open("rb") as lines:
        for line in lines:
            if not line.rstrip(b"\r\n"):
                continue
            topic = 0
            try:
                stamp = _stamp.decode(line)
            except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
                pass  # what it is, the router will say; when it came, its neighbour tells
            else:
                topic = _TOPIC.get(stamp.type, 0)
                at = _micros(stamp.received_at or stamp.occurred_at, at)
            arrived.append(at)
            topics.append(topic)
    return arrived, topics


def _micros(moment: datetime | None, otherwise: Instant) -> Instant:
    if moment is None or moment.tzinfo is None:
        return otherwise
    try:
        return micros(moment)
    except ValueError:
        return otherwise


def with_ticks(arrivals: Iterable[Arrival], every: Instant = TICK_EVERY) -> Iterator[Arrival | Instant]:
    """The arrivals, and between them the instants of ticks: each before what arrives at or after it, the last behind all."""
    last: Instant | None = None
    for arrival in arrivals:
        border = arrival.at // every * every
        if last is not None and last < border <= arrival.at:
            yield border
        last = arrival.at if last is None else max(last, arrival.at)
        yield arrival
    if last is not None:
        yield last
