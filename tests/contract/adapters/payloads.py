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
    "17track": "17track",
    "easypost": "easypost",
    "freshdesk": "freshdesk",
    "ga4": "ga4",
    "intercom": "intercom",
    "segment": "segment",
    "shopify_pixel": "shopify_pixel",
    "shopify_rest": "shopify",
    "shopify_webhook": "shopify",
}
"""Whose the messages in a folder of real ones are: the adapter's name."""
STRAYS: dict[str, str] = {"shopify_pixel/webhook_order_fulfilled": "shopify"}
"""Those that lie in another sender's folder."""


def _topic(topic: str) -> dict[str, str]:
    return {"x-shopify-topic": topic}


HEADERS: dict[str, dict[str, str]] = {
    "shopify_pixel/webhook_order_fulfilled": _topic("orders/fulfilled"),
    "shopify_webhook/carts_create": _topic("carts/create"),
    "shopify_webhook/carts_update": _topic("carts/update"),
    "shopify_webhook/checkouts_create": _topic("checkouts/create"),
    "shopify_webhook/checkouts_create__api_2026-07": _topic("checkouts/create"),
    "shopify_webhook/checkouts_delete": _topic("checkouts/delete"),
    "shopify_webhook/customers_create": _topic("customers/create"),
    "shopify_webhook/fulfillment_events_create": _topic("fulfillment_events/create"),
    "shopify_webhook/fulfillments_create": _topic("fulfillments/create"),
    "shopify_webhook/orders_create": _topic("orders/create"),
    "shopify_webhook/orders_delete": _topic("orders/delete"),
    "shopify_webhook/orders_fulfilled": _topic("orders/fulfilled"),
    "shopify_webhook/orders_paid": _topic("orders/paid"),
    "shopify_webhook/refunds_create": _topic("refunds/create"),
}
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
    return [
        Payload(STRAYS.get(name, FOLDERS[file.parent.name]), name, json.loads(file.read_text()), HEADERS.get(name, {}))
        for file, name in files
    ]


def examples(adapter: Adapter) -> list[Payload]:
    files = sorted((HERE / "examples" / adapter.name).glob("*.json"))
    told = [(file.stem, json.loads(file.read_text())) for file in files]
    return [Payload(adapter.name, name, one["message"], one.get("headers", {}), one.get("query", {})) for name, one in told]


def all_of(adapter: Adapter) -> list[Payload]:
    return [*examples(adapter), *(payload for payload in real() if payload.adapter == adapter.name)]


EVERYTHING = [payload for adapter in ADAPTERS for payload in all_of(adapter)]
EXAMPLES = [payload for adapter in ADAPTERS for payload in examples(adapter)]
