"""The event set: what simulated shoppers do in the shop and their orders, in words on which all peers' definitions coincide.

Of a simulated life only the customer's own doing in the shop and the completed order is taken; each event names its customer and
nobody else, and no cart, so that a customer has one cart. Checkouts are left out: of an abandoned one Throughline tells in the
place of the cart. Times are whole milliseconds, strictly rising per customer; one event in a hundred comes a second time, up to
ten minutes later. What is received at a time stands in the partition before what is received later.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from random import Random
from typing import NamedTuple

from msgspec.structs import replace

from schemas.events import CATALOGUE
from schemas.topics import SOURCE_TOPICS, STOREFRONT
from streams.agents.ticks import tick
from streams.journey.entries import partition_of
from streams.publishing.publisher import Record
from throughline.simulator.drafts import Draft
from throughline.simulator.life import live
from throughline.simulator.person import Person
from throughline.simulator.wire import arrive
from throughline.simulator.world import CALM, DAY, HOUR, MINUTE, World

TYPES = frozenset(name for name, kind in CATALOGUE.items() if kind.topic == STOREFRONT and kind.own) | {"order_completed"}
TWICE = 0.01
TWICE_WITHIN = 10 * MINUTE
EVENTS_PER_SHOPPER = 10
"""Of these types, about."""
WARM_UP = 1 / 4
"""Of the events: before the first mark."""


class Sent(NamedTuple):
    at: int
    """When it is received (µs)."""
    customer: str
    value: bytes


@dataclass(frozen=True)
class Feed:
    """Events in the order in which they are received, and the two moments of measuring."""

    sent: list[Sent]
    mark: int
    """µs; the hour at which warming up ends."""
    until: int
    """µs; the last tick, behind the last silence."""

    @property
    def after_mark(self) -> int:
        return sum(one.at >= self.mark for one in self.sent)

    @property
    def warm_up(self) -> Feed:
        """Only what comes before the mark."""
        return Feed([one for one in self.sent if one.at < self.mark], self.mark, self.mark)

    @property
    def warm(self) -> Feed:
        """Only what comes from the mark on."""
        return Feed([one for one in self.sent if one.at >= self.mark], self.mark, self.until)

    def by_partition(self, partitions: int) -> dict[tuple[str, int], list[Record]]:
        """The records of every source topic's partitions, a tick of event time an hour among them."""
        appends: dict[tuple[str, int], list[Record]] = {
            (topic, place): [] for topic in SOURCE_TOPICS for place in range(partitions)
        }
        hour = self.sent[0].at // HOUR
        for one in self.sent:
            while hour < one.at // HOUR:
                hour += 1
                _tick_all(appends, hour * HOUR)
            key = f"customer:{one.customer}"
            record = Record(key.encode(), one.value, (), one.at // 1000)
            appends[STOREFRONT, partition_of(key, partitions)].append(record)
        _tick_all(appends, self.until)
        return appends


def _tick_all(appends: dict[tuple[str, int], list[Record]], at: int) -> None:
    record = replace(tick(at, replay=True), key=b"tick", timestamp=at // 1000)
    for records in appends.values():
        records.append(record)


def shopping(events: int, seed: int = 1) -> Feed:
    """About so many events of two weeks; the first quarter is for warming up."""
    world = World(seed=seed, shoppers=max(1, events // EVENTS_PER_SHOPPER), rates=CALM)
    people = (person for number in range(1, world.shoppers + 1) for person in live(world, number))
    sent = sorted(one for person in people for one in _sent(person, Random(f"{seed}/{person.number}/twice")))  # noqa: S311
    hour = sent[int(len(sent) * WARM_UP)].at // HOUR + 1
    return Feed(sent, hour * HOUR, world.end_at + DAY)


def beside(feed: Feed, customers: int) -> Feed:
    """The same events after a warm-up in which so many others have come once, looked at a page and gone."""
    first = feed.sent[0].at // HOUR * HOUR
    step = DAY // customers
    others = [
        Sent(at, f"o{number}", _look(at, number))
        for number in range(customers)
        for at in [first - DAY + number * step // 1000 * 1000]
    ]
    return Feed([*others, *feed.sent], first, feed.until)


def _look(at: int, number: int) -> bytes:
    return arrive(Draft(at, "page_viewed", f"o{number}-1", {"customer_id": f"o{number}"}, {"path": "/"}, channel="web"), at).value


def _sent(person: Person, rng: Random) -> Iterator[Sent]:
    last = 0
    for draft in _own(person.drafts):
        last = at = max(draft.at // 1000, last + 1)
        yield _one(person, draft, at * 1000, at * 1000)
        if rng.random() < TWICE:
            yield _one(person, draft, at * 1000, at * 1000 + rng.randrange(1000, TWICE_WITHIN, 1000))


def _own(drafts: Iterable[Draft]) -> list[Draft]:
    return sorted((draft for draft in drafts if draft.own and draft.type in TYPES), key=lambda draft: draft.at)


def _one(person: Person, draft: Draft, at: int, received_at: int) -> Sent:
    order = draft.ids.get("order_id") if draft.type == "order_completed" else None
    ids = {"customer_id": person.name, "order_id": order}
    return Sent(received_at, person.name, arrive(draft._replace(at=at, ids=ids, device=None), received_at).value)
