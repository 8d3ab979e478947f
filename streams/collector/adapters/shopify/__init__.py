"""Shopify's webhooks, and the same objects as its Admin API answers with them.

What a webhook is about says its header ``X-Shopify-Topic``; without it the topic is guessed by the body's shape. Shopify sends
twice and out of order: ``X-Shopify-Event-Id`` tells the same event, whichever subscription it came by.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from schemas.signals import named, text_of
from streams.collector.adapters.adapted import Adapted, Adapter, Made, Received
from streams.collector.adapters.reading import Reading
from streams.collector.adapters.shopify.mapping import MAPPING
from streams.collector.adapters.shopify.parts import keep_back
from streams.collector.adapters.shopify.topics import SILENT, TOPICS, TRIGGERED, bodies, guessed
from streams.collector.adapters.times import instant

LONGEST_KEY = 80
"""Of Shopify's id and the topic that stand in ours; what is longer is hashed."""


def adapt(message: Any, received: Received) -> Adapted:
    """The events of one webhook, or of all the objects in an answer of the Admin API."""
    whole = Reading(message)
    made: list[Made] = []
    for body in bodies(whole):
        made += _told(body, received)
    return Adapted(made, whole.lost())


def _told(body: Reading, received: Received) -> list[Made]:
    topic = received.headers.get("x-shopify-topic") or _guess(body)
    if topic not in TOPICS:
        body.note(
            "", "unmapped", SILENT.get(topic, f"nothing of ours follows from {topic}") if topic else "no object of Shopify's"
        )
        return []
    drafts = TOPICS[topic].told(body)
    if not drafts:
        return []
    outside = {"source": received.source, "received_at": text_of(received.at), "occurred_at": _when(body, topic, received)}
    key = _key(body, topic, received.headers)
    keep_back(body)
    return [Made({"event_id": _numbered(key, place)} | outside | draft, body.at) for place, draft in enumerate(drafts)]


def _guess(body: Reading) -> str | None:
    topic = guessed(body)
    if topic is not None:
        body.guess("", f"no X-Shopify-Topic came with it: by its shape it is {topic}")
    return topic


def _when(body: Reading, topic: str, received: Received) -> str:
    for name in TOPICS[topic].when:
        said = received.headers.get(name) if name == TRIGGERED else body.peek(name)
        if when := instant(said):
            if name != TRIGGERED:
                body.take(name)
            return when
    body.guess("", "nothing in it says when it was: the time of receipt")
    return text_of(received.at)


def _key(body: Reading, topic: str, headers: Mapping[str, str]) -> str:
    """Shopify's id of the event and the topic, since one event may have several; without one, what the message says."""
    said = headers.get("x-shopify-event-id") or headers.get("x-shopify-webhook-id")
    if said and not body.at and len(said) + len(topic) <= LONGEST_KEY:
        return f"shopify/{said}/{topic}"
    return named(f"shopify/{topic}/{json.dumps([said, body.value], sort_keys=True)}")


def _numbered(key: str, place: int) -> str:
    return f"{key}/{place}" if place else key


def recognise(message: Any, headers: Mapping[str, str]) -> int:
    if "x-shopify-topic" in headers or "x-shopify-hmac-sha256" in headers:
        return 3
    found = bodies(Reading(message))
    if not found or guessed(found[0]) is None:
        return 0
    said = found[0].peek("admin_graphql_api_id")
    return 2 if isinstance(said, str) and said.startswith("gid://shopify/") else 1


SHOPIFY = Adapter(
    name="shopify",
    words="Shopify's webhooks by their topic, and the same objects as the Admin API answers with them.",
    adapt=adapt,
    recognise=recognise,
    mapping=MAPPING,
)
