"""One node of a cluster: a process on an address of this machine, which can be stopped, killed, and put to sleep."""

from __future__ import annotations

import os
import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from throughline.apache.jars import java, run
from throughline.apache.properties import written
from throughline.broker import LOOPBACK, BrokerFailed, await_answer
from throughline.leash import Leashed

READY_WITHIN = 90.0
"""Seconds; on two busy cores a JVM with Kafka in it takes its time."""
STOPS_WITHIN = 30.0
"""Seconds; the last nodes of a cluster cannot hand over to anybody, and would wait for minutes."""
CLUSTER_ID = "dGhyb3VnaGxpbmUtdGVzdA"


@dataclass(frozen=True)
class Place:
    """Where a node lives: an address that it listens on, and the words that its command is put behind.

    ``Place("10.77.0.2", ("ip", "netns", "exec", "kafka-2"))`` is a node in a network namespace that has this address.
    """

    host: str = LOOPBACK
    prefix: tuple[str, ...] = ()


class Node:
    """A node under ``directory``; formatted at its first start, and finding its data at every other."""

    def __init__(self, directory: Path, jars: Path, place: Place, number: int, ports: Sequence[int]) -> None:
        self.id = number
        self.place = place
        self.directory = directory
        self.port, self.controller_port, self.outside_port = ports
        self._jars = jars
        self._properties: dict[str, str] = {}
        self._process: Leashed | None = None

    @property
    def address(self) -> str:
        """``host:port``, for clients."""
        return f"{self.place.host}:{self.port}"

    @property
    def outside(self) -> str:
        """``host:port``, for clients who must say who they are; where the cluster has such a door."""
        return f"{self.place.host}:{self.outside_port}"

    @property
    def voter(self) -> str:
        """As ``controller.quorum.voters`` names it."""
        return f"{self.id}@{self.place.host}:{self.controller_port}"

    @property
    def log(self) -> Path:
        return self.directory / "kafka.log"

    @property
    def pid(self) -> int | None:
        """Its process, while it runs; also while it is paused."""
        return self._process.pid if self._process is not None and self._process.running else None

    @property
    def running(self) -> bool:
        return self.pid is not None

    def told(self, properties: Mapping[str, str], guarded: bool = False) -> None:
        """What it finds at its next start, beside where it is; ``guarded``: with a door for clients who must say who they are."""
        doors = f"PLAINTEXT://{self.address}" + (f",OUTSIDE://{self.outside}" if guarded else "")
        here = {
            "node.id": str(self.id),
            "listeners": f"{doors},CONTROLLER://{self.place.host}:{self.controller_port}",
            "advertised.listeners": doors,
            "log.dirs": str(self.directory / "data"),
        }
        self._properties = here | dict(properties)

    def start(self, brokers: int = 1) -> None:
        """On return it answers, and knows of so many brokers. Raises ``BrokerFailed``.

        A cluster answers when most of its nodes run: start the first ones side by side, as ``ApacheKafka.start`` does.
        """
        if self.running:
            return
        self._prepare()
        file = str(self.directory / "server.properties")
        self._process = Leashed([*self.place.prefix, *java(self._jars, "kafka.Kafka", file)], self.log)
        if not await_answer(self.address, self._process, READY_WITHIN, brokers=brokers):
            self.kill()
            raise BrokerFailed(f"Apache Kafka did not answer on {self.address}. Its log says why: {self.log}")

    def stop(self) -> None:
        """A clean shutdown, if it can be had in time. May be called twice."""
        if self._process is not None:
            self.resume()
            self._process.stop(STOPS_WITHIN)

    def kill(self) -> None:
        """``kill -9``: what was acknowledged must be there at the next start."""
        if self._process is not None:
            self._process.kill()

    def pause(self) -> None:
        """SIGSTOP: its connections stay open, and nobody answers."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """SIGCONT: it wakes and does not know that it slept."""
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        if (pid := self.pid) is not None:
            os.kill(pid, number)

    def _prepare(self) -> None:
        """Its properties as they are now, and its folder formatted, if that was not done."""
        self.directory.mkdir(parents=True, exist_ok=True)
        file = self.directory / "server.properties"
        file.write_text(written(self._properties))
        if not (self.directory / "data" / "meta.properties").exists():
            command = java(self._jars, "kafka.tools.StorageTool", "format", "-t", CLUSTER_ID, "-c", str(file))
            run(command, "Apache Kafka's storage could not be formatted")
