"""What a worker knew is known to the next one, however the first ended."""

from __future__ import annotations

import json
from typing import Any

import pytest

from schemas.topics import FRICTION_OPEN, FRICTION_SIGNALS, STOREFRONT
from tests.broker.rig import Rig
from tests.broker.shoppers import BEGIN, MINUTE, added, views


@pytest.mark.timeout(180)
async def test_a_cart_is_told_once_over_a_graceful_stop_and_a_kill(rig: Rig) -> None:
    first = rig.worker()
    await rig.events(STOREFRONT, [added("ada", "42", BEGIN)])
    await rig.tick(BEGIN + MINUTE)
    await rig.arrived()
    assert first.process.stop() == 0

    second = rig.worker()
    await rig.tick(BEGIN + 31 * MINUTE)
    await rig.arrived()
    opened = await signals(rig)
    assert [(signal["kind"], signal["status"], signal["key"]) for signal in opened] == [("cart_abandoned", "opened", "cart:42")]
    assert [record.value is not None for record in await rig.read(FRICTION_OPEN)] == [True]
    second.process.kill()

    rig.worker()
    back = views(1, "back")[0] | {
        "customer_id": "ada",
        "occurred_at": opened[0]["changed_at"],
        "received_at": opened[0]["changed_at"],
    }
    await rig.events(STOREFRONT, [back])
    await rig.tick(BEGIN + 40 * MINUTE)
    await rig.arrived()
    assert [signal["status"] for signal in await signals(rig)] == ["opened", "resolved"]
    assert [record.value is not None for record in await rig.read(FRICTION_OPEN)] == [True, False]


@pytest.mark.timeout(120)
async def test_a_signal_carries_its_cloud_event_in_headers(rig: Rig) -> None:
    rig.worker()
    await rig.events(STOREFRONT, [added("ada", "42", BEGIN)])
    await rig.tick(BEGIN + 31 * MINUTE)
    await rig.arrived()
    [record] = await rig.read(FRICTION_SIGNALS)
    headers = {name: value.decode() for name, value in record.headers}
    signal = json.loads(record.value)
    assert record.key == b"cart:42"
    assert headers["ce_type"] == "dev.throughline.friction.cart_abandoned.opened"
    assert headers["ce_subject"] == "cart:42"
    assert headers["ce_time"] == signal["changed_at"]
    assert headers["ce_id"].startswith(signal["signal_id"])
    assert {"ce_specversion", "ce_source", "content-type"} <= headers.keys()


@pytest.mark.timeout(120)
async def test_a_worker_told_to_stop_leaves_nothing_undone(rig: Rig) -> None:
    sent = views(20_000)
    worker = rig.worker("--commit-interval", "600")
    await worker.owns()
    await rig.events(STOREFRONT, sent)
    await rig.taken(len(sent), worker)
    assert worker.process.stop() == 0
    assert await rig.behind() == {}
    assert rig.event_ids() == {event["event_id"]: 1 for event in sent}


async def signals(rig: Rig) -> list[dict[str, Any]]:
    return [json.loads(record.value) for record in await rig.read(FRICTION_SIGNALS)]
