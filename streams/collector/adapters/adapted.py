"""What an adapter is given and what it gives back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from typing import Any, Literal

from msgspec import Struct, field

What = Literal["unmapped", "left out", "guessed", "refused"]
Message = dict[str, Any]
"""A JSON object."""


class Loss(Struct, frozen=True):
    """What did not come through as it was sent.

    ``unmapped``: no place for it. ``left out``: on purpose, as the note says. ``guessed``: in an event, but the sender did not
    quite say that. ``refused``: the part at ``path`` became no event.
    """

    path: str
    """Where in the message, as in ``order.line_items[0].grams``; empty for all of it."""
    what: What
    note: str


class Made(Struct):
    """An event as JSON has it, unjudged, and which part of the message it was made of."""

    event: dict[str, Any]
    of: str = ""


class Adapted(Struct):
    """What became of a message: any number of events, also none."""

    made: list[Made] = field(default_factory=list)
    lost: list[Loss] = field(default_factory=list)


@dataclass(frozen=True)
class Received:
    """How a message came. An adapter knows no clock and no socket but this."""

    at: int
    """Microseconds since 1970 on the collector's clock."""
    source: str
    """The name of the source whose key or secret it came with."""
    headers: Mapping[str, str] = dataclass_field(default_factory=dict)
    """By lower-case name."""
    query: Mapping[str, str] = dataclass_field(default_factory=dict)


@dataclass(frozen=True)
class Adapter:
    """A sender's messages, one kind of them."""

    name: str
    """As people type it, like ``shopify``."""
    words: str
    """The sender and what of it is taken, a sentence."""
    adapt: Callable[[Any, Received], Adapted]
    """The message is whatever JSON holds, also what no such sender would send: it never raises."""
    recognise: Callable[[Any, Mapping[str, str]], int]
    """How surely a message with these headers is of this sender: 0 no, 1 by its general shape, 2 by a name of the sender's own, 3
    by a header or field that no other has."""
    mapping: tuple[tuple[str, str, str], ...]
    """For the documentation: (what they say, what we say, the rule or guess in between)."""
