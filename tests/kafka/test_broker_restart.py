"""A broker that goes and comes back: workers wait for it, and what came before and after is there once."""

from __future__ import annotations

from pathlib import Path

import pytest

from schemas.topics import FRICTION_SIGNALS, STOREFRONT
from tests.broker.rig import PARTITIONS, Rig
from tests.broker.shoppers import BEGIN, MINUTE, added, views
from tests.kafka.passing import passing
from throughline.apache import ApacheKafka

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(300)]


@pytest.mark.parametrize("violently", [False, True], ids=["shut down", "killed"])
async def test_a_worker_outlives_its_broker(kafka_jars: Path, tmp_path: Path, violently: bool) -> None:
    sent = views(4_000)
    with passing(ApacheKafka(tmp_path / "kafka", kafka_jars)) as kafka:
        rig = Rig(kafka.address, tmp_path)
        try:
            await rig.prepare()
            worker = rig.worker()
            await worker.owns(PARTITIONS)
            await rig.events(STOREFRONT, [*sent[:2_000], added("ada", "42", BEGIN)])
            await rig.taken(1_000, worker)
            (kafka.kill if violently else kafka.stop)()
            kafka.start()
            await rig.events(STOREFRONT, sent[2_000:])
            await rig.tick(BEGIN + 40 * MINUTE)
            await rig.arrived(120)
            assert worker.process.running
            assert rig.event_ids() == {event["event_id"]: 1 for event in sent} | {"added-42": 1}
            told = [record.key for record in await rig.read(FRICTION_SIGNALS)]
            assert [key for key in told if key.startswith(b"cart:")] == [b"cart:42"]
            assert worker.process.stop() == 0
        finally:
            rig.end()
