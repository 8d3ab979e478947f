"""The plain arguments of a collector."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

MIB = 1024 * 1024


@dataclass(frozen=True)
class CollectorOptions:
    keys: Path
    """The file of keys and secrets."""
    spool: Path
    """The folder of the spool."""
    partitions: int
    hash_identifier: Callable[[str, str], str]
    """The keyed hash of e-mails and phones."""
    host: str = "127.0.0.1"
    port: int = 0
    body_bytes: int = 4 * MIB
    batch_events: int = 5_000
    in_hand_bytes: int = 64 * MIB
    events_a_second: float = 50_000
    """Of one source."""
    spool_bytes: int = 1024 * MIB
    spool_after: float = 2.0
    """Seconds without an acknowledgement after which events go to disk."""
    drain_within: float = 20.0
    """Seconds for what is in hand when it is told to stop."""
    future: int = 24 * 3_600 * 1_000_000
    """Microseconds; an event further ahead of its receipt is refused."""
    origins: tuple[str, ...] = ("*",)
    """From whose pages browsers may send."""
    tls: ssl.SSLContext | None = None
