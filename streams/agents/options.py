"""What a worker is told, as plain values: who reads the environment is `throughline/settings.py`, and nobody here."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from faust.auth import SASLCredentials, SSLCredentials

PLAIN = "PLAINTEXT"


@dataclass(frozen=True)
class Access:
    """How to speak to a broker that asks who we are. The default is a broker that does not."""

    security: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    mechanism: str = "SCRAM-SHA-512"
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    tls: ssl.SSLContext | None = None

    @property
    def aiokafka(self) -> dict[str, Any]:
        """The arguments of an aiokafka client."""
        arguments: dict[str, Any] = {"security_protocol": self.security, "ssl_context": self.tls}
        if self.security.startswith("SASL"):
            arguments |= {
                "sasl_mechanism": self.mechanism,
                "sasl_plain_username": self.username,
                "sasl_plain_password": self.password,
            }
        return arguments

    @property
    def faust(self) -> SASLCredentials | SSLCredentials | None:
        """The same as Faust's ``broker_credentials``."""
        if self.security == "SSL":
            return SSLCredentials(self.tls)
        if self.security == PLAIN:
            return None
        named = {"mechanism": self.mechanism, "username": self.username, "password": self.password}
        return SASLCredentials(**named, ssl_context=self.tls)


@dataclass(frozen=True)
class Options:
    """Everything a worker needs to know; durations are seconds."""

    brokers: str
    """``host:port``, several separated by commas."""
    partitions: int = 4
    """Of each topic, and so of the state."""
    group: str = "throughline"
    """The consumer group: workers with the same one share the work."""
    clock: Literal["wall", "log"] = "wall"
    """Whether the leader writes a tick a second, or the log brings its own (replay, simulation)."""
    commit_interval: float = 5.0
    commit_every: int = 200_000
    """Log entries after which a commit is due even before the interval."""
    replication: int | None = None
    """Of topics we create; None: three copies, or as many as there are brokers."""
    standby_replicas: int = 0
    session_timeout: float = 6.0
    """A worker silent for so long is taken for dead: the larger part of the time a takeover takes. Less is not what Kafka allows
    by default."""
    drain_within: float = 20.0
    """How long a worker that gives up partitions may take to finish what it has in hand; after that the next owner does it."""
    stalled_after: float = 60.0
    """A partition that is behind and has not moved for so long is reported as stalled."""
    state_dir: Path | None = None
    """Where states of journeys lie while the worker runs; None is in memory."""
    web_host: str = "127.0.0.1"
    web_port: int = 6066
    access: Access = Access()

    @property
    def client(self) -> dict[str, Any]:
        """The arguments of an aiokafka client on these brokers."""
        return {"bootstrap_servers": self.brokers, **self.access.aiokafka}
