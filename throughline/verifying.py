"""Putting a lake before the oracle: what it was made from, and by which settings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from pathlib import Path

from streams.journey.entries import Instant
from streams.journey.rules import Rules
from throughline.lake import existing
from throughline.local import running_brokers
from throughline.oracle.definitions import Definitions
from throughline.oracle.records import Record, read_files
from throughline.oracle.source_topics import read_topics
from throughline.oracle.verify import Verdict, verify
from throughline.rules import detector_settings, journey_rules
from throughline.settings import Settings
from throughline.worker import client, identifier_hash


async def judge(settings: Settings, history: Path | None, until: Instant | None = None) -> Verdict:
    """The oracle's verdict on the lake, from a history file, else from the source topics, as of ``until`` or the last tick."""
    lake = existing(settings)
    inputs: Iterable[Record]
    if history is not None:
        inputs = read_files([history])
    else:
        arguments = client(settings, running_brokers(settings))
        inputs = await read_topics(arguments.pop("bootstrap_servers"), **arguments)
    rules = journey_rules(settings.rules)
    kinds = [detector.kind for detector in rules.detectors]
    return verify(lake, inputs, identifier_hash(settings), definitions(rules), until, kinds)


def definitions(rules: Rules) -> Definitions:
    """The rules in the oracle's terms; what it does not know of a detector decides nothing about when a signal opens or ends."""
    known = {field.name for field in fields(Definitions)}
    of_detectors = {
        f"{detector.kind}_{name}": value for detector in rules.detectors for name, value in detector_settings(detector).items()
    }
    return Definitions(
        session_gap=rules.session_gap,
        journey_quiet=rules.journey_quiet,
        order_waits=rules.order_waits,
        lateness=rules.lateness,
        future_limit=rules.future,
        store_timezone=rules.store_timezone,
        **{name: value for name, value in of_detectors.items() if name in known},
    )
