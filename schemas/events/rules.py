"""What no single field can say: rules over several fields of one object, as data.

A rule is asked the same question by pydantic, by the fast decoder and by the JSON Schema, each with its own way to get at
a field, so the three cannot drift apart.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol
from zoneinfo import available_timezones

Get = Callable[[str], object]
"""A field's value by name; ``None`` where it is absent."""


class Rule(Protocol):
    @property
    def path(self) -> str:
        """The field that is to be mended."""

    def broken(self, get: Get) -> str | None:
        """What is wrong, in words, or ``None``. Values of a wrong type are the field's fault, not the rule's."""

    def schema(self) -> dict[str, Any]:
        """The same as JSON Schema keywords; empty where JSON Schema cannot say it."""


def _stands(field: str) -> dict[str, Any]:
    return {"required": [field], "properties": {field: {"not": {"type": "null"}}}}


@dataclass(frozen=True)
class OneOf:
    """At least one of the fields stands."""

    fields: tuple[str, ...]

    @property
    def path(self) -> str:
        return self.fields[0]

    def broken(self, get: Get) -> str | None:
        if any(get(field) is not None for field in self.fields):
            return None
        return " or ".join(self.fields) + " is required"

    def schema(self) -> dict[str, Any]:
        return {"anyOf": [_stands(field) for field in self.fields]}


@dataclass(frozen=True)
class ExactlyOneOf:
    """One of the fields stands, and only one."""

    fields: tuple[str, ...]

    @property
    def path(self) -> str:
        return self.fields[0]

    def broken(self, get: Get) -> str | None:
        standing = [field for field in self.fields if get(field) is not None]
        return None if len(standing) == 1 else "exactly one of " + ", ".join(self.fields) + " is required"

    def schema(self) -> dict[str, Any]:
        return {"oneOf": [_stands(field) for field in self.fields]}


@dataclass(frozen=True)
class OnScale:
    """A score lies between ``lowest`` and the scale's end, which another field of the object names, if any does."""

    score: str
    scale: str
    lowest: float
    default_scale: int | None = None

    @property
    def path(self) -> str:
        return self.score

    def broken(self, get: Get) -> str | None:
        score, scale = get(self.score), get(self.scale)
        top = self.default_scale if scale is None else scale
        if not isinstance(score, int | float) or not isinstance(top, int):
            return None
        return None if self.lowest <= score <= top else f"should lie between {self.lowest:g} and {top}"

    def schema(self) -> dict[str, Any]:
        return {}


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


@dataclass(frozen=True)
class KnownZone:
    """A time zone is one of the IANA database, so that a promised day can end somewhere."""

    field: str

    @property
    def path(self) -> str:
        return self.field

    def broken(self, get: Get) -> str | None:
        zone = get(self.field)
        if not isinstance(zone, str) or zone in _zones():
            return None
        return "should be a time zone of the IANA database, like Europe/Berlin"

    def schema(self) -> dict[str, Any]:
        return {}
