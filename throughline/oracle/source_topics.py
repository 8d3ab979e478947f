"""Reads the source topics from their first record to their present end, outside any consumer group."""

from __future__ import annotations

from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.structs import ConsumerRecord

from schemas.topics import CONTROL_HEADER, SOURCE_TOPICS
from throughline.oracle.records import Record


async def read_topics(bootstrap: str, **client: Any) -> list[Record]:
    """All records up to the end offsets at the time of the call. ``client`` is what a cluster needs besides (TLS, SASL).

    What the broker's retention has deleted is not among them.
    """
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False, auto_offset_reset="earliest", **client)
    await consumer.start()
    try:
        return await _read(consumer)
    finally:
        await consumer.stop()


async def _read(consumer: AIOKafkaConsumer) -> list[Record]:
    partitions = {topic: consumer.partitions_for_topic(topic) or () for topic in SOURCE_TOPICS}
    places = [TopicPartition(topic, partition) for topic, numbers in partitions.items() for partition in numbers]
    consumer.assign(places)
    await consumer.seek_to_beginning(*places)
    ends = await consumer.end_offsets(places)
    ahead = {place for place in places if await consumer.position(place) < ends[place]}
    records: list[Record] = []
    while ahead:
        for place, batch in (await consumer.getmany(timeout_ms=200)).items():
            records += [_record(message) for message in batch if message.offset < ends[place]]
        ahead = {place for place in ahead if await consumer.position(place) < ends[place]}
    return records


def _record(message: ConsumerRecord[bytes, bytes]) -> Record:
    control = next((value.decode() for name, value in message.headers if name == CONTROL_HEADER), None)
    return Record(message.topic, message.partition, message.offset, message.timestamp * 1_000, message.value or b"", control)
