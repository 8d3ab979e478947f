"""Messages to try adapters on: real ones beside the repository, and in ``examples`` invented ones, by their senders' documents.

An example is ``examples/<adapter>/<name>.json``: ``from`` (where its shape is documented), ``headers``, ``query``, ``message``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from pathlib import Path
from typing import Any

from streams.collector.adapters.adapted import Adapter, Received
from streams.collector.adapters.registry import ADAPTERS

HERE = Path(__file__).parent
REAL = HERE.parents[2] / ".." / "shared" / "data" / "payloads"
AT = 1_763_000_000_000_000
"""When the collector receives them: 2025-11-13 02:13:20 UTC."""

FOLDERS: dict[str, str] = {
    "easypost": "easypost",
    "ga4": "ga4",
    "segment": "segment",
}
"""Whose the messages in a folder of real ones are: the adapter's name."""
HEADERS: dict[str, dict[str, str]] = {}
"""What a real message came with, by ``folder/name``, as far as its sender needs it."""


@dataclass(frozen=True)
class Payload:
    """A message as it comes."""

    adapter: str
    name: str
    message: Any
    headers: Mapping[str, str] = dataclass_field(default_factory=dict)
    query: Mapping[str, str] = dataclass_field(default_factory=dict)

    def received(self, at: int = AT) -> Received:
        return Received(at, "shop", self.headers, self.query)


def real() -> list[Payload]:
    """The real ones of the folders that an adapter reads; none where they are not beside the repository."""
    files = [(file, f"{folder}/{file.stem}") for folder in sorted(FOLDERS) for file in sorted((REAL / folder).glob("*.json"))]
    return [Payload(FOLDERS[file.parent.name], name, json.loads(file.read_text()), HEADERS.get(name, {})) for file, name in files]


def examples(adapter: Adapter) -> list[Payload]:
    files = sorted((HERE / "examples" / adapter.name).glob("*.json"))
    told = [(file.stem, json.loads(file.read_text())) for file in files]
    return [Payload(adapter.name, name, one["message"], one.get("headers", {}), one.get("query", {})) for name, one in told]


def all_of(adapter: Adapter) -> list[Payload]:
    return [*examples(adapter), *(payload for payload in real() if payload.adapter == adapter.name)]


EVERYTHING = [payload for adapter in ADAPTERS for payload in all_of(adapter)]
EXAMPLES = [payload for adapter in ADAPTERS for payload in examples(adapter)]
