"""Kafka clients for as long as a block lasts; a broker that is not there is said in a sentence."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Mapping
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaConnectionError

from streams.agents.options import Options
from streams.agents.topics import ensure_topics
from streams.agents.transport import FETCH_WAITS_MS
from streams.publishing.producer import Producer, idempotence
from streams.publishing.publisher import Publisher
from throughline.unreachable import unreachable

Result = TypeVar("Result")

BATCH_BYTES = 900_000
"""Of a record batch: Kafka's default limit is a little over 1 MB."""


@asynccontextmanager
async def reading(client: Mapping[str, Any]) -> AsyncIterator[AIOKafkaConsumer]:
    """A consumer outside any group, which commits nothing."""
    consumer = AIOKafkaConsumer(enable_auto_commit=False, fetch_max_wait_ms=FETCH_WAITS_MS, **client)
    try:
        await _reached(consumer.start(), client)
        yield consumer
    finally:
        await consumer.stop()


async def places_of(client: Mapping[str, Any], *topics: str) -> list[TopicPartition]:
    """The partitions of those of the topics that exist. A consumer without a subscription could not tell: it is told of none."""
    admin = AIOKafkaAdminClient(**{name: value for name, value in client.items() if name != "group_id"})
    try:
        await _reached(admin.start(), client)
        described = await admin.describe_topics(list(topics))
    finally:
        await admin.close()
    return sorted(TopicPartition(topic["topic"], place["partition"]) for topic in described for place in topic["partitions"])


@asynccontextmanager
async def publishing(client: Mapping[str, Any]) -> AsyncIterator[Publisher]:
    """A publisher whose every append is acknowledged by all replicas that must have it."""
    producer = Producer(max_batch_size=BATCH_BYTES, **await _reached(idempotence(client), client), **client)
    try:
        await _reached(producer.start(), client)
        yield Publisher(lambda: producer)
    finally:
        await producer.stop()


async def create_topics(options: Options) -> list[str]:
    """Create the topics that are missing; their names. Raises ``Stop`` where no broker answers or a topic is unfit."""
    return await _reached(ensure_topics(options), options.client)


async def _reached(attempt: Awaitable[Result], client: Mapping[str, Any]) -> Result:
    """What came of an attempt that begins with reaching a broker. Raises ``Stop``."""
    try:
        return await attempt
    except (KafkaConnectionError, OSError) as error:
        raise await unreachable(client) from error
