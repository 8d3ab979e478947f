"""Every commit of a history is stopped once at each named place, and the process with it: nothing is lost, nothing doubled."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from random import Random

import pytest

from tests.pipeline.answers import Answer, answer, differences
from tests.pipeline.restless import Restless
from tests.pipeline.schedules import calm
from tests.pipeline.worlds import simulated
from throughline.driver import Crash

AT_A_TIME = 40
"""Records between two commits."""


@cache
def expected() -> Answer:
    driver = Restless()
    calm(driver, simulated(2, shoppers=25), Random(0))
    return answer(driver.memory)


def stop_at(step: str, times: int) -> Callable[[str], None]:
    """To be called after each step: crashes when the named one is taken for the given time."""
    met: list[str] = []

    def stop(name: str) -> None:
        met.append(name)
        if name == step and met.count(step) == times:
            raise Crash

    return stop


def commit_stopped(driver: Restless, step: str, times: int) -> None:
    """A commit that gets as far as the step, and a process that dies there."""
    driver.memory.after_table = stop_at(step, times)
    try:
        driver.commit(stop_at(step, times))
    except Crash:
        driver.crash()
        driver.run()
    driver.memory.after_table = lambda table: None


@pytest.mark.parametrize("committed_at_once", [True, False], ids=["committed again at once", "going on first"])
@pytest.mark.parametrize("step", ["log", "events", "sessions", "journeys", "signals", "progress", "lake", "changelog", "offset"])
def test_a_process_may_die_behind_any_step_of_a_commit(step: str, committed_at_once: bool) -> None:
    history, lot = simulated(2, shoppers=25), Random(step)
    driver = Restless(3, lot)
    for start in range(0, len(history.records), AT_A_TIME):
        batch = history.records[start : start + AT_A_TIME]
        driver.feed(batch)
        driver.tick(batch[0].timestamp)
        commit_stopped(driver, step, lot.randint(1, 60) if step == "changelog" else 1)
        if committed_at_once or lot.random() < 0.3:
            driver.commit()
    driver.tick(history.end)
    driver.commit()
    assert differences(expected(), answer(driver.memory)) == []
