"""From settings to a worker: the plain arguments that the shells behind the front door take."""

from __future__ import annotations

import ssl
import sys
from pathlib import Path
from typing import Any

from schemas.failures import Stop
from sinks.apart import LakeApart, tend
from streams.agents.options import Access, Options
from streams.app import App, build_app, core
from streams.journey.hashing import IdentifierHash
from throughline.identity_key import identity_key
from throughline.memory import look_for_cycles_seldom
from throughline.rules import journey_rules
from throughline.settings import KafkaSettings, Settings, SettingsFault

TURN = 0.001
"""Seconds for which a thread may keep the interpreter while another wants it. With Python's 5 ms the slowest signals took a fifth
longer, as the lake is written meanwhile."""


def worker(settings: Settings, brokers: str) -> App:
    """A worker on these brokers, ready to run; its topics must exist."""
    look_for_cycles_seldom()
    sys.setswitchinterval(TURN)
    return build_app(
        options(settings, brokers),
        core(settings.partitions, journey_rules(settings.rules), identifier_hash(settings)),
        LakeApart(settings.lake),
        upkeep=lambda: tend(settings.lake),
    )


def identifier_hash(settings: Settings) -> IdentifierHash:
    return IdentifierHash(identity_key(settings))


def options(settings: Settings, brokers: str) -> Options:
    return Options(
        brokers=brokers,
        partitions=settings.partitions,
        group=settings.group,
        clock=settings.clock,
        commit_interval=settings.commit_interval.total_seconds(),
        replication=settings.kafka.replication,
        standby_replicas=settings.kafka.standby_replicas,
        session_timeout=settings.kafka.session_timeout.total_seconds(),
        drain_within=settings.drain_within.total_seconds(),
        stalled_after=settings.stalled_after.total_seconds(),
        state_dir=settings.states if settings.state == "rocksdb" else None,
        web_host=settings.web_host,
        web_port=settings.web_port,
        access=access(settings.kafka),
    )


def client(settings: Settings, brokers: str) -> dict[str, Any]:
    """The arguments of an aiokafka client that only reads or writes."""
    return {"bootstrap_servers": brokers, **access(settings.kafka).aiokafka}


def access(kafka: KafkaSettings) -> Access:
    if kafka.security.startswith("SASL") and (kafka.username is None or kafka.password is None):
        raise SettingsFault(f"{kafka.security} needs THROUGHLINE_KAFKA__USERNAME and THROUGHLINE_KAFKA__PASSWORD")
    return Access(
        security=kafka.security,
        mechanism=kafka.sasl_mechanism,
        username=kafka.username,
        password=kafka.password.get_secret_value() if kafka.password is not None else None,
        tls=_tls(kafka) if kafka.security.endswith("SSL") else None,
    )


def _tls(kafka: KafkaSettings) -> ssl.SSLContext:
    """Verifies the broker's certificate and name; there is no setting that does not."""
    try:
        context = ssl.create_default_context(cafile=_text(kafka.ca_file))
        if kafka.cert_file is not None:
            context.load_cert_chain(kafka.cert_file, _text(kafka.key_file))
    except (OSError, ssl.SSLError) as error:
        raise Stop(
            f"The certificates named by THROUGHLINE_KAFKA__CA_FILE, CERT_FILE or KEY_FILE cannot be used: {error}"
        ) from error
    return context


def _text(path: Path | None) -> str | None:
    return None if path is None else str(path)
