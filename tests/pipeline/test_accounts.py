"""Every record ends in exactly one named place: an event of the lake, a duplicate, or a dead letter with its reason."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from random import Random

import pytest

from schemas.tables import DeadLetterRow, EventRow
from schemas.topics import SOURCE_TOPICS
from streams.journey.routing import Source
from tests.pipeline.restless import Restless
from tests.pipeline.schedules import SCHEDULES
from tests.pipeline.worlds import ROUGH, History
from throughline.simulator import Oddity, Summary, Truth, World, simulate

WORLD = World(seed=6, shoppers=60, days=10, rates=replace(ROUGH, conflicting=0.03))


class Told:
    """A world's records, and what must become of the odd ones."""

    def __init__(self) -> None:
        truth: list[Truth] = []
        sent = list(simulate(WORLD, truth.append))
        records = tuple(
            Source(SOURCE_TOPICS.index(one.topic), 0, place, one.received_at, one.value) for place, one in enumerate(sent)
        )
        self.history = History(records, WORLD.as_of + 1)
        self.odd = [fact for fact in truth if isinstance(fact, Oddity)]
        self.summary = next(fact for fact in truth if isinstance(fact, Summary))

    def count(self, oddity: str) -> int:
        return sum(one.oddity == oddity for one in self.odd)


@pytest.fixture(scope="module")
def world() -> Told:
    return Told()


def run(world: Told, schedule: str = "calm") -> Restless:
    driver = Restless(3)
    SCHEDULES[schedule](driver, world.history, Random(1))
    return driver


def letters(driver: Restless) -> list[DeadLetterRow]:
    return [row for row in driver.memory.rows["dead_letters"] if isinstance(row, DeadLetterRow)]


def test_received_is_events_and_duplicates_and_dead_letters(world: Told) -> None:
    counts = run(world).counts
    assert counts["received"] == len(world.history.records)
    assert counts["received"] == counts["events"] + counts["duplicates"] + counts["conflicts"] + counts["dead_letters"]


def test_every_good_event_is_in_the_lake_once_the_late_ones_marked(world: Told) -> None:
    rows = [row for row in run(world).memory.rows["events"] if isinstance(row, EventRow)]
    late = {one.event_id for one in world.odd if one.oddity == "too_late"}
    assert len({row.event_id for row in rows}) == len(rows) == world.summary.events + len(late)
    assert {row.event_id for row in rows if row.late} == late


def test_every_refused_record_has_one_dead_letter_with_the_reason_that_the_truth_gives(world: Told) -> None:
    expected = Counter((one.line - 1, one.reason) for one in world.odd if one.oddity in ("broken", "conflict"))
    assert Counter((row.offset, row.reason) for row in letters(run(world))) == expected


def test_duplicates_are_dropped_and_counted(world: Told) -> None:
    assert run(world).counts["duplicates"] == world.count("duplicate")


def test_a_record_handed_out_again_is_no_duplicate_of_the_producer(world: Told) -> None:
    driver = run(world)
    driver.feed(world.history.records)
    driver.commit()
    assert driver.counts["redelivered"] >= world.summary.events
    assert len({row.dead_letter_id for row in letters(driver)}) == world.count("broken") + world.count("conflict")
