"""Creating the topics a worker needs, and the first entry of each log: its genesis.

Everything here may be done twice, and by two workers at once.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Mapping
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError, TopicAlreadyExistsError, for_code

from schemas.failures import Stop
from schemas.topics import JOURNEY_LOG, TOPICS
from streams.agents.changelog import TABLE
from streams.agents.membership import refusal
from streams.agents.options import Options
from streams.journey.entries import GenesisEntry, pack
from streams.publishing.producer import Producer, idempotence

LARGEST_RECORD = {"max.message.bytes": str(8 * 1024 * 1024)}
"""For topics of our own making: an entry or a state of one subject is never split, and may be larger than any event."""
COPIES = 3
"""Of every record, where nobody says otherwise and there are so many brokers; two of three must have it."""
KNOWN_WITHIN = 15.0
"""Seconds that a cluster may take to know its own new topics."""
ASK_EVERY = 0.1
"""Seconds."""


def changelog_topic(group: str) -> str:
    """The name Faust gives the table's changelog."""
    return f"{group}-{TABLE}-changelog"


def leader_topic(group: str) -> str:
    """The name of the topic whose owner Faust takes for the leader. Nothing is ever written to it."""
    return f"{group}-__assignor-__leader"


async def ensure_topics(options: Options) -> list[str]:
    """Create what is missing and return its names. On return every partition of journey.log has begun.

    Raises ``Stop`` where a topic exists that this worker could not work with: other partitions, or a changelog that forgets.
    """
    admin = AIOKafkaAdminClient(**options.client)
    await admin.start()
    try:
        copies = options.replication or await _copies(admin)
        await _create(admin, _new(leader_topic(options.group), 1, copies, {}))
        created = [topic.name for topic in _wanted(options, copies) if await _create(admin, topic)]
        await _check(admin, options)
    finally:
        await admin.close()
    await _begin(options)
    return created


async def _copies(admin: AIOKafkaAdminClient) -> int:
    return min(COPIES, len((await admin.describe_cluster())["brokers"]))


def _wanted(options: Options, copies: int) -> Iterable[NewTopic]:
    for topic in TOPICS:
        config = topic.config | (LARGEST_RECORD if topic.name == JOURNEY_LOG or topic.cleanup == "compact" else {})
        yield _new(topic.name, options.partitions, copies, config)
    changelog = {"cleanup.policy": "compact", **LARGEST_RECORD}
    yield _new(changelog_topic(options.group), options.partitions, copies, changelog)


def _new(name: str, partitions: int, copies: int, config: Mapping[str, str]) -> NewTopic:
    """What is acknowledged is on all copies but one at least: one broker may be lost, and one may be away."""
    safe = {"min.insync.replicas": str(copies - 1)} if copies > 1 else {}
    return NewTopic(name, partitions, copies, topic_configs={**config, **safe})


async def _create(admin: AIOKafkaAdminClient, topic: NewTopic) -> bool:
    """Whether it was not there before."""
    try:
        response = await admin.create_topics([topic])
    except TopicAlreadyExistsError:
        return False
    for name, code, *why in response.topic_errors:
        error = for_code(code)
        if error is TopicAlreadyExistsError:
            return False
        if code:
            raise Stop(f"The broker did not create topic {name}: {error.__name__} {why[0] or ''}".rstrip())
    return True


def anew(group: str) -> str:
    """The way out where a changelog no longer has what the state was."""
    return (
        f"Stop all workers, delete topic {changelog_topic(group)}, set the offsets of group {group!r} in {JOURNEY_LOG} to 0 "
        f"(kafka-consumer-groups --reset-offsets --to-earliest) and start again: the state is made again from the beginning of "
        f"{JOURNEY_LOG}, as far back as that is kept, and nothing counts twice."
    )


def grown(topic: str, found: int, options: Options) -> Stop:
    """What to say of a topic with other partitions than this worker was made for."""
    return Stop(
        f"Topic {topic} has {found} partitions and this worker expects {options.partitions}: what belongs together would not be "
        f"read together. Set `partitions` to {found} where all topics are new. Where some were added to one topic, Kafka takes "
        f"none back: make that topic anew with {options.partitions}, or begin with topics and a `group` of their own."
    )


async def _check(admin: AIOKafkaAdminClient, options: Options) -> None:
    for topic in await _described(admin, [*(topic.name for topic in TOPICS), changelog_topic(options.group)], options):
        found = len(topic["partitions"])
        if found != options.partitions:
            raise grown(topic["topic"], found, options)
    policy = await _cleanup_policy(admin, changelog_topic(options.group))
    if policy is not None and "delete" in policy:
        raise Stop(
            f"Topic {changelog_topic(options.group)} has cleanup.policy={policy}: it would forget the state of open journeys. "
            "Set it to compact."
        )


async def _described(admin: AIOKafkaAdminClient, names: list[str], options: Options) -> list[dict[str, Any]]:
    """The topics as the broker knows them. A cluster that has just created one may not know its partitions yet."""
    deadline = asyncio.get_running_loop().time() + KNOWN_WITHIN
    while True:
        topics: list[dict[str, Any]] = await admin.describe_topics(names)
        for topic in topics:
            if problem := refusal(for_code(topic["error_code"])(topic["topic"]), options):
                raise problem
        unknown = [topic["topic"] for topic in topics if not topic["partitions"]]
        if not unknown:
            return topics
        if asyncio.get_running_loop().time() > deadline:
            raise Stop(f"The broker does not know topic {unknown[0]} {KNOWN_WITHIN} s after it was created.")
        await asyncio.sleep(ASK_EVERY)


async def _cleanup_policy(admin: AIOKafkaAdminClient, topic: str) -> str | None:
    """None where the broker does not tell."""
    try:
        responses = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, topic)])
    except KafkaError:
        return None
    entries = (entry for response in responses for resource in response.resources for entry in resource[4])
    return next((str(value) for name, value, *_ in entries if name == "cleanup.policy"), None)


async def _begin(options: Options) -> None:
    """Write a genesis entry where a log is empty. Of two written at once the one at offset 0 counts."""
    places = [TopicPartition(JOURNEY_LOG, partition) for partition in range(options.partitions)]
    states = [TopicPartition(changelog_topic(options.group), partition) for partition in range(options.partitions)]
    consumer = AIOKafkaConsumer(**options.client)
    await consumer.start()
    try:
        ends = await consumer.end_offsets(places)
        _refuse_cut_off(await consumer.beginning_offsets(states), options)
    finally:
        await consumer.stop()
    empty = [place.partition for place, end in ends.items() if end == 0]
    if empty:
        await _write_genesis(options, empty)


def _refuse_cut_off(beginnings: Mapping[TopicPartition, int], options: Options) -> None:
    """Compaction leaves a log's beginning where it was; only who deletes records moves it."""
    for place, offset in beginnings.items():
        if offset > 0:
            raise Stop(
                f"Topic {place.topic} has lost the beginning of partition {place.partition}, up to offset {offset}: records were "
                f"deleted from it, and with them the state of open journeys. {anew(options.group)}"
            )


async def _write_genesis(options: Options, partitions: Iterable[int]) -> None:
    genesis = pack.encode([GenesisEntry(time.time_ns() // 1_000_000)])
    producer = Producer(**await idempotence(options.client), **options.client)
    await producer.start()
    try:
        for partition in partitions:
            await producer.send_and_wait(JOURNEY_LOG, genesis, partition=partition)
    finally:
        await producer.stop()
