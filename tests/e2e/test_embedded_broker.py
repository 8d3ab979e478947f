"""The embedded broker is there while its owner is, and not a moment longer."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from time import monotonic

import pytest

from throughline.broker import BrokerFailed, EmbeddedBroker, answers, free_ports

OWNER = """
import sys
from pathlib import Path
from throughline.broker import EmbeddedBroker
broker = EmbeddedBroker(Path(sys.argv[1]))
broker.start()
print(broker.address, broker.pid, flush=True)
sys.stdin.read()
"""


def port_of(broker: EmbeddedBroker) -> int:
    return int(broker.address.rpartition(":")[2])


def test_it_answers_inside_the_block_and_not_after_it(tmp_path: Path) -> None:
    with EmbeddedBroker(tmp_path) as broker:
        assert broker.address.startswith("127.0.0.1:")
        assert answers(broker.address)
        assert broker.running
    assert not broker.running
    assert not answers(broker.address)
    assert broker.log.exists()


def test_two_brokers_stand_side_by_side(tmp_path: Path) -> None:
    with EmbeddedBroker(tmp_path / "a") as one, EmbeddedBroker(tmp_path / "b") as other:
        assert one.address != other.address
        assert answers(one.address)
        assert answers(other.address)


async def test_it_starts_and_stops_within_an_event_loop(tmp_path: Path) -> None:
    async with EmbeddedBroker(tmp_path) as broker:
        assert answers(broker.address)
    assert not answers(broker.address)


def test_it_comes_back_on_the_same_port_after_being_killed(tmp_path: Path) -> None:
    first = EmbeddedBroker(tmp_path)
    first.start()
    port = port_of(first)
    first.kill()
    with EmbeddedBroker(tmp_path, port=port) as second:
        assert port_of(second) == port
        assert answers(second.address)


def test_a_port_in_use_is_refused_with_the_place_of_the_log(tmp_path: Path) -> None:
    with EmbeddedBroker(tmp_path / "a") as owner, pytest.raises(BrokerFailed, match=r"broker\.log"):
        EmbeddedBroker(tmp_path / "b", port=port_of(owner)).start()


def test_a_killed_owner_takes_its_broker_along(tmp_path: Path) -> None:
    command = [sys.executable, "-c", OWNER, str(tmp_path)]
    owner = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert owner.stdin is not None
    assert owner.stdout is not None
    with owner.stdin, owner.stdout:
        address, pid = owner.stdout.readline().split()
        assert answers(address)
        os.kill(owner.pid, signal.SIGKILL)
        owner.wait()
        assert _gone_within(int(pid), seconds=5)


def _gone_within(pid: int, seconds: float) -> bool:
    deadline = monotonic() + seconds
    while monotonic() < deadline:
        if not _alive(pid):
            return True
    return False


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().split()[2] != "Z" if Path("/proc").exists() else True


def test_free_ports_differ_and_are_none_that_a_client_may_be_given() -> None:
    ports = free_ports(200)
    assert len(set(ports)) == 200
    assert max(ports) < 32_768
