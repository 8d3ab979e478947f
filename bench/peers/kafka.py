"""The broker's side: topics of the event set, filled once, and what Throughline leaves behind taken away."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import UnknownTopicOrPartitionError

from bench.peers.events import Feed
from schemas.failures import Stop
from schemas.topics import SOURCE_TOPICS, TOPICS
from throughline.kafka import publishing

FOREVER = {"retention.ms": "-1"}
"""The records' times are event times, long past."""
GONE_WITHIN = 30.0
"""Seconds."""


async def fill(brokers: str, feed: Feed, partitions: int) -> None:
    """On return the source topics hold the event set and nothing else."""
    await remove(brokers, SOURCE_TOPICS)
    await create(brokers, SOURCE_TOPICS, partitions)
    await append(brokers, feed, partitions)


async def append(brokers: str, feed: Feed, partitions: int) -> None:
    """On return the source topics hold it behind what they held."""
    async with publishing({"bootstrap_servers": brokers}) as publisher:
        await publisher.publish(feed.by_partition(partitions))


async def without_throughline(brokers: str) -> None:
    """On return the topics that Throughline writes are gone; a new run makes them anew."""
    await remove(brokers, [topic.name for topic in TOPICS if topic.name not in SOURCE_TOPICS])


async def create(brokers: str, names: Sequence[str], partitions: int) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=brokers)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(name, partitions, 1, topic_configs=FOREVER) for name in names])
    finally:
        await admin.close()


async def remove(brokers: str, names: Sequence[str]) -> None:
    """On return no topic has one of these names."""
    admin = AIOKafkaAdminClient(bootstrap_servers=brokers)
    await admin.start()
    try:
        there = [name for name in names if name in await admin.list_topics()]
        if there:
            await admin.delete_topics(there)
        deadline = asyncio.get_running_loop().time() + GONE_WITHIN
        while set(there) & set(await admin.list_topics()):
            if asyncio.get_running_loop().time() > deadline:
                raise Stop(f"The broker did not remove {there} within {GONE_WITHIN:g} s.")
            await asyncio.sleep(0.1)
    except UnknownTopicOrPartitionError:
        return
    finally:
        await admin.close()
