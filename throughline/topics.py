"""What is on the topics."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition

from schemas.topics import TOPICS
from throughline.kafka import reading


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
        there = await consumer.topics()
        return [await _describe(consumer, topic.name, topic.holds) for topic in TOPICS if topic.name in there]


async def _describe(consumer: AIOKafkaConsumer, name: str, holds: str) -> TopicStatus:
    places = [TopicPartition(name, partition) for partition in consumer.partitions_for_topic(name) or ()]
    first, end = await consumer.beginning_offsets(places), await consumer.end_offsets(places)
    return TopicStatus(name, len(places), sum(end[place] - first[place] for place in places), holds)
