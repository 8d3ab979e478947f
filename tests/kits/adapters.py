"""What is asked of every adapter, whoever its sender, and messages to ask it with."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import msgspec
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from schemas.codec import Event, Rejected, decode
from schemas.events import CATALOGUE, Envelope
from streams.collector.adapters.adapted import Adapted, Adapter, Loss, Received
from tests.contract.adapters.payloads import all_of

OTHER = ("another", "web", "7919", 7919, True, "2025-11-11T11:11:11Z", None)
"""What a leaf is replaced with, to see whether anybody looks at it."""

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20) | st.sampled_from(
    ["", "0", "null", "1e999", "-1", "2024-02-30"]
)
LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS
JSON: SearchStrategy[Any] = st.recursive(
    LEAVES, lambda parts: st.lists(parts, max_size=4) | st.dictionaries(TEXTS, parts, max_size=4), max_leaves=20
)

OUR_NAMES = sorted(Envelope.model_fields.keys() | {name for kind in CATALOGUE.values() for name in kind.properties.model_fields})
"""Of the envelope and of all properties: a sender may use them for anything."""
ODD = ("x", "1", ["x"], [{}, 1], {"a": 1}, 1.5, True, -1, 0, 2**63, 2**64 - 1, -(2**63))
OURS = st.dictionaries(st.sampled_from(OUR_NAMES), st.sampled_from(ODD), min_size=1, max_size=12)

Place = tuple[str | int, ...]


def messages(adapter: Adapter) -> SearchStrategy[tuple[Any, Received]]:
    """Any JSON; messages of the sender's with a few parts replaced by any JSON; and with names of ours in all their objects."""
    known = [(payload.message, payload.received()) for payload in all_of(adapter)]
    anything = st.tuples(JSON, st.sampled_from([received for _, received in known]))
    disturbed = st.sampled_from(known).flatmap(_disturbed)
    return anything | disturbed | st.tuples(st.sampled_from(known) | disturbed, OURS).map(_named_like_ours)


def _disturbed(known: tuple[Any, Received]) -> SearchStrategy[tuple[Any, Received]]:
    message, received = known
    swaps = st.lists(st.tuples(st.sampled_from(list(places(message))), JSON | LEAVES), min_size=1, max_size=3)
    return swaps.map(lambda swaps: (_swapped(message, swaps), received))


def _named_like_ours(drawn: tuple[tuple[Any, Received], dict[str, Any]]) -> tuple[Any, Received]:
    (message, received), ours = drawn
    return with_ours(message, ours), received


def odd_ones(turn: int, at_once: int = 4) -> Iterator[dict[str, Any]]:
    """Each of our names with an odd value, a few at once; another ``turn`` gives them other values."""
    odd = {name: ODD[(turn + place) % len(ODD)] for place, name in enumerate(OUR_NAMES)}
    for begin in range(0, len(OUR_NAMES), at_once):
        yield {name: odd[name] for name in OUR_NAMES[begin : begin + at_once]}


def with_ours(value: Any, ours: dict[str, Any]) -> Any:
    """The message with these in each of its objects that does not name them itself."""
    if isinstance(value, list):
        return [with_ours(one, ours) for one in value]
    if not isinstance(value, dict):
        return value
    return deepcopy(ours) | {name: with_ours(held, ours) for name, held in value.items()}


def _swapped(message: Any, swaps: list[tuple[Place, Any]]) -> Any:
    for place, value in sorted(swaps, key=lambda swap: -len(swap[0])):
        message = replaced(message, place, value)
    return message


def places(value: Any, at: Place = ()) -> Iterator[Place]:
    """Where everything in a message stands, leaves and parts, the whole first."""
    yield at
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, member in members:
        yield from places(member, (*at, name))


def at(message: Any, place: Place) -> Any:
    for step in place:
        message = message[step]
    return message


def replaced(message: Any, place: Place, value: Any) -> Any:
    """The message with another value there."""
    if not place:
        return value
    copy = deepcopy(message)
    at(copy, place[:-1])[place[-1]] = value
    return copy


def path_of(place: Place) -> str:
    """As losses name it."""
    path = ""
    for step in place:
        path += f"[{step}]" if isinstance(step, int) else f".{step}" if path else step
    return path


def unaccounted(adapter: Adapter, message: Any, received: Received) -> list[str]:
    """The leaves that nobody speaks of: no loss covers them, and whatever stands in their place, the same comes out."""
    adapted = adapter.adapt(deepcopy(message), received)
    said = told(adapted.lost)

    def seen(place: Place, other: Any) -> bool:
        again = adapter.adapt(replaced(message, place, other), received)
        return _substance(again) != _substance(adapted) or _named(again, other)

    return [
        path_of(place)
        for place in places(message)
        if _is_leaf(at(message, place)) and not covers(said, place) and not any(seen(place, other) for other in OTHER)
    ]


def _named(adapted: Adapted, other: Any) -> bool:
    """Whether the value stands in an id as it is."""
    return isinstance(other, str) and any(other in str(made.event.get("event_id")) for made in adapted.made)


def told(lost: list[Loss]) -> set[str]:
    return {loss.path for loss in lost if loss.what != "guessed"}


def covers(said: set[str], place: Place) -> bool:
    return any(path_of(place[:length]) in said for length in range(len(place) + 1))


def _is_leaf(value: Any) -> bool:
    return not isinstance(value, dict | list) and value is not None and value != ""


def _substance(adapted: Adapted) -> str:
    """All that came out but the ids, which may well be made of everything, and but what was lost."""
    events = [{name: value for name, value in made.event.items() if name != "event_id"} for made in adapted.made]
    guesses = [(loss.path, loss.note) for loss in adapted.lost if loss.what == "guessed"]
    return json.dumps([events, guesses], sort_keys=True, default=str)


def judged(adapted: Adapted) -> list[Event | Rejected]:
    """What the contract says of each event; encoding it is part of the question."""
    return [decode(msgspec.json.encode(made.event)) for made in adapted.made]
