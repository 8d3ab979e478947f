"""What people read when an event is refused: every fault with its path, the rule it breaks and the value that broke it.

pydantic decides here, and its acceptance stands even where the fast decoder refused. E-mail addresses and phone numbers
never leave this module: their values are masked. Values are cut to 100 characters, and a record's faults to 100.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec
from msgspec import Struct
from pydantic import ValidationError
from pydantic_core import ErrorDetails, from_json

from schemas.events import CATALOGUE, Envelope
from schemas.events.rules import Rule

MASKED = "***"
PERSONAL = frozenset({"email", "phone"})
ADDRESS = re.compile(r"[^\s@]*@\S*")
LONGEST = 100
"""Characters of a value that are shown."""
SEARCHED = 400
"""Characters of a value that are searched for addresses: what is shown, and room for one that begins in it."""
MOST_FAULTS = 100
"""Told of one record: a dead letter is to be read by people."""
COUNTED_ONLY = 2_000
"""More faults than this are only counted; to look at each would hold up the line for seconds."""


class Fault(Struct, frozen=True):
    """One thing to mend: ``path`` as in ``properties.products[3].price_minor``, empty for the whole record."""

    path: str
    rule: str
    value: str = ""


class Rejected(Struct, frozen=True):
    """A record that is no event. ``unreadable``: not JSON, not UTF-8, empty, too long. ``invalid``: against the contract."""

    reason: str
    faults: list[Fault]
    event_id: str | None = None


def judge(raw: bytes) -> Envelope | Rejected:
    """The event as pydantic reads it, or all that is wrong with it. ``raw`` is any bytes."""
    if not raw:
        return unreadable("the record is empty")
    try:
        document = from_json(raw, allow_inf_nan=False)
    except ValueError as error:
        return unreadable(f"not JSON in UTF-8: {error}")
    if not isinstance(document, dict):
        return Rejected("invalid", [Fault("", "should be a JSON object", _shown("", document))])
    return _judged(raw, document)


def unreadable(words: str) -> Rejected:
    return Rejected("unreadable", [Fault("", words)])


def _judged(raw: bytes, document: dict[str, Any]) -> Envelope | Rejected:
    kind, event_id = document.get("type"), document.get("event_id")
    name = event_id[:LONGEST] if isinstance(event_id, str) else None
    listed = CATALOGUE.get(kind) if isinstance(kind, str) else None
    faults: list[Fault] = []
    try:
        event = (listed.model if listed else Envelope).model_validate_json(raw)
        if listed:
            return event
    except ValidationError as refusal:
        if refusal.error_count() > COUNTED_ONLY:
            return Rejected("invalid", [Fault("", f"has {refusal.error_count()} faults, too many to tell")], name)
        faults = _faults(refusal.errors(include_url=False), document)
    if listed:
        faults += _broken(listed.model.rules, document, "")
        faults += _broken(listed.properties.rules, document.get("properties", {}), "properties.")
    elif isinstance(kind, str):
        faults.append(Fault("type", "should be one of the catalogue's event types", _shown("type", kind)))
    return Rejected("invalid", _told(faults), name)


def _told(faults: list[Fault]) -> list[Fault]:
    more = len(faults) - MOST_FAULTS
    return [*faults[:MOST_FAULTS], Fault("", f"and {more} faults more")] if more > 0 else faults


def _faults(errors: list[ErrorDetails], document: dict[str, Any]) -> list[Fault]:
    """One fault a path; the options that a value of several types failed are joined. Rules are asked separately."""
    found: dict[str, Fault] = {}
    for error in errors:
        if error["type"] == "rule":
            continue
        missing = error["type"] == "missing"
        path, words = _path(error["loc"], document, missing), error["msg"].removeprefix("Value error, ")
        if path in found:
            words = f"{found[path].rule}, or: {words}"
        found[path] = Fault(path, words, "" if missing else _shown(path, error["input"]))
    return list(found.values())


def _broken(rules: tuple[Rule, ...], part: object, prefix: str) -> list[Fault]:
    """What the object says against its rules; pydantic alone would tell only once every field is right."""
    if not isinstance(part, dict):
        return []
    told = [(rule.path, rule.broken(part.get)) for rule in rules]
    return [Fault(prefix + path, words, _shown(prefix + path, part.get(path))) for path, words in told if words]


def _path(location: tuple[int | str, ...], document: Any, missing: bool) -> str:
    """The place as the producer knows it: pydantic's names for the options of a union are left out."""
    path, node = "", document
    for depth, part in enumerate(location):
        if isinstance(node, dict) and part in node:
            path, node = f"{path}.{part}", node[part]
        elif isinstance(node, list) and isinstance(part, int) and part < len(node):
            path, node = f"{path}[{part}]", node[part]
        elif missing and depth == len(location) - 1:
            path = f"{path}.{part}"
    return path.removeprefix(".")


def _shown(path: str, value: object) -> str:
    """A value for people: short, and without what names a person. Of an object or list only its kind."""
    if value is None:
        return ""
    if PERSONAL & set(re.split(r"[.\[\]]", path)):
        return MASKED
    if isinstance(value, dict | list):
        return "an object" if isinstance(value, dict) else f"a list of {len(value)}"
    text = value if isinstance(value, str) else str(msgspec.json.encode(value), "utf-8")
    return ADDRESS.sub(MASKED, text[:SEARCHED])[:LONGEST]
