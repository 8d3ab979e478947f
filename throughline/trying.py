"""What a sender's message would become, without sending it: whose it is, its events, what is refused, what is lost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Struct

from schemas.codec import Event, Fault, Rejected, decode
from schemas.events import IDENTIFIERS
from schemas.failures import Stop
from streams.collector.adapters.adapted import Adapter, Loss, Made, Received
from streams.collector.adapters.registry import ADAPTERS, by_name, recognised
from streams.journey.identity import is_placeholder
from streams.journey.reading import NEEDED

NO_IDENTITY = "an event names somebody or something: " + ", ".join(IDENTIFIERS)


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
    return Outcome(adapter.name, rest, [_tried(made) for made in adapted.made], adapted.lost)


def _chosen(sender: str | None, guesses: list[Adapter]) -> Adapter:
    named = by_name(sender) if sender is not None else None
    if named is not None:
        return named
    if not guesses:
        known = ", ".join(adapter.name for adapter in ADAPTERS)
        raise Stop(f"It looks like no sender's message. Name the sender with --sender: {known}. Some are known by --header only.")
    return guesses[0]


def _tried(made: Made) -> Tried:
    verdict = decode(msgspec.json.encode(made.event))
    return Tried(made.of, made.event, verdict.faults if isinstance(verdict, Rejected) else _unnamed(verdict))


def _unnamed(event: Event) -> list[Fault]:
    """What `route` would say, which sees that an identifier is a placeholder."""
    named = {name for name in IDENTIFIERS if (value := getattr(event, name)) is not None and not is_placeholder(value)}
    if not named:
        return [Fault("", NO_IDENTITY)]
    needed = NEEDED.get(event.type, ())
    if not needed or named & set(needed):
        return []
    return [Fault(needed[0], " or ".join(needed) + " is required, and no placeholder")]
