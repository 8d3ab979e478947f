"""Clients as they are published, unmodified, tell a little shopping story; what the lake then holds is what happened."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.broker.rig import Rig
from tests.clients.browser import chromium, visit
from tests.collector.running import RunningCollector, collecting
from throughline.broker import EmbeddedBroker

pytestmark = [pytest.mark.clients, pytest.mark.timeout(300)]

HERE = Path(__file__).parent
STORIES = HERE / "stories"
PYTHON = HERE / ".venv/bin/python"
WITHIN = 60.0
"""Seconds for a client to tell its story."""

BOUGHT = ["product_viewed", "product_added", "checkout_started", "order_completed"]
TOLD = {
    "segment_node": ["identified", *BOUGHT],
    "segment_python": ["identified", *BOUGHT],
    "rudder_node": ["identified", *BOUGHT],
    "rudder_python": ["identified", *BOUGHT],
    "snowplow_node": [*BOUGHT, "checkout_step_completed"],
    "snowplow_python": [*BOUGHT, "checkout_step_completed"],
    "cloudevents_node": BOUGHT,
    "cloudevents_python": BOUGHT,
    "browser": ["page_viewed", "identified", *BOUGHT],
    "browser_in_batches": ["page_viewed", "identified", *BOUGHT],
}
"""What each one says happened."""

Row = dict[str, Any]


def missing() -> str | None:
    """What is not here that the clients need."""
    needs = {
        "node": shutil.which("node"),
        "a Chromium": chromium(),
        "the clients for Node.js (make client-test)": (HERE / "node_modules").is_dir(),
        "the clients for Python (make client-test)": PYTHON.exists(),
    }
    return ", ".join(name for name, found in needs.items() if not found) or None


@dataclass(frozen=True)
class Told:
    """What became of all stories, by the name of the key that each was told with."""

    complaints: dict[str, str]
    """Of the clients, empty where there are none."""
    events: dict[str, list[Row]]
    dead_letters: list[Row]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    """All of it goes through one collector, one broker and one worker."""
    if lacking := missing():
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"not here: {lacking}")
    return asyncio.run(tell_all(tmp_path_factory.mktemp("clients")))


async def tell_all(folder: Path) -> Told:
    with EmbeddedBroker(folder / "broker") as broker:
        rig = Rig(broker.address, folder)
        await rig.prepare()
        with collecting(folder / "collector", broker.address) as collector:
            worker = rig.worker()
            try:
                await worker.owns()
                complaints = await asyncio.to_thread(complaints_at, collector)
                await rig.arrived()
            finally:
                rig.end()
    rows = sorted(rig.rows("events"), key=lambda row: row["occurred_at"])
    return Told(complaints, {name: [row for row in rows if row["source"] == name] for name in TOLD}, rig.rows("dead_letters"))


def complaints_at(collector: RunningCollector) -> dict[str, str]:
    """Two clients at a time."""
    keys = {name: collector.key(name) for name in TOLD}
    with ThreadPoolExecutor(2) as pool:
        return dict(zip(TOLD, pool.map(lambda name: tell(name, collector.url, keys[name]), TOLD), strict=True))


def tell(name: str, url: str, key: str) -> str:
    """What the client complains of; its customer has its name."""
    if name.startswith("browser"):
        batching = {"batching": ""} if name == "browser_in_batches" else {}
        return visit(chromium() or "", urlencode({"collector": url, "key": key, "customer": name, **batching}), WITHIN)
    story = next(STORIES.glob(f"{name}.*"))
    program = "node" if story.suffix == ".mjs" else str(PYTHON)
    with TemporaryDirectory() as nowhere:
        command = [program, str(story), url, key, name]
        done = subprocess.run(command, cwd=nowhere, capture_output=True, text=True, timeout=WITHIN, check=False)
    return f"{done.stdout}{done.stderr}" if done.returncode else ""


def properties_of(row: Row) -> Row:
    found: Row = json.loads(row["properties"])
    return found


each = pytest.mark.parametrize("name", TOLD)


@each
def test_the_client_has_no_complaint(name: str, told: Told) -> None:
    assert told.complaints[name] == ""


def test_nothing_of_it_was_refused(told: Told) -> None:
    assert told.dead_letters == []


@each
def test_what_the_client_said_is_in_the_lake_once(name: str, told: Told) -> None:
    assert sorted(row["type"] for row in told.events[name]) == sorted(TOLD[name])


@each
def test_the_order_is_the_customers_and_has_its_amount(name: str, told: Told) -> None:
    (order,) = [row for row in told.events[name] if row["type"] == "order_completed"]
    assert (order["customer_id"], order["order_id"]) == (name, f"{name}-order")
    properties = properties_of(order)
    assert (properties["total_minor"], properties["currency"]) == (5480, "EUR")


@each
def test_the_lamp_in_the_cart_has_its_price(name: str, told: Told) -> None:
    (added,) = [row for row in told.events[name] if row["type"] == "product_added"]
    properties = properties_of(added)
    assert (properties["product_id"], properties["price_minor"], properties["currency"]) == ("lamp", 4990, "EUR")
    assert added["cart_id"] == f"{name}-cart"


@each
def test_no_address_is_kept_in_clear(name: str, told: Told) -> None:
    assert "@example.com" not in str(told.events[name])
    if "identified" in TOLD[name]:
        (identified,) = [row for row in told.events[name] if row["type"] == "identified"]
        assert identified["email"]
