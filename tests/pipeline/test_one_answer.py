"""One history, many ways to arrive, one answer: DESIGN.md, invariant 3."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from random import Random

import pytest

from streams.journey.rules import Rules
from tests.pipeline.answers import Answer, answer, differences
from tests.pipeline.restless import HASH, Restless
from tests.pipeline.schedules import SCHEDULES, calm
from tests.pipeline.worlds import simulated, town
from throughline.backfill import backfill
from throughline.memory_sink import MemorySink

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


@pytest.mark.parametrize("partitions", [1, 3])
def test_a_backfill_is_one_more_way(partitions: int, tmp_path: Path) -> None:
    told, sink = HISTORIES["shoppers"](), MemorySink()
    file = tmp_path / "history.jsonl"
    file.write_bytes(b"\n".join(record.value or b"" for record in told.records))
    report = backfill([file], sink, Rules(), HASH, partitions=partitions, until=told.end)
    assert differences(expected("shoppers"), answer(sink)) == []
    assert report.received == report.events + report.duplicates + report.dead_letters == len(told.records)
