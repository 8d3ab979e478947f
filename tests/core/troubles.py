"""How the stories of single detectors are told: ada's doings and her parcels in one line each, and what is said of one kind."""

from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from schemas.tables import SignalRow
from streams.journey.detectors import DETECTORS, Detector
from streams.journey.rules import Rules
from tests.core.shop import DAY, NOON, TICK, Shop, after_noon, event

NOW = timedelta()
LONG_AFTER = 400 * DAY
Event = dict[str, Any]
AROUND = pytest.mark.parametrize("step", [-TICK, NOW, TICK], ids=["before", "at", "after"])


def it(name: str, after: timedelta = NOW, properties: dict[str, Any] | None = None, /, **fields: Any) -> Event:
    """Something of ada's, so long after noon; known by what it was and when unless its ``event_id`` is said."""
    return event(name, after, **({"event_id": f"{name} {after}", "customer_id": "ada", "properties": properties or {}} | fields))


def later(after: timedelta) -> str:
    return (NOON + after).isoformat()


def heard(*events: Event, until: timedelta = LONG_AFTER, detectors: tuple[Detector, ...] = DETECTORS) -> Shop:
    """One by one, as it happened; no episode is opened twice."""
    shop = Shop(Rules(detectors=detectors))
    shop.hears_one_by_one(sorted(events, key=lambda one: (one["occurred_at"], one["event_id"])))
    shop.clock(until)
    begun = Counter(row.signal_id for row in shop.signals if row.status == "opened")
    assert set(begun.values()) <= {1}
    return shop


def told(kind: str, *events: Event, until: timedelta = LONG_AFTER) -> list[SignalRow]:
    """All that is said of the kind, in order."""
    return [row for row in heard(*events, until=until).signals if row.kind == kind]


def found(
    kind: str, *events: Event, until: timedelta = LONG_AFTER, detectors: tuple[Detector, ...] = DETECTORS
) -> list[tuple[timedelta | None, timedelta | None, str]]:
    """(opened, ended, status) of each episode of the kind, in order of opening."""
    episodes = heard(*events, until=until, detectors=detectors).episodes()
    return [(opened, ended, status) for one, _, opened, ended, status in episodes if one == kind]


def opened(kind: str, *events: Event, until: timedelta = LONG_AFTER) -> list[timedelta | None]:
    """When each episode of the kind began."""
    return [one[0] for one in found(kind, *events, until=until)]


def keys(kind: str, *events: Event, until: timedelta = LONG_AFTER) -> list[str]:
    """What each episode of the kind is about, in order of opening."""
    return [key for one, key, *_ in heard(*events, until=until).episodes() if one == kind]


def evidence(row: SignalRow) -> list[str]:
    return [one["event_id"] for one in json.loads(row.evidence)]


def moment_of(row: SignalRow) -> timedelta | None:
    return after_noon(row.opened_at)
