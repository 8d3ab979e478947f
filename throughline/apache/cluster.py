"""A cluster of one node or several, started and ended together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from throughline.apache.jars import java, run
from throughline.apache.node import Node, Place
from throughline.apache.properties import common
from throughline.broker import free_ports
from throughline.startable import Startable


class ApacheKafka(Startable):
    """A cluster under ``directory`` for ``with``: when the block is entered it answers, and it ends with the block.

    ``nodes`` says how many, or the ``Place`` of each. All of it also ends when this process dies by any means; its data stays,
    and the next cluster over the same directory finds it. ``properties`` come before what the nodes are told otherwise. ``port``
    is the first node's, those of the others follow it; without one they are free ones. ``outside`` is the security protocol
    (``SASL_SSL``, ``SSL``) of a second door, for clients who must say who they are.
    """

    durable = True
    """What it holds is there after it was stopped."""

    def __init__(
        self,
        directory: Path,
        jars: Path,
        nodes: int | Sequence[Place] = 1,
        properties: Mapping[str, str] | None = None,
        port: int | None = None,
        outside: str | None = None,
    ) -> None:
        places = [Place()] * nodes if isinstance(nodes, int) else list(nodes)
        ports = free_ports(3 * len(places))
        if port is not None:
            ports[::3] = range(port, port + len(places))
        self.directory = directory
        self._jars = jars
        self.nodes = [
            Node(directory / f"node-{at + 1}", jars, place, at + 1, ports[3 * at : 3 * at + 3]) for at, place in enumerate(places)
        ]
        voters = ",".join(node.voter for node in self.nodes)
        for node in self.nodes:
            told = {**common(len(places), outside), "controller.quorum.voters": voters, **(properties or {})}
            node.told(told, guarded=outside is not None)

    @property
    def address(self) -> str:
        """All nodes, as clients want them for ``bootstrap_servers``."""
        return ",".join(node.address for node in self.nodes)

    @property
    def outside(self) -> str:
        """The other doors of all nodes, where there are any."""
        return ",".join(node.outside for node in self.nodes)

    @property
    def running(self) -> bool:
        """Whether all nodes run."""
        return all(node.running for node in self.nodes)

    def start(self) -> None:
        """On return every node answers and knows the others. The data of a start before is there. Raises ``BrokerFailed``."""
        try:
            self._all(lambda node: node.start(brokers=len(self.nodes)))
        except BaseException:
            self.kill()
            raise

    def stop(self) -> None:
        """A clean shutdown, as far as it goes: the last of several has nobody to hand over to. May be called twice."""
        self._all(Node.stop)

    def kill(self) -> None:
        """``kill -9`` of all: what was acknowledged must be there at the next start."""
        self._all(Node.kill)

    def let(self, *operations: str, to: Sequence[str]) -> None:
        """On a resource, ``["--topic", "orders"]``, everybody may do these operations only; on all others everything.

        For a node with ``properties=ACCESS_RULES``.
        """
        allowed = [word for operation in operations for word in ("--operation", operation)]
        words = ["--bootstrap-server", self.address, "--add", "--allow-principal", "User:ANONYMOUS", *allowed, *to]
        run(java(self._jars, "org.apache.kafka.tools.AclCommand", *words), "The access rule could not be set")

    def admit(self, user: str, password: str) -> None:
        """From now on the user is known by this password, for SCRAM-SHA-512. (Seen by who lists processes meanwhile.)"""
        what = ["--add-config", f"SCRAM-SHA-512=[password={password}]", "--entity-type", "users", "--entity-name", user]
        words = ["--bootstrap-server", self.address, "--alter", *what]
        run(java(self._jars, "kafka.admin.ConfigCommand", *words), "The user could not be made known")

    def _all(self, do: Callable[[Node], None]) -> None:
        """To all nodes at once; the first failure is raised when all have ended."""
        with ThreadPoolExecutor(len(self.nodes)) as pool:
            list(pool.map(do, self.nodes))

    @property
    def log(self) -> Path:
        """Of the first node; the others' lie beside it."""
        return self.nodes[0].log
