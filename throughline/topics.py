"""What is on the topics."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition

from schemas.topics import TOPICS, Topic
from throughline.kafka import places_of, reading


@dataclass(frozen=True)
class TopicStatus:
    name: str
    partitions: int
    records: int
    """From the first that is kept to the end; of a compacted topic, more than there are."""
    holds: str


async def describe(client: Mapping[str, Any]) -> list[TopicStatus]:
    """Each topic of ours that exists."""
    async with reading(client) as consumer:
        statuses = [await _describe(consumer, topic, await places_of(client, topic.name)) for topic in TOPICS]
        return [status for status in statuses if status.partitions]


async def _describe(consumer: AIOKafkaConsumer, topic: Topic, places: list[TopicPartition]) -> TopicStatus:
    first, end = await consumer.beginning_offsets(places), await consumer.end_offsets(places)
    return TopicStatus(topic.name, len(places), sum(end[place] - first[place] for place in places), topic.holds)
