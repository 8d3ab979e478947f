"""Picking from a message what is of the right kind: what is not stays where it is, and so in the list of what was lost."""

from __future__ import annotations

from typing import Any

from streams.collector.adapters.money import currency_of, minor_units
from streams.collector.adapters.reading import Reading
from streams.collector.adapters.times import instant

Draft = dict[str, Any]
"""An event without its id and its time of receipt."""

PERSONAL = "personal data: nothing here needs it"
WORDS = "free text, in which anything may stand"


def filled(**fields: Any) -> Draft:
    """The fields that say something."""
    return {name: value for name, value in fields.items() if value not in (None, "", [], {})}


def text_at(part: Reading, *paths: str) -> str | None:
    """The first of these that says something; the others are not looked at."""
    for path in paths:
        if part.peek(path) not in (None, "") and (text := part.text(path)):
            return text
    return None


def time_at(part: Reading, *paths: str) -> str | None:
    """The first of these that is a moment."""
    for path in paths:
        if when := instant(part.peek(path)):
            part.take(path)
            return when
    return None


def whole_number(part: Reading, path: str, least: int = 0) -> int | None:
    value = part.peek(path)
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= 1_000_000:
        return None
    part.take(path)
    return value


def money_at(part: Reading, path: str, currency: str | None) -> int | None:
    """An amount in minor units of ``currency``; one that is none stays where it is."""
    amount = part.peek(path)
    if amount in (None, ""):
        return None
    units, words = minor_units(amount, currency)
    if units is None:
        part.note(path, "unmapped", words)
        return None
    part.take(path)
    if words:
        part.guess(path, words)
    return units


def currency_at(part: Reading, path: str = "currency") -> str | None:
    code = currency_of(part.peek(path))
    if code is not None:
        part.take(path)
    return code
