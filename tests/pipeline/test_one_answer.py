"""One history, many ways to arrive, one answer: DESIGN.md, invariant 3."""

from __future__ import annotations

from functools import cache
from random import Random

import pytest

from tests.pipeline.answers import Answer, answer, differences
from tests.pipeline.restless import Restless
from tests.pipeline.schedules import SCHEDULES, calm
from tests.pipeline.worlds import simulated, town

HISTORIES = {"shoppers": lambda: simulated(1, shoppers=40), "households": lambda: town(1)}
WAYS = [
    *[(name, 1) for name in SCHEDULES if name != "calm"],
    *[(name, 4) for name in SCHEDULES],
    *[(name, 8) for name in ("calm", "reordered_and_crashed")],
]


@cache
def expected(history: str) -> Answer:
    driver = Restless()
    calm(driver, HISTORIES[history](), Random(0))
    return answer(driver.memory)


@pytest.mark.parametrize("history", HISTORIES)
@pytest.mark.parametrize(("schedule", "partitions"), WAYS)
def test_however_a_history_arrives_it_ends_in_the_same_rows(history: str, schedule: str, partitions: int) -> None:
    told, lot = HISTORIES[history](), Random(f"{schedule}/{partitions}")
    driver = Restless(partitions, lot, crashes=0.001 if "crashed" in schedule else 0.0)
    SCHEDULES[schedule](driver, told, lot)
    assert differences(expected(history), answer(driver.memory)) == []
