"""What was measured, kept as JSON in ``docs/benchmarks``: what the page is made of."""

from __future__ import annotations

import platform
import sys
from argparse import Namespace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import msgspec

from bench.table import machine

FILE = Path(__file__).parents[2] / "docs" / "benchmarks" / "results.json"

Found = list[dict[str, Any]]
"""One measurement each."""


def load() -> dict[str, Any]:
    """By trial: ``command``, ``machine``, ``at``, and ``found``."""
    return msgspec.json.decode(FILE.read_bytes(), type=dict[str, Any]) if FILE.exists() else {}


def keep(trial: str, given: Namespace, found: Found) -> None:
    """In the place of what was found in this trial before. Peers that did not take part this time keep what they had."""
    kept = load()
    others = [one for one in kept.get(trial, {}).get("found", []) if one["peer"] not in given.only]
    kept[trial] = {
        "command": " ".join(["python -m bench.peers", *sys.argv[1:]]),
        "machine": f"{machine()}, {_memory_gib():.0f} GiB, {platform.system()} {platform.release().partition('-')[0]}",
        "versions": {name: version(name) for name in ("faust-streaming", "aiokafka", "msgspec", "pyarrow", "duckdb")},
        "at": datetime.now(UTC).date().isoformat(),
        "found": [*others, *found],
    }
    FILE.parent.mkdir(parents=True, exist_ok=True)
    FILE.write_bytes(msgspec.json.format(msgspec.json.encode(kept), indent=1) + b"\n")


def _memory_gib() -> float:
    words = Path("/proc/meminfo").read_text().split()
    return int(words[1]) / 2**20
