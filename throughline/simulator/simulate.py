"""The world's records in the order they arrive, and its truth, as they come: nothing is held longer than it may still change.

Shoppers come in order of their first visit, and no record of a shopper arrives before it; so whatever arrives before the next
shopper's first visit can go out.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import msgspec

from throughline.simulator.account import account
from throughline.simulator.life import live
from throughline.simulator.truth import Oddity, Shopper, Summary, Truth
from throughline.simulator.wire import Record, Wire, arrive, watchman
from throughline.simulator.world import World

_Waiting = tuple[int, int, Record]


def simulate(world: World, tell: Callable[[Truth], None] = lambda truth: None) -> Iterator[Record]:
    """Every record of ``world``, in order of arrival; ``tell`` hears the truth line by line, the ``Summary`` last."""
    waiting: list[_Waiting] = []
    numbers = iter(range(10**18))
    counts: Counter[str] = Counter()
    signals: Counter[str] = Counter()
    for number in range(1, world.shoppers + 1):
        yield from _arrived(waiting, world.first_visit(number - 1), counts, tell)
        for person in live(world, number):
            wire = Wire(world.rates, Random(f"{world.seed}/{person.number}/wire"))  # noqa: S311 a story, no secret
            for draft in person.drafts:
                for record in wire.send(draft):
                    heapq.heappush(waiting, (record.received_at, next(numbers), record))
            shopper, episodes = account(person)
            tell(shopper)
            for episode in episodes:
                known = episode.as_of(world.as_of)
                if known is not None:
                    known.shopper = person.number
                    signals[known.kind] += 1
                    tell(known)
    heapq.heappush(waiting, (world.as_of, next(numbers), arrive(watchman(world), world.as_of)))
    tell(Shopper(0, [f"anonymous:d{world.seed}-0-1"], 1, [], [(world.as_of, "page_viewed")]))
    yield from _arrived(waiting, None, counts, tell)
    records = counts.pop("records", 0)
    tell(
        Summary(
            seed=world.seed,
            shoppers=world.shoppers,
            as_of=world.as_of,
            records=records,
            events=records - counts.total(),
            oddities=dict(sorted(counts.items())),
            signals=dict(sorted(signals.items())),
        )
    )


def _arrived(
    waiting: list[_Waiting], before: int | None, counts: Counter[str], tell: Callable[[Truth], None]
) -> Iterator[Record]:
    while waiting and (before is None or waiting[0][0] < before):
        record = heapq.heappop(waiting)[2]
        counts["records"] += 1
        if record.odd is not None:
            counts[record.odd.oddity] += 1
            tell(Oddity(counts["records"], record.odd.oddity, record.odd.reason, record.odd.event_id, record.odd.name))
        yield record


def write(world: World, events: Path, truth: Path, on_records: Callable[[int], None] = lambda records: None) -> Summary:
    """Write the world's records to ``events`` and its truth to ``truth``, a line each. On return both are whole.

    ``on_records`` hears how many records were written since it was last called.
    """
    encode = msgspec.json.Encoder().encode
    last: list[Truth] = []
    with events.open("wb") as lines, truth.open("wb") as told:

        def tell(fact: Truth) -> None:
            last[:] = [fact]
            told.write(encode(fact) + b"\n")

        for count, record in enumerate(simulate(world, tell), start=1):
            lines.write(record.value + b"\n")
            if count % 10_000 == 0:
                on_records(10_000)
    (summary,) = last
    assert isinstance(summary, Summary)
    on_records(summary.records % 10_000)
    return summary
