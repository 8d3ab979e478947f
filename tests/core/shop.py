"""A shop on one page: events in, and what it says of them. Times are told as how long after noon."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from schemas.events import CATALOGUE
from schemas.tables import JOURNEYS, ORDERS, SESSIONS, DeadLetterRow, JourneyRow, OrderRow, SessionRow, SignalRow
from schemas.topics import REVOKE, SOURCE_TOPICS
from streams.journey.entries import Instant
from streams.journey.hashing import IdentifierHash
from streams.journey.routing import Source
from streams.journey.rules import Rules
from tests.agreement.stories import DAY, EPOCH, HOUR, MINUTE, NOON, SECOND, TICK, event, micros
from throughline.driver import Driver
from throughline.memory_sink import MemorySink

__all__ = ["DAY", "HASH", "HOUR", "MINUTE", "NOON", "SECOND", "TICK", "Shop", "after_noon", "event", "micros", "source"]

HASH = IdentifierHash(b"core")


def after_noon(at: Instant | None) -> timedelta | None:
    return None if at is None else EPOCH + timedelta(microseconds=at) - NOON


def source(said: dict[str, Any], place: int = 0) -> Source:
    """The event as a record, received when it occurred unless it says otherwise."""
    at = int((datetime.fromisoformat(said["occurred_at"]) - EPOCH) / TICK)
    return Source(SOURCE_TOPICS.index(CATALOGUE[said["type"]].topic), 0, place, at, json.dumps(said).encode())


class Shop:
    """One pipeline, heard and asked. ``hears`` feeds events as one batch, ``clock`` makes it so long after noon."""

    def __init__(self, rules: Rules | None = None, partitions: int = 1) -> None:
        self.sink = MemorySink()
        self.driver = Driver(self.sink, rules or Rules(), HASH, partitions=partitions, keep_log=True)
        self._heard = 0

    def hears(self, *events: dict[str, Any]) -> None:
        self.driver.feed([source(said, self._heard + place) for place, said in enumerate(events)])
        self._heard += len(events)

    def hears_one_by_one(self, events: Iterable[dict[str, Any]]) -> None:
        for said in events:
            self.hears(said)

    def takes_back(self, identifier: str, target: str, up_to: timedelta) -> None:
        """Somebody says that until then the identifier was not the target's."""
        said = {"identifier": identifier, "target": target, "at": micros(up_to), "event_id": f"not {target}"}
        self.driver.feed([Source(0, 0, self._heard, micros(up_to), json.dumps(said).encode(), REVOKE)])
        self._heard += 1

    def clock(self, after: timedelta) -> None:
        self.driver.tick(micros(after))

    def restarts(self) -> None:
        """A commit, and a new process."""
        self.driver.commit()
        self.driver.crash()

    # -- what it says

    @property
    def changes(self) -> list[tuple[str, str, str]]:
        """(status, kind, key) of all that was ever published, in order."""
        return [(row.status, row.kind, row.key) for row in self.driver.signals]

    @property
    def signals(self) -> list[SignalRow]:
        """What was published, in order."""
        return self.driver.signals

    def episodes(self) -> list[tuple[str, str, timedelta | None, timedelta | None, str]]:
        """(kind, key, opened, ended, status) of each episode that stands, in order of opening."""
        latest = {row.signal_id: row for row in self.driver.signals}
        standing = [row for row in latest.values() if row.status != "retracted"]
        standing.sort(key=lambda row: (row.opened_at, row.kind, row.key))
        return [(row.kind, row.key, after_noon(row.opened_at), after_noon(row.ended_at), row.status) for row in standing]

    def sessions(self) -> list[SessionRow]:
        self.driver.commit()
        found = [row for row in self.sink.latest(SESSIONS) if isinstance(row, SessionRow)]
        return sorted(found, key=lambda row: (row.subject, row.started_at))

    def journeys(self) -> list[JourneyRow]:
        self.driver.commit()
        found = [row for row in self.sink.latest(JOURNEYS) if isinstance(row, JourneyRow)]
        return sorted(found, key=lambda row: (row.subject, row.opened_at))

    def orders(self) -> list[OrderRow]:
        self.driver.commit()
        found = [row for row in self.sink.latest(ORDERS) if isinstance(row, OrderRow)]
        return sorted(found, key=lambda row: (row.subject, row.order_id))

    def letters(self) -> list[tuple[str, str | None]]:
        """(reason, event id) of every dead letter."""
        self.driver.commit()
        rows = [row for row in self.sink.rows["dead_letters"] if isinstance(row, DeadLetterRow)]
        return [(row.reason, row.event_id) for row in rows]
