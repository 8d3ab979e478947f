"""Every broken record of the table ends in the lake's dead letters with its reason, and in no other table of events."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import Any

import pytest

from schemas.instants import micros
from streams.journey.routing import Source
from streams.journey.rules import Rules
from tests.contract.broken_records import BROKEN_RECORDS, RECEIVED_AT, Broken, record
from throughline.driver import Driver

NOW = micros(RECEIVED_AT)


class Rows:
    """A lake in memory."""

    def __init__(self) -> None:
        self.tables: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)

    def watermarks(self, partition: int, epoch: int) -> None:
        pass

    def append(self, table: str, partition: int, epoch: int, rows: list[tuple[int, bytes]]) -> None:
        self.tables[table] += [json.loads(row) for _, row in rows]

    def flush(self, through: dict[tuple[int, int], int]) -> None:
        pass


def taken(*values: bytes) -> Rows:
    """What rests in the lake after these records, received one after the other at ``RECEIVED_AT``."""
    lake = Rows()
    driver = Driver(lake, Rules(), lambda kind, value: f"hash of {kind}", partitions=2)
    for offset, value in enumerate(values):
        driver.feed([Source(0, 0, offset, NOW, value)])
    driver.tick(NOW + 1)
    driver.commit()
    return lake


@pytest.mark.parametrize("broken", BROKEN_RECORDS, ids=lambda broken: broken.name)
def test_a_broken_record_rests_in_the_dead_letters_with_its_reason(broken: Broken) -> None:
    lake = taken(*[value for value in (broken.earlier, broken.value) if value is not None])
    (letter,) = lake.tables["dead_letters"]
    assert letter["reason"] == broken.reason
    assert broken.path in (None, *(fault["path"] for fault in json.loads(letter["faults"])))
    assert [event["event_id"] for event in lake.tables["events"]] == ["e-1"] * (broken.earlier is not None)


def test_a_microsecond_less_of_the_future_is_taken() -> None:
    lake = taken(record(occurred_at="2024-05-02T12:00:00Z"))
    assert lake.tables["dead_letters"] == []
    assert len(lake.tables["events"]) == 1


def test_the_same_record_again_is_no_conflict() -> None:
    lake = taken(record(), record())
    assert lake.tables["dead_letters"] == []
    assert len(lake.tables["events"]) == 1
