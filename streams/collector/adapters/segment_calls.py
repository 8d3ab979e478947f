"""What each of Segment's calls says, beyond who, when and where: track, page, screen, identify, alias.

Each puts ``type`` and ``properties`` into the event, and identifiers where it names some; ``None`` from a call means that it has.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from streams.collector.adapters.adapted import Loss, Message
from streams.collector.adapters.money import units_of
from streams.collector.adapters.refunds import refunded
from streams.collector.adapters.segment_events import CHAT, FIELDS, MEANINGS, PRODUCT, TRAITS, Meaning
from streams.collector.adapters.translating import NOTHING, text_of, translated

Call = Callable[[Message, str | None, str, dict[str, Any], list[Loss]], Loss | None]
"""(message, the context's currency, its path and a dot, the event so far, losses) -> why it is no event, if it is none."""

_NOT_A_WORD = re.compile(r"[^0-9a-z]+")
CUSTOM = (
    "no event of ours says this: send what a journey needs as one of ours (Payment Failed, Delivered, Ticket Opened …), or as "
    "Feature Used with a feature"
)


@lru_cache(maxsize=4_096)
def snake(name: str) -> str:
    """``Order Completed`` as ``order_completed``."""
    return _NOT_A_WORD.sub("_", name.strip().lower()).strip("_")


def track(message: Message, currency: str | None, at: str, event: dict[str, Any], lost: list[Loss]) -> Loss | None:
    name = message.get("event")
    if not isinstance(name, str) or not name:
        return Loss(at[:-1], "refused", "a track names its event")
    known = snake(name)
    meaning = MEANINGS.get(known)
    if meaning is None:
        return Loss(at[:-1], "unmapped", CUSTOM)
    event["type"] = kind = meaning.type
    said = _object(message, "properties", at, lost)
    made = translated(said, FIELDS[kind], PRODUCT, currency, f"{at}properties", event, lost)
    if known != kind:
        _renamed(name, known, meaning, made, at, event, lost)
    finish = _FINISH.get(kind)
    event["properties"] = made
    return finish(said, made, at, lost) if finish is not None else None


def _renamed(
    name: str, known: str, meaning: Meaning, made: dict[str, Any], at: str, event: dict[str, Any], lost: list[Loss]
) -> None:
    """What they called it stays beside what we call it."""
    made.setdefault("sent_as", name)
    if meaning.guess:
        lost.append(Loss(f"{at}event", "guessed", meaning.guess))
    if meaning.type == "feature_used":
        made.setdefault("feature", known)
    if meaning.type == "agent_replied":
        made.setdefault("by", "human")
    if known in CHAT:
        event["channel"] = "chat"


def _order(said: dict[str, Any], made: dict[str, Any], at: str, lost: list[Loss]) -> None:
    """A missing total, from what is said: the subtotal is after discounts, the revenue before them."""
    if "total_minor" in made or "total" in made:
        return
    base = "subtotal" if "subtotal_minor" in made else "revenue"
    worth = units_of(made, base)
    if worth is None:
        return
    total = worth + (units_of(made, "shipping") or 0) + (units_of(made, "tax") or 0)
    total -= (units_of(made, "discount") or 0) if base == "revenue" else 0
    if total >= 0:
        made["total_minor"], made["total_from"] = total, base
        less = ", less the discount" if base == "revenue" else ""
        lost.append(Loss(f"{at}properties.{base}", "guessed", f"no total is said: {base}, shipping and tax{less}"))


def _start(said: dict[str, Any], made: dict[str, Any], at: str, lost: list[Loss]) -> None:
    """What the order would be worth is ``value``; where that is missing, ``total``, else ``revenue``."""
    source = next((name for name in ("total", "revenue") if f"{name}_minor" in made), None)
    if "value_minor" not in made and "value" not in made and source is not None:
        made["value_minor"] = made[f"{source}_minor"]
        lost.append(Loss(f"{at}properties.{source}", "guessed", "no value is said: what the order would be worth"))


def _refund(said: dict[str, Any], made: dict[str, Any], at: str, lost: list[Loss]) -> Loss | None:
    why = refunded(said, made, f"{at}properties", "products", lost)
    return None if why is None else Loss(at[:-1], "refused", why)


_FINISH: dict[str, Callable[[dict[str, Any], dict[str, Any], str, list[Loss]], Loss | None]] = {
    "order_completed": _order,
    "order_updated": _order,
    "checkout_started": _start,
    "order_refunded": _refund,
}


def page(message: Message, currency: str | None, at: str, event: dict[str, Any], lost: list[Loss]) -> None:
    event["type"] = "page_viewed"
    said = _object(message, "properties", at, lost)
    made = translated(said, FIELDS["page_viewed"], PRODUCT, currency, f"{at}properties", event, lost)
    if currency is not None and made.get("currency") == currency and "currency" not in said:
        del made["currency"]
    names = {name: word for name in ("name", "category") if (word := _word(message, name, at, lost)) is not None}
    made |= {name: word for name, word in names.items() if name not in made}
    for name in names:
        if name in said and names[name] != made[name]:
            lost.append(Loss(f"{at}{name}", "left out", "the properties name another"))
    if "page_kind" not in made and any(snake(word) in _STATUS for word in names.values()):
        made["page_kind"] = "order_status"
    place = message.get("context")
    place = place.get("page") if isinstance(place, dict) else None
    if isinstance(place, dict) and "url" not in made and "path" not in made:
        made |= {name: word for name in ("url", "path", "title") if (word := text_of(place.get(name))) and name not in made}
    event["properties"] = made


_STATUS = frozenset({"order_status", "order_status_page", "order_tracking", "track_order", "track_my_order", "tracking"})
"""Names of pages that say where a parcel is."""


def screen(message: Message, currency: str | None, at: str, event: dict[str, Any], lost: list[Loss]) -> None:
    """A page of an app: its name is what tells it from the others."""
    page(message, currency, at, event, lost)
    event.setdefault("channel", "app")
    made = event["properties"]
    name = made.get("name")
    if isinstance(name, str):
        made.setdefault("title", name)
        made.setdefault("path", name)


def identify(message: Message, currency: str | None, at: str, event: dict[str, Any], lost: list[Loss]) -> None:
    event["type"] = "identified"
    traits = _object(message, "traits", at, lost)
    event["properties"] = {"traits": translated(traits, TRAITS, PRODUCT, None, f"{at}traits", event, lost)}


def alias(message: Message, currency: str | None, at: str, event: dict[str, Any], lost: list[Loss]) -> Loss | None:
    """``previousId`` was a visitor's without a name: an event with both is what links them."""
    previous = text_of(message.get("previousId"))
    if previous is None or ("customer_id" not in event and "email" not in event):
        return Loss(at[:-1], "refused", "an alias names a previousId and a userId")
    event["type"] = "identified"
    if "@" in previous:
        event.setdefault("email", previous)
        if event["email"] != previous:
            lost.append(
                Loss(f"{at}previousId", "left out", "another e-mail address than the new one: a link would join two persons")
            )
    else:
        event["anonymous_id"] = previous
        lost.append(Loss(f"{at}previousId", "guessed", "an anonymous id: a customer's id is never another's"))
    event["properties"] = {}
    return None


def _object(message: Message, name: str, at: str, lost: list[Loss]) -> dict[str, Any]:
    value = message.get(name)
    if isinstance(value, dict):
        return value
    if value is not None and value != "":
        lost.append(Loss(f"{at}{name}", "unmapped", "is no object"))
    return {}


def _word(message: Message, name: str, at: str, lost: list[Loss]) -> str | None:
    value = message.get(name)
    word = text_of(value)
    if word is None and value not in NOTHING:
        lost.append(Loss(f"{at}{name}", "unmapped", "is no text"))
    return word


CALLS: dict[str, tuple[Call, frozenset[str]]] = {
    "track": (track, frozenset({"event", "properties"})),
    "page": (page, frozenset({"name", "category", "properties"})),
    "screen": (screen, frozenset({"name", "category", "properties"})),
    "identify": (identify, frozenset({"traits"})),
    "alias": (alias, frozenset({"previousId"})),
}
"""Each call, and what it reads of a message beyond what all have."""
