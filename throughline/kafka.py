"""Kafka clients for as long as a block lasts; a broker that is not there is said in a sentence."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.errors import KafkaConnectionError

from schemas.failures import Stop
from streams.agents.options import Options
from streams.agents.publish import Publisher
from streams.agents.topics import ensure_topics

BATCH_BYTES = 900_000
"""Of a record batch: Kafka's default limit is a little over 1 MB."""


@asynccontextmanager
async def reading(client: Mapping[str, Any]) -> AsyncIterator[AIOKafkaConsumer]:
    """A consumer outside any group, which commits nothing."""
    consumer = AIOKafkaConsumer(enable_auto_commit=False, **client)
    try:
        await _start(consumer, client)
        yield consumer
    finally:
        await consumer.stop()


@asynccontextmanager
async def publishing(client: Mapping[str, Any]) -> AsyncIterator[Publisher]:
    """A publisher whose every append is acknowledged by all replicas that must have it."""
    producer = AIOKafkaProducer(acks="all", max_batch_size=BATCH_BYTES, **client)
    try:
        await _start(producer, client)
        yield Publisher(lambda: producer)
    finally:
        await producer.stop()


async def create_topics(options: Options) -> list[str]:
    """Create the topics that are missing; their names. Raises ``Stop`` where no broker answers or a topic is unfit."""
    try:
        return await ensure_topics(options)
    except (KafkaConnectionError, OSError) as error:
        raise _nobody(options.brokers) from error


async def _start(kafka: AIOKafkaConsumer | AIOKafkaProducer, client: Mapping[str, Any]) -> None:
    try:
        await kafka.start()
    except (KafkaConnectionError, OSError) as error:
        raise _nobody(client["bootstrap_servers"]) from error


def _nobody(brokers: str) -> Stop:
    return Stop(f"No broker answers at {brokers}. Is it running, and is it the one that --brokers should name?")
