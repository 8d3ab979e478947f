"""Every sender we understand. A new one adds its module and a line here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from streams.collector.adapters.adapted import Adapter
from streams.collector.adapters.aftership import AFTERSHIP
from streams.collector.adapters.canonical import CANONICAL
from streams.collector.adapters.cloudevents import CLOUDEVENTS
from streams.collector.adapters.easypost import EASYPOST
from streams.collector.adapters.freshdesk import FRESHDESK
from streams.collector.adapters.ga4 import GA4
from streams.collector.adapters.intercom import INTERCOM
from streams.collector.adapters.segment import SEGMENT
from streams.collector.adapters.shippo import SHIPPO
from streams.collector.adapters.shopify import SHOPIFY
from streams.collector.adapters.shopify_pixel import SHOPIFY_PIXEL
from streams.collector.adapters.snowplow import SNOWPLOW
from streams.collector.adapters.track17 import TRACK17
from streams.collector.adapters.zendesk import ZENDESK

ADAPTERS: tuple[Adapter, ...] = (
    CANONICAL,
    SEGMENT,
    GA4,
    CLOUDEVENTS,
    SNOWPLOW,
    SHOPIFY,
    SHOPIFY_PIXEL,
    EASYPOST,
    AFTERSHIP,
    SHIPPO,
    TRACK17,
    ZENDESK,
    INTERCOM,
    FRESHDESK,
)
"""In the order of the documentation."""

_BY_NAME = {adapter.name: adapter for adapter in ADAPTERS}


def by_name(name: str) -> Adapter | None:
    return _BY_NAME.get(name)


def recognised(message: Any, headers: Mapping[str, str]) -> list[tuple[int, Adapter]]:
    """Whose message it may be, the surest first and only those that are at all sure; headers by lower-case name."""
    guesses = [(adapter.recognise(message, headers), adapter) for adapter in ADAPTERS]
    return sorted((guess for guess in guesses if guess[0]), key=lambda guess: -guess[0])
