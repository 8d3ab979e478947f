"""Does an event cost more where more customers are known? The same traffic, in turn, beside few and beside many.

The same number of customers is active in both, spread evenly over all that are known. In turn, batch by batch: whatever else the
machine does slows both. Of each customer there is the open journey of a simulated one.
"""

from __future__ import annotations

import gc

from bench.population import copies, copy_name, journeys, lived
from bench.stopwatch import Stopwatch, resident
from bench.table import show, sizes
from bench.traffic import history, router, stitcher
from schemas.instants import moment
from streams.journey.effects import Effects
from streams.journey.entries import Entry
from streams.journey.routing import RouteOut, Source

BATCH = 2_000
CLOCK_NAME = "clock/0"
COMMIT_EVERY = 10
"""Batches."""


class Shop:
    """So many known customers, and the time their events have taken."""

    def __init__(self, states: dict[str, bytes], customers: int, active: int) -> None:
        known = [name for name in states if name.startswith("customer:")]
        times = max(1, customers // len(known))
        before = resident()
        self.stitcher = stitcher(copies(states, times))
        self.memory = resident() - before
        self.customers = len(known) * times
        self.took = Stopwatch()
        self._router = router()
        self._offset = self.stitcher.moment.offset
        self._out = Effects()
        everybody = [copy_name(name, number).partition(":")[2] for number in range(times) for name in known]
        self._active = [everybody[number * len(everybody) // active] for number in range(active)]

    def batch(self, number: int, at: int) -> None:
        """Everything of a batch of events but the reading and the lake."""
        records = [self._record(number * BATCH + place, at) for place in range(BATCH)]
        routed = RouteOut()
        with self.took:
            self._router.route(records, routed)
            self._take(routed.log[0])
            if number % COMMIT_EVERY == COMMIT_EVERY - 1:
                self.stitcher.commit(self._out)
                self._out = Effects()

    def _take(self, entries: list[Entry]) -> None:
        while entries:
            self._offset += 1
            self.stitcher.take(self._offset, entries, self._out)
            entries = self._out.log.pop(0, [])

    def _record(self, number: int, at: int) -> Source:
        customer = self._active[number * 7_919 % len(self._active)]
        when = moment(at + number).isoformat()
        value = (
            f'{{"event_id":"bench-{number}","type":"product_viewed","occurred_at":"{when}","customer_id":"{customer}","channel":"web",'
            f'"source":"bench","properties":{{"product_id":"p{number % 1_000}","price_minor":1999,"currency":"EUR"}}}}'
        )
        return Source(0, 0, number, at + number, value.encode())


def main() -> None:
    given = sizes(str(__doc__), events=15_000, few=10_000, many=1_000_000, batches=20)
    with history(given) as file:
        everything = lived(file)
    known = [name for name in journeys(everything) if name.startswith("customer:")]
    states = {name: everything[name] for name in (*known, CLOCK_NAME)}
    shops = [Shop(states, customers, given.few) for customers in (given.few, given.many)]
    at = shops[0].stitcher.clock.firing + 1
    gc.collect()
    for number in range(given.batches):
        for shop in shops if number % 2 else shops[::-1]:
            shop.batch(number, at)
    first = shops[0].took.processor
    show(
        ("customers", "events", "µs an event", "µs of processor", "ratio", "GB of memory"),
        [
            (
                f"{shop.customers:,}",
                f"{given.batches * BATCH:,}",
                f"{shop.took.wall / given.batches / BATCH * 1e6:.1f}",
                f"{shop.took.processor / given.batches / BATCH * 1e6:.1f}",
                f"{shop.took.processor / first:.2f}",
                f"{shop.memory / 1e9:.2f}",
            )
            for shop in shops
        ],
    )


if __name__ == "__main__":
    main()
