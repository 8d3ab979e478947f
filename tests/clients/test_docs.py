"""The programs of docs/producers.md send what they say, to a running collector and to the broker itself."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from schemas.codec import Event, decode
from streams.collector.doors import DOORS
from tests.broker.rig import Rig
from tests.clients.test_clients import missing
from tests.collector.running import RunningCollector, collecting
from tests.house.documents import ROOT, blocks, code
from throughline.broker import EmbeddedBroker

pytestmark = [pytest.mark.clients, pytest.mark.timeout(300)]

PAGE = ROOT / "docs/producers.md"
RUN = {"bash": ["bash", "program.bash"], "javascript": ["node", "program.mjs"], "python": [sys.executable, "program.py"]}


class Running(NamedTuple):
    rig: Rig
    collector: RunningCollector
    key: str


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    if lacking := missing():
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"not here: {lacking}")
    folder = tmp_path_factory.mktemp("docs")
    with EmbeddedBroker(folder / "broker") as broker:
        rig = Rig(broker.address, folder)
        asyncio.run(rig.prepare())
        with collecting(folder, broker.address) as collector:
            yield Running(rig, collector, collector.key("shop"))


@pytest.mark.parametrize("language", RUN)
def test_the_program_sends_its_order(language: str, running: Running, tmp_path: Path) -> None:
    (program,) = blocks(PAGE, language)
    ours = program.replace("http://127.0.0.1:6067", running.collector.url).replace("127.0.0.1:9092", running.rig.brokers)
    assert ours != program
    (tmp_path / RUN[language][1]).write_text(ours)
    environment = os.environ | {"WRITE_KEY": running.key, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(RUN[language], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"order-1001-{'curl' if language == 'bash' else language}" in orders(running.rig)


def test_what_curl_is_answered_is_shown(running: Running) -> None:
    (program,), (shown,) = blocks(PAGE, "bash"), blocks(PAGE, "text")
    ours = program.replace("http://127.0.0.1:6067", running.collector.url)
    environment = os.environ | {"WRITE_KEY": running.key}
    assert (
        subprocess.run(["bash", "-c", ours], env=environment, capture_output=True, text=True, check=True).stdout == shown.strip()
    )


@pytest.mark.skipif(shutil.which("gofmt") is None, reason="there is no Go here")
def test_the_program_in_go_is_written_as_go_is(tmp_path: Path) -> None:
    (program,) = blocks(PAGE, "go")
    done = subprocess.run(["gofmt", "-d"], input=program, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_every_door_is_on_the_page() -> None:
    named = set(code(PAGE))
    assert [door.path for door in DOORS if door.proof == "key" and door.path not in named] == []
    assert [door.sender for door in DOORS if door.proof == "signature" and door.sender not in named] == []


def orders(rig: Rig) -> set[str]:
    """The ids of the orders on their topic."""
    found = [decode(record.value) for record in asyncio.run(rig.read("checkout.events"))]
    return {event.event_id for event in found if isinstance(event, Event) and event.type == "order_completed"}
