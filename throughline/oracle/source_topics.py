"""Reads the source topics from their first record to their present end, outside any consumer group."""

from __future__ import annotations

from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.structs import ConsumerRecord

from schemas.topics import CONTROL_HEADER, SOURCE_TOPICS
from throughline.kafka import places_of, reading
from throughline.oracle.records import Record


async def read_topics(bootstrap: str, **client: Any) -> list[Record]:
    """All records up to the end offsets at the time of the call. ``client`` is what a cluster needs besides (TLS, SASL).

    What the broker's retention has deleted is not among them. Raises ``Stop`` where no broker answers.
    """
    async with reading({"bootstrap_servers": bootstrap, **client}) as consumer:
        places = await places_of({"bootstrap_servers": bootstrap, **client}, *SOURCE_TOPICS)
        if not places:
            return []
        consumer.assign(places)
        await consumer.seek_to_beginning(*places)
        return await _read(consumer, await consumer.end_offsets(places))


async def _read(consumer: AIOKafkaConsumer, ends: dict[TopicPartition, int]) -> list[Record]:
    records: list[Record] = []
    while any([await consumer.position(place) < end for place, end in ends.items()]):
        for place, batch in (await consumer.getmany(timeout_ms=200)).items():
            records += [_record(message) for message in batch if message.offset < ends[place]]
    return records


def _record(message: ConsumerRecord[bytes, bytes]) -> Record:
    control = next((value.decode() for name, value in message.headers if name == CONTROL_HEADER), None)
    return Record(message.topic, message.partition, message.offset, message.timestamp * 1_000, message.value or b"", control)
