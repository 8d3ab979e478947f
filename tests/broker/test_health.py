"""A worker's pages: 200 while it moves, 503 with the reason when it does not, and its numbers for Prometheus."""

from __future__ import annotations

import asyncio
import json
import urllib.error
import urllib.request

import pytest

from schemas.topics import STOREFRONT
from tests.broker.rig import Rig, Worker, until
from tests.broker.shoppers import views
from throughline.local import Broker


@pytest.mark.timeout(120)
async def test_health_turns_when_the_broker_is_gone_and_metrics_tell_what_was(rig: Rig, broker: Broker) -> None:
    worker = rig.worker("--stalled-after", "3", "--clock", "wall")
    await worker.owns()
    await rig.events(STOREFRONT, views(500))
    await rig.taken(500, worker)
    status, health = await page(worker, "/health")
    assert (status, json.loads(health)["status"]) == (200, "ok")
    metrics = (await page(worker, "/metrics"))[1]
    for name in ("records_total", "lag_records", "clock_seconds", "clock_hold_back_seconds", "state_bytes", "commit_seconds_sum"):
        assert f"throughline_{name}" in metrics
    broker.kill()

    async def stalled() -> bool:
        return (await page(worker, "/health"))[0] == 503

    await until(stalled, 40, lambda: "it still calls itself healthy")
    assert "has not been heard of" in (await page(worker, "/health"))[1]


async def page(worker: Worker, path: str) -> tuple[int, str]:
    return await asyncio.to_thread(_page, f"http://127.0.0.1:{worker.port}{path}")


def _page(url: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(url, timeout=10) as response:  # noqa: S310  (our own, on loopback)
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
