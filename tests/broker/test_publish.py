"""Appending in bulk."""

from __future__ import annotations

import asyncio

from aiokafka import TopicPartition

from schemas.topics import STOREFRONT
from streams.publishing.gathering import Gathering
from streams.publishing.publisher import Record
from tests.broker.rig import Rig
from throughline.kafka import publishing, reading


async def test_records_keep_their_order_in_batches_of_any_size(rig: Rig) -> None:
    sent = [Record(None, str(number).encode()) for number in range(500)]
    async with publishing({"bootstrap_servers": rig.brokers}) as publisher:
        for place, batch_bytes in enumerate((1, 1_000, 900_000)):
            ends = await publisher.in_the_background(batch_bytes).publish({(STOREFRONT, place): sent})
            assert ends == {(STOREFRONT, place): 499}
    found = await rig.read(STOREFRONT)
    for place in range(3):
        assert [record.value for record in found if record.partition == place] == [record.value for record in sent]


async def test_what_many_send_at_once_ends_where_it_is_said_to_end(rig: Rig) -> None:
    """The embedded broker tells the end of its last batch wrongly unless that has one record."""
    place = TopicPartition(STOREFRONT, 0)
    client = {"bootstrap_servers": rig.brokers}
    async with publishing(client) as publisher, reading(client) as consumer:
        gathering = Gathering(publisher)
        for round_ in range(5):
            sent = [[Record(None, f"{round_} {caller} {number}".encode()) for number in range(3)] for caller in range(20)]
            await asyncio.gather(*(gathering.publish({(place.topic, place.partition): records}) for records in sent))
            assert (await consumer.end_offsets([place]))[place] == 60 * (round_ + 1)
    assert [record.value for record in await rig.read(STOREFRONT)][-60:] == [
        record.value for records in sent for record in records
    ]
