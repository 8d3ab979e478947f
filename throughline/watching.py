"""How a worker on this machine is doing, from its own pages."""

from __future__ import annotations

import asyncio
import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass

from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

from schemas.topics import SOURCE_TOPICS


@dataclass(frozen=True)
class Standing:
    """A worker's standing; all zero and empty while it does not answer."""

    status: str = "starting"
    behind: Mapping[str, int] | None = None
    """Records behind the end, by topic and partition; None while it owns none."""
    events: int = 0
    signals: int = 0
    dead_letters: int = 0
    clock: float | None = None
    """The slowest partition's firing clock, epoch seconds."""

    @property
    def sources_behind(self) -> int:
        return sum(behind for place, behind in (self.behind or {}).items() if place.startswith(SOURCE_TOPICS))


async def standing(host: str, port: int) -> Standing:
    """Ask once."""
    return await asyncio.to_thread(_standing, host, port)


def _standing(host: str, port: int) -> Standing:
    try:
        health = json.loads(_get(host, port, "/health"))
        metrics = _get(host, port, "/metrics").decode()
    except (OSError, http.client.HTTPException, ValueError):
        return Standing()
    samples = _samples(metrics)

    def total(name: str, **labels: str) -> int:
        fitting = (sample for sample in samples if sample.name == name and labels.items() <= sample.labels.items())
        return int(sum(sample.value for sample in fitting))

    clocks = [sample.value for sample in samples if sample.name == "throughline_clock_seconds"]
    return Standing(
        status=health["status"],
        behind={place: partition["behind"] for place, partition in health["partitions"].items()} or None,
        events=total("throughline_stitched_total", what="events"),
        signals=total("throughline_signals_total", status="opened"),
        dead_letters=total("throughline_dead_letters_total"),
        clock=min(clocks, default=None),
    )


async def subjects(host: str, port: int) -> int:
    """How many states of identifiers and episodes the worker has. It must be there."""
    metrics = (await asyncio.to_thread(_get, host, port, "/metrics")).decode()
    return int(sum(sample.value for sample in _samples(metrics) if sample.name == "throughline_subjects"))


def _samples(metrics: str) -> list[Sample]:
    return [sample for family in text_string_to_metric_families(metrics) for sample in family.samples]


def _get(host: str, port: int, path: str) -> bytes:
    connection = http.client.HTTPConnection(host, port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().read()
    finally:
        connection.close()
