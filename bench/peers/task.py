"""What a peer is told, by its environment. The names are the same for the peers in Java."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

SESSION_GAP_MS = 30 * 60_000
TICK_HEADER = "throughline"


@dataclass(frozen=True)
class Task:
    brokers: str
    topic: str
    partitions: int
    alerts: str
    """The topic that abandoned carts are told to."""
    group: str
    folder: Path
    """For Parquet in ``events/`` and ``alerts/``, and for what the peer keeps besides."""
    idle_ms: int
    """So long without a sign of its owner, a cart is abandoned."""
    marks: tuple[int, ...]
    """Event times (ms). When every partition's ticks have come past one, ``mark <n>`` is said on standard output; at the last
    mark, all Parquet is written before that."""

    @property
    def environment(self) -> dict[str, str]:
        said = {**vars(self), "marks": ",".join(map(str, self.marks))}
        return {f"PEER_{name.upper()}": str(value) for name, value in said.items()}

    @classmethod
    def from_environment(cls, given: Mapping[str, str] = os.environ) -> Task:
        return cls(
            brokers=given["PEER_BROKERS"],
            topic=given["PEER_TOPIC"],
            partitions=int(given["PEER_PARTITIONS"]),
            alerts=given["PEER_ALERTS"],
            group=given["PEER_GROUP"],
            folder=Path(given["PEER_FOLDER"]),
            idle_ms=int(given["PEER_IDLE_MS"]),
            marks=tuple(int(mark) for mark in given["PEER_MARKS"].split(",") if mark),
        )
