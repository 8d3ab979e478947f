"""A slow partition holds time back and never raises an alarm; the same ticks tell the same, over however many partitions."""

from __future__ import annotations

from functools import cache
from random import Random

import pytest

from schemas.tables import SignalRow
from tests.pipeline.restless import Restless
from tests.pipeline.schedules import calm
from tests.pipeline.worlds import simulated, town
from throughline.simulator import CALM

HISTORIES = {"shoppers": simulated(1, shoppers=40), "households": town(2), "calm shoppers": simulated(4, 40, rates=CALM)}


@cache
def told(name: str, partitions: int) -> frozenset[tuple[str, str]]:
    """What was ever opened or retracted, each with the signal it was about."""
    driver = Restless(partitions, Random(partitions))
    calm(driver, HISTORIES[name], Random(0))
    rows = [row for row in driver.memory.rows["signals"] if isinstance(row, SignalRow)]
    return frozenset((row.status, row.signal_id) for row in rows if row.status in ("opened", "retracted"))


@pytest.mark.parametrize("partitions", [4, 8])
@pytest.mark.parametrize("name", HISTORIES)
def test_alarms_are_the_same_whichever_partition_is_slow(name: str, partitions: int) -> None:
    assert told(name, partitions) == told(name, 1)


@pytest.mark.parametrize("partitions", [1, 8])
def test_where_nothing_comes_late_nothing_is_ever_taken_back(partitions: int) -> None:
    statuses = {status for status, _ in told("calm shoppers", partitions)}
    assert statuses == {"opened"}
