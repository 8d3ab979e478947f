"""What stands on journey.log: the one totally ordered input of a journey partition.

A Kafka record of journey.log holds a list of entries (msgpack); an entry's position is (offset, index in the list). Three
kinds of thing live on the log's partitions, each at ``partition_of`` its name: identifiers (``customer:ada``), which hold
touchpoints; and the keys of episodes (``cart:42``), which hold what journeys claim about them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from zlib import crc32

import msgspec
from msgspec import Struct

from schemas.events import CATALOGUE, CHANNELS, NUMBERED

_OWN = tuple(CATALOGUE[name].own for name in NUMBERED)
Instant = int
"""Microseconds since 1970-01-01 UTC."""
Version = tuple[int, int]
"""(epoch of the log, position): of two messages by one sender, the greater is the newer."""

INDEX_BITS = 20
"""A position is ``offset << INDEX_BITS | index``: one integer, ordered as the log is."""


def micros(duration: timedelta) -> Instant:
    """A duration in the core's unit."""
    return duration // timedelta(microseconds=1)


def position(offset: int, index: int) -> int:
    return offset << INDEX_BITS | index


def partition_of(name: str, partitions: int) -> int:
    """Where a subject or key lives. Not Python's ``hash``: that differs between processes."""
    return crc32(name.encode()) % partitions


class Touchpoint(Struct, array_like=True, gc=False):
    """An event as a journey remembers it: only what sessions, orders and detectors look at."""

    at: Instant
    event_id: str
    number: int
    """Its type's, in ``NUMBERED``."""
    source: tuple[int, int, int]
    """(topic, partition, offset) of the record it came in; topic as its place in ``SOURCE_TOPICS``."""
    channel_number: int | None = None
    """In ``CHANNELS``."""
    refs: dict[str, str] = {}
    """``cart checkout order shipment ticket`` where the event names one."""
    facts: dict[str, int | float | str | bool | None] = {}
    """The few properties that matter to the fold, by name."""
    digest: int = 0
    """CRC-32 of what the producer wrote: the same id with another digest is a conflict."""
    via: int = 0
    """Where it stands in the state of a subject: 0 its own, else the contributor it came through."""

    @property
    def type(self) -> str:
        return NUMBERED[self.number]

    @property
    def channel(self) -> str | None:
        return None if self.channel_number is None else CHANNELS[self.channel_number]

    @property
    def own(self) -> bool:
        """The customer's own doing, as opposed to a carrier's, the shop's or an agent's."""
        return _OWN[self.number]


class Transition(Struct, array_like=True, gc=False):
    """A step in an episode's life."""

    at: Instant
    status: str
    reason: str
    by_deadline: bool
    """Found by waiting: not published before the firing clock has passed it."""


class Claim(Struct, array_like=True, gc=False):
    """What a journey says of one episode, as far as the clock lets it be known. Which episode it is and who says so, the entry
    tells that brings it."""

    kind: str
    journey_id: str
    due_at: Instant
    severity: str
    evidence: list[tuple[str, int, int, int]]
    transitions: list[Transition]
    """Never empty, the first is ``opened``; a claim that is withdrawn is sent as ``None``."""
    value_minor: int | None = None
    currency: str | None = None


class EventEntry(Struct, array_like=True, tag="e", gc=False):
    subject: str
    touchpoint: Touchpoint
    row: bytes
    """The event's row for the lake as JSON, without its position."""
    late: bool = False
    """Past the lateness window: remembered so that it counts once, folded into nothing."""


class LinkEntry(Struct, array_like=True, tag="l", gc=False):
    """``subject`` belongs to ``target`` from ``at`` on (or, revoked, never did by this event)."""

    subject: str
    target: str
    at: Instant
    event_id: str
    revoked: bool = False


class MergeEntry(Struct, array_like=True, tag="m", gc=False):
    """What ``sender`` contributes to ``subject``: all of it that it still has (``whole``) or what is new."""

    subject: str
    sender: str
    version: Version
    whole: bool
    touchpoints: list[Touchpoint]
    clock: Instant
    """The arrival clock under which its cause entered the log: what follows from it is in when the firing clock is past this."""
    gone: tuple[Instant, str] = (-1, "")
    """Up to this order it has let go of what it sent: that stays as it was."""


class ClaimEntry(Struct, array_like=True, tag="c", gc=False):
    subject: str
    """The key the episode is about: ``cart:42``, ``order:7`` …"""
    sender: str
    version: Version
    signal_id: str
    claim: Claim | None
    clock: Instant
    """The arrival clock under which its cause entered the log: once the keeper's firing clock is past it, no claim in its place
    is still on its way."""


class TickEntry(Struct, array_like=True, tag="t", gc=False):
    """All of these channels up to ``at`` stands before this entry."""

    level: int
    channels: list[str]
    at: Instant
    replay: bool = False


class GenesisEntry(Struct, array_like=True, tag="g", gc=False):
    """The first entry of a partition: names this incarnation of the log."""

    epoch: int
    """Epoch milliseconds at creation."""


class DeadLetterEntry(Struct, array_like=True, tag="d", gc=False):
    """A refused record on its way to the lake."""

    subject: str
    row: bytes


Entry = EventEntry | LinkEntry | MergeEntry | ClaimEntry | TickEntry | GenesisEntry | DeadLetterEntry

pack: msgspec.msgpack.Encoder = msgspec.msgpack.Encoder()
unpack: msgspec.msgpack.Decoder[list[Entry]] = msgspec.msgpack.Decoder(list[Entry])


def gathered(entries: Sequence[Entry]) -> list[Entry]:
    """The same entries with the ticks behind all others, and those of one moment as one.

    Every partition hears of every channel every second. One by one, sixty-four partitions would have nothing else to do. A tick
    may always stand further behind: even more of its channel is before it then.
    """
    ticks: dict[tuple[Instant, int, bool], list[str]] = {}
    others: list[Entry] = []
    for entry in entries:
        if type(entry) is TickEntry:
            ticks.setdefault((entry.at, entry.level, entry.replay), []).extend(entry.channels)
        else:
            others.append(entry)
    return others + [TickEntry(level, channels, at, replay) for (at, level, replay), channels in sorted(ticks.items())]
