"""Reading friction.signals as an alert consumer does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition

from schemas.failures import Stop
from schemas.signals import Signal
from schemas.topics import FRICTION_SIGNALS
from throughline.kafka import places_of, reading

Show = Callable[[Signal, bytes], None]


async def follow(client: Mapping[str, Any], show: Show, *, from_start: bool, until_end: bool) -> None:
    """Hands each signal to ``show``, from the first or from now on, for ever or to the present end."""
    async with reading(client) as consumer:
        places = await places_of(client, FRICTION_SIGNALS)
        if not places:
            raise Stop(f"There is no topic {FRICTION_SIGNALS} yet. `throughline topics` creates it.")
        consumer.assign(places)
        await (consumer.seek_to_beginning() if from_start else consumer.seek_to_end())
        ends = await consumer.end_offsets(places)
        while not until_end or await _before(consumer, ends):
            for records in (await consumer.getmany(timeout_ms=200)).values():
                for record in records:
                    show(Signal.model_validate_json(record.value), record.value)


async def _before(consumer: AIOKafkaConsumer, ends: Mapping[TopicPartition, int]) -> bool:
    return any([await consumer.position(place) < end for place, end in ends.items()])
