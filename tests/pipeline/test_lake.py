"""The real lake at the end of a restless run, before the judge; and every record in exactly one named place."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from random import Random

import pytest

from schemas.topics import SOURCE_TOPICS
from sinks.lake import Lake
from streams.journey.routing import Source
from tests.pipeline.restless import HASH, Restless
from tests.pipeline.schedules import reordered_and_crashed
from tests.pipeline.worlds import History, simulated, town
from throughline.oracle.records import Record
from throughline.oracle.verify import verify


def given(records: Iterable[Source]) -> list[Record]:
    """As the judge reads them from the topics."""
    return [
        Record(SOURCE_TOPICS[one.topic], one.partition, one.offset, one.timestamp, one.value or b"", one.control)
        for one in records
    ]


@pytest.mark.parametrize("history", [simulated(3, shoppers=30), town(2)], ids=["shoppers", "households"])
def test_the_judge_finds_nothing_wrong_with_a_lake_written_through_crashes(history: History, tmp_path: Path) -> None:
    lot = Random(5)
    reordered_and_crashed(Restless(2, lot, crashes=0.0005, lake=Lake(tmp_path)), history, lot)
    assert verify(tmp_path, given(history.records), HASH, as_of=history.end).faults == []
