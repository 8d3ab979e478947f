"""What is sent through the pipeline: simulated shoppers, and households that live by the thresholds.

A record keeps its place on the source topic (so a record is itself, whenever it is read) and the time it was received at.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from random import Random
from typing import Any

from schemas.events import CATALOGUE
from schemas.instants import micros, read_instant
from schemas.topics import REVOKE, SOURCE_TOPICS
from streams.journey.entries import Instant
from streams.journey.routing import Source
from tests.agreement.households import Pick, household
from throughline.simulator import Rates, World, simulate

DAY: Instant = 86_400_000_000
ROUGH = Rates(shared=0.3, duplicated=0.05, late=0.1, disordered=0.2, skewed=0.3, broken=0.02, too_late=0.01, conflicting=0)
"""Nothing conflicts: of two events with one id the first to arrive is the event, so there the order of arrival must matter."""


@dataclass(frozen=True)
class History:
    """Records in the order in which they were received, and the moment as of which all is asked."""

    records: tuple[Source, ...]
    end: Instant


@cache
def simulated(seed: int, shoppers: int = 60, days: int = 12, rates: Rates = ROUGH) -> History:
    """A simulated shop's traffic, long delivered when all is asked."""
    world = World(seed=seed, shoppers=shoppers, days=days, rates=rates)
    sent = [
        Source(SOURCE_TOPICS.index(record.topic), 0, place, record.received_at, record.value)
        for place, record in enumerate(simulate(world))
    ]
    return History(tuple(sent), world.as_of + 1)


def lived(events: Sequence[dict[str, Any]], end: Instant | None = None) -> History:
    """Events as they happened, each received at its very moment."""
    timed = sorted((micros(read_instant(event["occurred_at"])), place, event) for place, event in enumerate(events))
    records = tuple(
        Source(SOURCE_TOPICS.index(CATALOGUE[event["type"]].topic), 0, place, at, json.dumps(event).encode())
        for at, place, event in timed
    )
    return History(records, end if end is not None else timed[-1][0] + 1)


@cache
def town(seed: int, households: int = 40) -> History:
    """Households drawn by lot, with devices lent and orders shared, each meeting one threshold and its neighbours."""
    lot = Random(seed)
    events = [event for number in range(households) for event in household(f"{number:03}", lot.randint(1, 10), lot.choice)]
    return lived([event for event in events if event["occurred_at"] < "2024-05-20"], LATE_MAY)


LATE_MAY = micros(read_instant("2024-05-29T12:00:00Z"))


def revocation(place: int, pick: Pick, name: str = "") -> Source:
    """Somebody says that the tablet was not, up to then, this person's."""
    who, at = pick(("ada", "bob")), pick((0, 600, 86_400, 10 * 86_400))
    moment = NOON + at * 1_000_000
    said = {
        "identifier": f"anonymous:{name}tablet",
        "target": f"customer:{name}{who}",
        "at": moment,
        "event_id": f"revocation-{place}",
    }
    return Source(0, 1, place, moment, json.dumps(said).encode(), REVOKE)


NOON = micros(read_instant("2024-05-01T12:00:00Z"))
