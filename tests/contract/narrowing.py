"""Every way in which somebody might make a schema accept less, at every place of it."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Schema = Mapping[str, Any]
Edit = Callable[[dict[str, Any]], None]


@dataclass(frozen=True)
class Narrowing:
    """One edit at one place, in words."""

    words: str
    place: tuple[Any, ...]
    edit: Edit

    def of(self, schema: Schema) -> dict[str, Any]:
        """The schema after it."""
        edited = copy.deepcopy(dict(schema))
        part: Any = edited
        for step in self.place:
            part = part[step]
        self.edit(part)
        return edited


def narrowings(schema: Schema) -> list[Narrowing]:
    """All that ``schema`` offers, its ``$defs`` included."""
    return [Narrowing(words, place, edit) for place, part in _parts(schema, ()) for words, edit in _edits(part)]


def _parts(schema: Any, place: tuple[Any, ...]) -> Iterator[tuple[tuple[Any, ...], dict[str, Any]]]:
    """Every subschema with its place."""
    if not isinstance(schema, dict):
        return
    yield place, schema
    for word in ("properties", "$defs"):
        for name, part in schema.get(word, {}).items():
            yield from _parts(part, (*place, word, name))
    for number, part in enumerate(schema.get("anyOf", ())):
        yield from _parts(part, (*place, "anyOf", number))
    for word in ("items", "additionalProperties"):
        yield from _parts(schema.get(word), (*place, word))


def _edits(part: dict[str, Any]) -> Iterator[tuple[str, Edit]]:
    kind = part.get("type")
    if "const" in part:
        yield "another constant", lambda s: s.update(const=s["const"] + "_2")
    elif "enum" in part:
        yield "a value gone", lambda s: s["enum"].pop()
    elif kind == "string":
        yield from _of_texts(part)
    elif kind in ("integer", "number"):
        yield "a higher minimum", lambda s: s.update(minimum=s.get("minimum", -(2**70)) + 1)
        yield "a lower maximum", lambda s: s.update(maximum=s.get("maximum", 2**70) - 1)
        yield "text instead of a number", lambda s: s.update(type="string")
        yield "only tens", lambda s: s.update(multipleOf=10)
    elif kind == "array":
        yield "fewer items", lambda s: s.update(maxItems=s.get("maxItems", 10_000) - 1)
        yield "never empty", lambda s: s.update(minItems=1)
        yield "no item twice", lambda s: s.update(uniqueItems=True)
    elif kind == "object":
        yield from _of_objects(part)
    if "anyOf" in part:
        yield "an option gone", lambda s: s["anyOf"].pop(0)
        yield "null gone", lambda s: s["anyOf"].pop()


def _of_texts(part: dict[str, Any]) -> Iterator[tuple[str, Edit]]:
    yield "a longer least", lambda s: s.update(minLength=s.get("minLength", 0) + 1)
    yield "a shorter most", lambda s: s.update(maxLength=s.get("maxLength", 10_000) - 1)
    yield "a number instead of text", lambda s: s.update(type="integer")
    yield "another pattern", lambda s: s.update(pattern="^[a-z]$")
    if not part.keys() & {"pattern", "format"}:
        yield "a list of values", lambda s: s.update(enum=["this", "that"])
    yield "another format", lambda s: s.update(format="ipv6")


def _of_objects(part: dict[str, Any]) -> Iterator[tuple[str, Edit]]:
    optional = [name for name in part.get("properties", {}) if name not in part.get("required", ())]
    yield "a new field that must stand", lambda s: s.setdefault("required", []).append("colour")
    yield "closed to unknown fields", lambda s: s.update(additionalProperties=False)
    if not isinstance(part.get("additionalProperties"), dict):
        yield "unknown fields of one type only", lambda s: s.update(additionalProperties={"type": "null"})
    yield "a new rule", lambda s: s.setdefault("allOf", []).append({"anyOf": [{"required": ["colour"]}]})
    yield "few fields", lambda s: s.update(maxProperties=3)
    if optional:
        yield "an optional field that must stand", lambda s: s.setdefault("required", []).append(optional[-1])
