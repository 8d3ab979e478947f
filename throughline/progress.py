"""How far a group of workers has come, asked from the broker: what is on the topics against what is committed."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.structs import ConsumerRecord

from schemas.topics import CONTROL_HEADER, JOURNEY_LOG, SOURCE_TOPICS, TICK
from streams.journey.entries import TickEntry, unpack
from throughline.kafka import places_of, reading

ASK_EVERY = 0.2
"""Seconds."""

Offsets = Mapping[TopicPartition, int]


async def worked_off(client: Mapping[str, Any], group: str, hops: int, within: float) -> bool:
    """Whether all that stands on the topics now, and what follows from it, is worked off within so many seconds.

    What follows from an event is said on journey.log, at most ``hops`` times over: so often the ends are asked anew and waited
    for. Where nothing but ticks has come meanwhile, all is quiet, and that is known sooner.
    """
    try:
        return await asyncio.wait_for(_worked_off(client, group, hops), within)
    except TimeoutError:
        return False


async def _worked_off(client: Mapping[str, Any], group: str, hops: int) -> bool:
    async with reading({**client, "group_id": group}) as consumer:
        places = await places_of(client, *SOURCE_TOPICS, JOURNEY_LOG)
        before: Offsets = await consumer.end_offsets(places)
        for _ in range(hops + 1):
            await asyncio.gather(*(_committed(consumer, place, end) for place, end in before.items()))
            ends: Offsets = await consumer.end_offsets(places)
            if not await _news(consumer, before, ends):
                break
            before = ends
    return True


async def _news(consumer: AIOKafkaConsumer, since: Offsets, until: Offsets) -> bool:
    """Whether anything but ticks stands between these offsets."""
    ahead = {place for place, end in until.items() if since.get(place, 0) < end}
    consumer.assign(ahead)
    for place in ahead:
        consumer.seek(place, since.get(place, 0))
    while ahead:
        for place, records in (await consumer.getmany(*ahead, timeout_ms=200)).items():
            if any(_is_news(record) for record in records if record.offset < until[place]):
                return True
        ahead = {place for place in ahead if await consumer.position(place) < until[place]}
    return False


def _is_news(record: ConsumerRecord[bytes, bytes]) -> bool:
    if record.topic == JOURNEY_LOG:
        return not all(isinstance(entry, TickEntry) for entry in unpack.decode(record.value or b"\x90"))
    return (CONTROL_HEADER, TICK.encode()) not in record.headers


async def _committed(consumer: AIOKafkaConsumer, place: TopicPartition, end: int) -> None:
    """On return the group has committed up to this end. A partition never written to has no offset and needs none."""
    while (await consumer.committed(place) or 0) < end:
        await asyncio.sleep(ASK_EVERY)
