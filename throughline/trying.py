"""What a sender's message would become, without sending it: whose it is, its events, what is refused, what is lost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Struct

from schemas.codec import Fault, Rejected, decode
from schemas.failures import Stop
from streams.collector.adapters.adapted import Adapter, Loss, Made, Received
from streams.collector.adapters.registry import ADAPTERS, by_name, recognised
from streams.journey.reading import objection, strongest
from streams.journey.rules import Rules, micros


class Tried(Struct):
    """An event that a message would become, and what would be said against it."""

    of: str
    event: dict[str, Any]
    refused: list[Fault]


class Outcome(Struct):
    """Everything that a message would become."""

    sender: str
    runners_up: list[str]
    events: list[Tried]
    lost: list[Loss]

    @property
    def refused(self) -> bool:
        """Whether any part of it would be."""
        return any(tried.refused for tried in self.events) or any(loss.what == "refused" for loss in self.lost)


def attempt(message: Any, headers: Mapping[str, str], sender: str | None, source: str, at: int) -> Outcome:
    """``message`` is any JSON, ``headers`` are by lower-case name, ``at`` is now in microseconds since 1970.

    ``Stop`` where no sender is named and none is recognised.
    """
    guesses = [adapter for _, adapter in recognised(message, headers)]
    adapter = _chosen(sender, guesses)
    adapted = adapter.adapt(message, Received(at, source, headers))
    rest = [guess.name for guess in guesses if guess is not adapter]
    return Outcome(adapter.name, rest, [_tried(made, at) for made in adapted.made], adapted.lost)


def _chosen(sender: str | None, guesses: list[Adapter]) -> Adapter:
    named = by_name(sender) if sender is not None else None
    if named is not None:
        return named
    if not guesses:
        known = ", ".join(adapter.name for adapter in ADAPTERS)
        raise Stop(f"It looks like no sender's message. Name the sender with --sender: {known}. Some are known by --header only.")
    return guesses[0]


def _tried(made: Made, at: int) -> Tried:
    """``route`` would say the same of it, where the settings are as they come."""
    event = decode(msgspec.json.encode(made.event))
    if isinstance(event, Rejected):
        return Tried(made.of, made.event, event.faults)
    identified = strongest(event) is not None
    refusal = objection(event, identified, at if event.received_at is None else event.received_at, micros(Rules().future))
    return Tried(made.of, made.event, [] if refusal is None else [refusal[1]])
