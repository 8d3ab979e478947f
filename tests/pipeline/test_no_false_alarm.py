"""A slow partition holds time back and never raises an alarm: levels of ticks see to it that what is forwarded comes first."""

from __future__ import annotations

from functools import cache
from random import Random

import pytest

from schemas.tables import SignalRow
from tests.agreement.stories import DAY, HOUR, MINUTE, event, micros
from tests.pipeline.restless import Restless
from tests.pipeline.schedules import calm
from tests.pipeline.worlds import lived, simulated, town
from throughline.simulator import CALM

Told = frozenset[tuple[str, str]]
HISTORIES = {"shoppers": simulated(1, shoppers=40), "households": town(2), "calm shoppers": simulated(4, 40, rates=CALM)}


@cache
def told(name: str, partitions: int) -> Told:
    """What was ever opened or retracted, each with the signal it was about."""
    driver = Restless(partitions, Random(partitions), patience=4 * partitions if partitions > 1 else None)
    calm(driver, HISTORIES[name], Random(0))
    rows = [row for row in driver.memory.rows["signals"] if isinstance(row, SignalRow)]
    return frozenset((row.status, row.signal_id) for row in rows if row.status in ("opened", "retracted"))


def standing(changes: Told) -> set[str]:
    opened, retracted = ({signal for status, signal in changes if status == one} for one in ("opened", "retracted"))
    return opened - retracted


@pytest.mark.parametrize("partitions", [4, 8])
@pytest.mark.parametrize("name", HISTORIES)
def test_no_alarm_is_raised_because_a_partition_is_slow(name: str, partitions: int) -> None:
    """Being slow may even spare an alarm: what takes it back is read before the clock says it."""
    slow, quick = told(name, partitions), told(name, 1)
    assert slow <= quick
    assert standing(slow) == standing(quick)


@pytest.mark.parametrize("partitions", [1, 8])
def test_where_nothing_comes_late_nothing_is_ever_taken_back(partitions: int) -> None:
    statuses = {status for status, _ in told("calm shoppers", partitions)}
    assert statuses == {"opened"}


CHAIN = [
    event("page_viewed", -DAY, event_id="login", email="ada@example.com", customer_id="ada"),
    event("page_viewed", -DAY, event_id="subscribing", anonymous_id="tablet", email="ada@example.com"),
    event("order_completed", -DAY, event_id="bought", order_id="7", anonymous_id="tablet"),
    event("shipment_created", -DAY, event_id="packed", order_id="7", shipment_id="s"),
]
"""The parcel is an order's, that is a tablet's, that an e-mail's, and that is ada's."""


@pytest.mark.parametrize("seed", range(12))
def test_a_parcel_four_links_from_its_customer_is_heard_of_before_its_time_is_up(seed: int) -> None:
    driver = Restless(8, Random(seed))
    driver.feed(lived(CHAIN).records)
    driver.tick(micros(-HOUR))
    driver.hurry(2)
    driver.feed(lived([event("shipment_dispatched", DAY - HOUR, event_id="gone", shipment_id="s")]).records)
    driver.tick(micros(DAY + MINUTE))
    driver.catch_up()
    assert driver.signals == []
