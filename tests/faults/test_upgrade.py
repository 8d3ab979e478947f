"""Workers replaced one by one by a version that knows more: what the old ones cannot read waits, or is kept whole.

The old version is a copy of this one from which a type of event and a property have been taken out.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from schemas.topics import STOREFRONT, SUPPORT
from sinks.duck import connect
from tests.broker.rig import PARTITIONS, ROOT, Rig
from tests.broker.shoppers import BEGIN, at, views
from throughline.dead_letters import dead_letters, mended, send_again

pytestmark = pytest.mark.timeout(240)


@pytest.fixture
def before(tmp_path: Path) -> Path:
    """The version before, which knows neither privacy requests nor which product a review is about."""
    old = tmp_path / "before"
    for room in ("schemas", "streams", "sinks", "throughline", "tests"):
        shutil.copytree(ROOT / room, old / room, ignore=shutil.ignore_patterns("__pycache__", "target"))
    product = r"    product_id: Identifier \| None = None\n(?=\n\nclass ReviewPosted)"
    without(old / "schemas/events/support.py", r"class PrivacyProperties.*\Z", product)
    without(old / "schemas/events/catalogue.py", r'    "privacy_requested",\n')
    without(old / "streams/journey/reading.py", r'    "privacy_requested": \("request",\),\n')
    return old


async def test_events_of_a_new_form_survive_a_rolling_upgrade(rig: Rig, before: Path) -> None:
    sent = [*views(600), *reviews(60), *requests(120)]
    old = [rig.worker(root=before) for _ in range(2)]
    for worker in old:
        await worker.owns(PARTITIONS // 2)
    await rig.events(STOREFRONT, views(600)[:300])
    await rig.events(SUPPORT, [*reviews(60)[:30], *requests(120)[:40]])
    await rig.arrived()
    assert old[0].process.stop() == 0
    first = rig.worker()
    await first.owns(PARTITIONS // 2)
    await rig.events(STOREFRONT, views(600)[300:])
    await rig.events(SUPPORT, [*reviews(60)[30:], *requests(120)[40:80]])
    old[1].process.stop()
    second = rig.worker()
    await rig.events(SUPPORT, requests(120)[80:])
    await rig.arrived(120)
    assert first.process.running
    assert second.process.running
    refused = await sent_again(rig)
    assert refused
    await rig.arrived()
    assert rig.event_ids() == {event["event_id"]: 1 for event in sent}
    with connect(rig.lake) as lake:
        assert lake.execute("SELECT count(*) FROM dead_letters WHERE retried_as IS NULL").fetchone() == (0,)


async def sent_again(rig: Rig) -> int:
    """As `throughline dead-letters send` does, each of them."""
    with connect(rig.lake) as lake:
        letters = dead_letters(lake)
    for letter in letters:
        value, event = mended(letter, None)
        await send_again(letter, value, event, rig.options.client, rig.partitions)
    return len(letters)


def reviews(count: int) -> Sequence[dict[str, Any]]:
    return [support("review_posted", number, {"score": 4, "product_id": "lamp"}) for number in range(count)]


def requests(count: int) -> Sequence[dict[str, Any]]:
    return [support("privacy_requested", number, {"request": "access"}) for number in range(count)]


def support(kind: str, number: int, properties: dict[str, Any]) -> dict[str, Any]:
    when = at(BEGIN + number * 1_000)
    identity = {"event_id": f"{kind}-{number}", "type": kind, "customer_id": f"c{number}"}
    return {**identity, "occurred_at": when, "received_at": when, "channel": "web", "properties": properties}


def without(file: Path, *patterns: str) -> None:
    """Each pattern is in the file, once, and then is not."""
    text = file.read_text()
    for pattern in patterns:
        text, found = re.subn(pattern, "", text, flags=re.DOTALL)
        assert found == 1, f"{pattern} {found} times in {file}"
    file.write_text(text)
