"""An Apache Kafka of its own for a test: one KRaft node from the published jars, on a free loopback port.

Maven fetches the jars that a ``pom.xml`` names into ``target/dependency`` beside it; Java 17 runs them. Nothing is installed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from throughline.broker import LOOPBACK, BrokerFailed, await_answer, free_port
from throughline.leash import Leashed

READY_WITHIN = 90.0
"""Seconds; on two busy cores a JVM with Kafka in it takes its time."""
CLUSTER_ID = "dGhyb3VnaGxpbmUtdGVzdA"
JAVA_AT_LEAST = 17

_PROPERTIES = """
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@{host}:{controller}
listeners=PLAINTEXT://{host}:{port},CONTROLLER://{host}:{controller}
advertised.listeners=PLAINTEXT://{host}:{port}
controller.listener.names=CONTROLLER
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs={data}
auto.create.topics.enable=false
offsets.topic.num.partitions=4
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
group.initial.rebalance.delay.ms=0
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
allow.everyone.if.no.acl.found=true
"""


class ApacheKafka:
    """A fresh node under ``directory``: formatted, started, gone with the block or with this process."""

    def __init__(self, directory: Path, jars: Path) -> None:
        self.directory = directory
        self._jars = jars
        self._port = free_port()
        self._process: Leashed | None = None

    @property
    def address(self) -> str:
        return f"{LOOPBACK}:{self._port}"

    @property
    def log(self) -> Path:
        return self.directory / "kafka.log"

    def start(self) -> None:
        """On return it answers. A second start finds the data of the first. Raises ``BrokerFailed``."""
        if not self._properties.exists():
            self._format()
        self._process = Leashed(_java(self._jars, "kafka.Kafka", str(self._properties)), self.log)
        if not await_answer(self._port, self._process, READY_WITHIN):
            self.kill()
            raise BrokerFailed(f"Apache Kafka did not answer on {self.address}. Its log says why: {self.log}")

    def stop(self) -> None:
        """A clean shutdown. May be called twice."""
        if self._process is not None:
            self._process.stop(within=30)

    def kill(self) -> None:
        """``kill -9``: what was acknowledged must be there at the next start."""
        if self._process is not None:
            self._process.kill()

    def let(self, *operations: str, to: Sequence[str]) -> None:
        """On a resource, ``["--topic", "orders"]``, everybody may do these operations only; on all others everything."""
        allowed = [word for operation in operations for word in ("--operation", operation)]
        words = ["--bootstrap-server", self.address, "--add", "--allow-principal", "User:ANONYMOUS", *allowed, *to]
        _run(_java(self._jars, "org.apache.kafka.tools.AclCommand", *words), "The access rule could not be set")

    @property
    def _properties(self) -> Path:
        return self.directory / "server.properties"

    def _format(self) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)
        data = self.directory / "data"
        text = _PROPERTIES.format(host=LOOPBACK, port=self._port, controller=free_port(), data=data)
        self._properties.write_text(text)
        command = _java(self._jars, "kafka.tools.StorageTool", "format", "-t", CLUSTER_ID, "-c", str(self._properties))
        _run(command, "Apache Kafka's storage could not be formatted")

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()


def missing() -> str | None:
    """Why Apache Kafka cannot run on this machine; None if it can."""
    if shutil.which("java") is None:
        return f"no Java on the PATH; Apache Kafka needs {JAVA_AT_LEAST} or newer"
    if shutil.which("mvn") is None:
        return "no Maven on the PATH; it fetches Apache Kafka's jars"
    release = _java_release()
    return None if release >= JAVA_AT_LEAST else f"Java {release} is too old; Apache Kafka needs {JAVA_AT_LEAST} or newer"


def fetch(pom: Path) -> Path:
    """The folder with the jars that ``pom`` names, fetched where they are not there yet. Raises ``BrokerFailed``."""
    jars = pom.parent / "target" / "dependency"
    whole = jars / ".whole"
    if whole.exists() and whole.stat().st_mtime >= pom.stat().st_mtime:
        return jars
    shutil.rmtree(jars, ignore_errors=True)
    command = ["mvn", "-q", "-B", "-f", str(pom), "dependency:copy-dependencies", f"-DoutputDirectory={jars}"]
    _run(command, f"Maven could not fetch what {pom} names")
    whole.touch()
    return jars


def _run(command: list[str], otherwise: str) -> None:
    """To its end. Raises ``BrokerFailed`` with what it said last."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode != 0:
        raise BrokerFailed(f"{otherwise}: {done.stdout.strip()[-500:]}")


def _java(jars: Path, *words: str) -> list[str]:
    options = ["-Xms256m", "-Xmx512m", "-XX:TieredStopAtLevel=1", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"]
    return ["java", *options, "-cp", os.path.join(jars, "*"), *words]


def _java_release() -> int:
    """``openjdk 17.0.15`` is 17; 0 where Java does not say."""
    said = subprocess.run(["java", "--version"], capture_output=True, text=True, check=False).stdout.split()  # noqa: S607
    release = said[1].partition(".")[0] if len(said) > 1 else ""
    return int(release) if release.isdecimal() else 0
