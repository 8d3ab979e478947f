"""What must be signalled, as the simulator knows, is what is signalled: every kind, nothing more and nothing less."""

from __future__ import annotations

from random import Random
from typing import Any

import msgspec
import pytest

from schemas.signals import KINDS
from schemas.tables import SIGNALS, SignalRow
from schemas.topics import SOURCE_TOPICS
from streams.journey.routing import Source
from tests.pipeline.restless import Restless
from tests.pipeline.schedules import reordered_and_crashed
from tests.pipeline.worlds import ROUGH, History
from throughline.memory_sink import MemorySink
from throughline.simulator import World, simulate
from throughline.simulator.truth import Episode, Truth


def world(seed: int) -> tuple[History, set[tuple[Any, ...]]]:
    """Its traffic, and the episodes that are true of it."""
    of, facts = World(seed=seed, shoppers=60, days=12, rates=ROUGH), list[Truth]()
    sent = [
        Source(SOURCE_TOPICS.index(record.topic), 0, place, record.received_at, record.value)
        for place, record in enumerate(simulate(of, facts.append))
    ]
    true = {msgspec.structs.astuple(fact)[:-1] for fact in facts if isinstance(fact, Episode)}
    return History(tuple(sent), of.as_of), {(kind, key, *times, how) for kind, key, _, *times, how in true}


def said(sink: MemorySink) -> set[tuple[Any, ...]]:
    """The episodes that stand."""
    rows = [row for row in sink.latest(SIGNALS) if isinstance(row, SignalRow) and row.status != "retracted"]
    return {(*_times(row), row.status if row.ended_at is not None else None) for row in rows}


def _times(row: SignalRow) -> tuple[Any, ...]:
    return row.kind, row.key, row.opened_at, row.due_at, row.ended_at


@pytest.mark.parametrize("seed", range(5))
def test_through_disorder_duplicates_and_crashes_precision_and_recall_are_one(seed: int) -> None:
    history, true = world(seed)
    driver, lot = Restless(3, Random(seed), crashes=0.0005), Random(seed)
    reordered_and_crashed(driver, history, lot)
    found = said(driver.memory)
    assert (found - true, true - found) == (set(), set())


def test_five_worlds_hold_every_kind() -> None:
    assert {kind for seed in range(5) for kind, *_ in world(seed)[1]} == set(KINDS)
