"""The same property over lives that Hypothesis thinks up and shrinks: few events, every gap a threshold or its neighbour."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.agreement.households import Pick, household
from tests.pipeline.answers import answer, differences
from tests.pipeline.restless import Restless
from tests.pipeline.schedules import SCHEDULES, calm
from tests.pipeline.worlds import DAY, History, lived, revocation

CUT = "2024-05-20"
"""Lives are cut here, so that whatever overtakes does so by less than the lateness window."""


def life(size: int, pick: Pick, taken_back: bool) -> History:
    """A household's events, and perhaps a word that the tablet was not this person's; asked two weeks later."""
    events = household("", size, pick)
    history = lived([event for event in events if event["occurred_at"] < CUT] or events[:1])
    words = (revocation(1, pick),) if taken_back else ()
    return History((*history.records, *words), history.end + 15 * DAY)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data(), st.integers(1, 9), st.booleans())
def test_a_short_life_ends_the_same_however_it_arrives(data: st.DataObject, size: int, taken_back: bool) -> None:
    def pick(options: Any) -> Any:
        return data.draw(st.sampled_from(options))

    history = life(size, pick, taken_back)
    quiet = Restless()
    calm(quiet, history, Random(0))
    schedule, partitions, seed = pick(sorted(SCHEDULES)), pick((1, 2, 5)), data.draw(st.integers(0, 99))
    driver = Restless(partitions, Random(seed), crashes=0.01 if "crashed" in schedule else 0.0)
    SCHEDULES[schedule](driver, history, Random(seed))
    assert differences(answer(quiet.memory), answer(driver.memory)) == []


@pytest.mark.parametrize("seed", range(24))
def test_a_longer_life_ends_the_same_where_some_of_it_comes_late(seed: int) -> None:
    """Long enough that the fold goes on from its marks: some of them stand, some have seen too much."""
    lot = Random(seed)
    history = life(60, lot.choice, taken_back=seed % 3 == 0)
    quiet, driver = Restless(), Restless()
    calm(quiet, history, Random(0))
    held_back = sorted(enumerate(history.records), key=lambda placed: placed[0] + lot.choice((0, 0, 0, 2, 5, 20)))
    for place, record in held_back:
        driver.feed([record])
        driver.tick(history.records[max(place - 1, 0)].timestamp)
    driver.tick(history.end)
    driver.commit()
    assert differences(answer(quiet.memory), answer(driver.memory)) == []
