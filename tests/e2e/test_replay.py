"""A replay puts history on the topics as producers would have, with ticks that say only what is true."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.structs import ConsumerRecord

from schemas.instants import micros, read_instant
from schemas.topics import CONTROL_HEADER, SOURCE_TOPICS, STOREFRONT, TICK
from streams.agents.options import Options
from streams.journey.entries import partition_of
from streams.publishing.publisher import Publisher, Record
from throughline.arrivals import Arrival, History
from throughline.broker import EmbeddedBroker
from throughline.kafka import create_topics, publishing, reading
from throughline.keeping import StateKeeper
from throughline.progress import worked_off
from throughline.replay import Pace, as_sent, replay

HOUR = 3_600_000_000
NOON = 1_772_452_800_000_000
"""2026-03-02T12:00:00Z."""
PARTITIONS = 3


def event(number: int, minute: int, **more: object) -> bytes:
    at = f"2026-03-02T{12 + minute // 60:02}:{minute % 60:02}:00Z"
    return json.dumps({"event_id": f"e{number}", "type": "page_viewed", "occurred_at": at, **more}).encode()


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[dict[str, Any]]:
    async with EmbeddedBroker(tmp_path / "broker") as broker:
        await create_topics(Options(brokers=broker.address, partitions=PARTITIONS))
        yield {"bootstrap_servers": broker.address}


async def partitions(client: dict[str, Any], topics: tuple[str, ...]) -> dict[TopicPartition, list[ConsumerRecord[bytes, bytes]]]:
    """Every record there is, by partition."""
    found: dict[TopicPartition, list[ConsumerRecord[bytes, bytes]]] = {}
    places = [TopicPartition(topic, partition) for topic in topics for partition in range(PARTITIONS)]
    async with reading({**client, "auto_offset_reset": "earliest"}) as consumer:
        consumer.assign(places)
        ends = await consumer.end_offsets(places)
        while any([await consumer.position(place) < end for place, end in ends.items()]):
            for place, records in (await consumer.getmany(timeout_ms=200)).items():
                found.setdefault(place, []).extend(records)
    return found


def tick_of(record: ConsumerRecord[bytes, bytes]) -> int | None:
    if (CONTROL_HEADER, TICK.encode()) in record.headers:
        return int(json.loads(record.value or b"")["at"])
    return None


def arrival_of(record: ConsumerRecord[bytes, bytes]) -> int:
    return micros(read_instant(json.loads(record.value or b"")["received_at"]))


async def test_no_tick_stands_before_what_arrived_earlier(client: dict[str, Any], tmp_path: Path) -> None:
    file = tmp_path / "history.jsonl"
    minutes = [0, 1, 59, 60, 61, 119, 200, 200, 400]
    lines = [event(n, minute, customer_id=f"c{n}") for n, minute in enumerate(minutes)]
    file.write_bytes(b"\n".join(lines) + b"\n")
    sent = await replay(History([file]), client, PARTITIONS)
    assert (sent.records, sent.through) == (len(minutes), NOON + 400 * 60_000_000)
    found = await partitions(client, SOURCE_TOPICS)
    assert len(found) == len(SOURCE_TOPICS) * PARTITIONS
    for records in found.values():
        ticks = [tick_of(record) for record in records]
        assert ticks[-1] == sent.through
        assert ticks.count(None) < len(ticks)
        clock = 0
        for record, tick in zip(records, ticks, strict=True):
            assert tick is None or tick > clock
            assert tick is not None or arrival_of(record) >= clock
            clock = tick or clock


async def test_a_record_lies_where_its_strongest_identifier_does(client: dict[str, Any], tmp_path: Path) -> None:
    file = tmp_path / "history.jsonl"
    file.write_bytes(event(1, 0, anonymous_id="d", email="ada@mail.example") + b"\nno event\n")
    await replay(History([file]), client, PARTITIONS)
    found = await partitions(client, (STOREFRONT,))
    keyed = TopicPartition(STOREFRONT, partition_of("email:ada@mail.example", PARTITIONS))
    assert found[keyed][0].key == b"email:ada@mail.example"
    assert [record.value for records in found.values() for record in records if record.value == b"no event"] == [b"no event"]


async def test_time_passes_to_where_one_lets_it(client: dict[str, Any], tmp_path: Path) -> None:
    file = tmp_path / "history.jsonl"
    file.write_bytes(event(1, 0, customer_id="c"))
    sent = await replay(History([file]), client, PARTITIONS, until=NOON + 9 * HOUR)
    assert sent.through == NOON + 9 * HOUR


async def test_a_speed_slows_it_down_and_changes_nothing(client: dict[str, Any], tmp_path: Path) -> None:
    file = tmp_path / "history.jsonl"
    file.write_bytes(event(1, 0, customer_id="c") + b"\n" + event(2, 60, customer_id="c"))
    sent = await replay(History([file]), client, PARTITIONS, Pace(speed=7_200.0))
    assert (sent.records, sent.through) == (2, NOON + HOUR)


@pytest.mark.parametrize(
    "value",
    [b"{}", b"[]", b"\xff\xfe", b'{"occurred_at": 5}', event(1, 0, received_at="2026-03-02T13:00:00Z"), b'{"event_id": "e"'],
)
def test_what_has_no_need_of_a_time_of_receipt_is_sent_as_it_is(value: bytes) -> None:
    assert as_sent(Arrival(NOON, 0, 0, value)).value == value


def test_an_event_without_a_time_of_receipt_gets_that_of_its_arrival() -> None:
    record = as_sent(Arrival(NOON, 0, 0, b"  " + event(1, 0, order_id="7")))
    assert json.loads(record.value or b"") == {**json.loads(event(1, 0, order_id="7")), "received_at": "2026-03-02T12:00:00Z"}
    assert record.key == b"order:7"


async def test_saved_states_come_back_on_the_partitions_of_their_names(client: dict[str, Any], tmp_path: Path) -> None:
    states = {f"customer:{n}": b"state %d" % n for n in range(50)} | {"key order:7": b"episodes"}
    before = StateKeeper(tmp_path / "lake.state", "throughline", PARTITIONS, client)
    async with publishing(client) as publisher:
        await _write(publisher, [*states.items(), ("customer:gone", b"x"), ("customer:gone", None), ("clock/0", b"ticks")])
    assert await before.save() == len(states)

    async with EmbeddedBroker(tmp_path / "next") as broker:
        other = {"bootstrap_servers": broker.address}
        await create_topics(Options(brokers=broker.address, partitions=PARTITIONS))
        after = StateKeeper(tmp_path / "lake.state", "throughline", PARTITIONS, other)
        assert await after.restore() == len(states)
        found = await partitions(other, ("throughline-journeys-changelog",))
    lying = {
        record.key.decode(): (place.partition, record.value)
        for place, records in found.items()
        for record in records
        if record.key
    }
    assert lying == {name: (partition_of(name.removeprefix("key "), PARTITIONS), state) for name, state in states.items()}


async def _write(publisher: Publisher, states: list[tuple[str, bytes | None]]) -> None:
    for name, state in states:
        place = "throughline-journeys-changelog", partition_of(name, PARTITIONS)
        await publisher.publish({place: [Record(name.encode(), state)]})


async def test_what_nobody_works_on_is_not_worked_off(client: dict[str, Any], tmp_path: Path) -> None:
    file = tmp_path / "history.jsonl"
    file.write_bytes(event(1, 0, customer_id="c"))
    await replay(History([file]), client, PARTITIONS)
    assert not await worked_off(client, "nobody", hops=5, within=1.0)
