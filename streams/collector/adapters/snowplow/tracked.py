"""One event of a tracker: its parameters, and what is wrapped into them as JSON, plain or in base64.

Parameters: https://docs.snowplow.io/docs/fundamentals/canonical-event/ (tracker protocol, version 2).
"""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any, NoReturn

from streams.collector.adapters.adapted import Loss
from streams.collector.adapters.reading import Reading

ECOMMERCE = "com.snowplowanalytics.snowplow.ecommerce"
UNREAD = "is no JSON of the kind that a tracker wraps"
NOTHING = "none of the entities in it says anything of ours"


class Tracked:
    """An event with its self-describing part opened and its entities at hand. Paths lead on into what was wrapped."""

    def __init__(self, event: Reading) -> None:
        self.event = event
        self.wrapped: list[tuple[str, Reading]] = []
        said = self._opened("ue_px", "ue_pr").part("data")
        self.schema = name_of(said.peek("schema"))
        """``vendor/name`` of what it tells, without its version."""
        if self.schema:
            said.take("schema")
        self.said = said.part("data")
        self._entities = [entity for path in ("cx", "co") for entity in self._opened(path).parts("data")]

    def entities(self, name: str, vendor: str = ECOMMERCE) -> list[Reading]:
        """The data of all entities of a schema."""
        found = [entity for entity in self._entities if name_of(entity.peek("schema")) == f"{vendor}/{name}"]
        return [entity.part("data") for entity in found]

    def entity(self, name: str, vendor: str = ECOMMERCE) -> Reading:
        """The first of them; one that reads as empty where there is none."""
        return next(iter(self.entities(name, vendor)), Reading({}))

    def lost(self) -> list[Loss]:
        """What of the wrapped parts stays behind, by paths that go on from their parameter."""
        lost = []
        for path, inside in self.wrapped:
            if inside.untouched:
                self.event.note(path, "unmapped", NOTHING)
                continue
            at = f"{self.event.at}.{path}" if self.event.at else path
            lost += [
                Loss(f"{at}.{loss.path}", loss.what, loss.note) for loss in inside.lost() if not loss.path.endswith("schema")
            ]
        return lost

    def _opened(self, *paths: str) -> Reading:
        for path in paths:
            value = self.event.peek(path)
            if value in (None, "", [], {}):
                continue
            opened = unwrapped(value, encoded=path.endswith("x"))
            if opened is None:
                self.event.note(path, "unmapped", UNREAD)
                continue
            inside = Reading(opened)
            self.event.take(path)
            self.wrapped.append((path, inside))
            return inside
        return Reading({})


def unwrapped(value: Any, encoded: bool) -> dict[str, Any] | None:
    """The object in a text; with or without the padding of base64, whichever of its two alphabets."""
    if not isinstance(value, str):
        return None
    try:
        if encoded:
            plain = value.rstrip("=").translate(str.maketrans("-_", "+/"))
            value = base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True).decode()
        opened = json.loads(value, parse_constant=_no_number)
    except (ValueError, RecursionError, binascii.Error):
        return None
    return opened if isinstance(opened, dict) else None


def _no_number(name: str) -> NoReturn:
    raise ValueError(name)


def name_of(schema: Any) -> str:
    """``vendor/name`` of ``iglu:vendor/name/jsonschema/1-0-0``; empty where it is none."""
    parts = schema.removeprefix("iglu:").split("/") if isinstance(schema, str) else []
    return "/".join(parts[:2]) if len(parts) == 4 else ""
