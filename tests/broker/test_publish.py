"""Appending in bulk."""

from __future__ import annotations

from schemas.topics import STOREFRONT
from streams.publishing.publisher import Record
from tests.broker.rig import Rig
from throughline.kafka import publishing


async def test_records_keep_their_order_in_batches_of_any_size(rig: Rig) -> None:
    sent = [Record(None, str(number).encode()) for number in range(500)]
    async with publishing({"bootstrap_servers": rig.brokers}) as publisher:
        for place, batch_bytes in enumerate((1, 1_000, 900_000)):
            ends = await publisher.in_the_background(batch_bytes).publish({(STOREFRONT, place): sent})
            assert ends == {(STOREFRONT, place): 499}
    found = await rig.read(STOREFRONT)
    for place in range(3):
        assert [record.value for record in found if record.partition == place] == [record.value for record in sent]
