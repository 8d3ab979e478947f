"""May this schema replace that one? It may if it accepts every event that the other accepted.

Decided on the JSON Schemas alone, keyword by keyword, and to the safe side: what is not understood and has changed counts
as a breach. One thing is allowed that strictly narrows: a new optional field gets a type, although the older schema let
anything pass under a name it did not know. Nobody was promised that name, and without it no contract could ever grow.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Schema = Mapping[str, Any]

AT_LEAST = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
AT_MOST = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
SAYS_NOTHING = frozenset(
    {"$defs", "$id", "$schema", "$comment", "default", "deprecated", "description", "examples", "title", "x-throughline"}
)
"""Keywords that refuse no event."""
COMPARED = frozenset(
    {"$ref", "type", "enum", "const", "anyOf", "allOf", "required", "properties", "additionalProperties", "items"}
    | set(AT_LEAST + AT_MOST)
)
"""Keywords compared by meaning; any other may only stay as it is or go."""


@dataclass(frozen=True)
class Breach:
    """An event that was accepted may now be refused: where, and by what."""

    path: str
    words: str

    def __str__(self) -> str:
        return f"{self.path or 'the event'}: {self.words}"


def breaches(newer: Schema, older: Schema) -> list[Breach]:
    """Why ``newer`` may not replace ``older``; empty when it may. Both are whole JSON Schemas with their ``$defs``."""
    return _Comparison(newer.get("$defs", {}), older.get("$defs", {})).narrowed(newer, older, "")


def catalogue_breaches(newer: Mapping[str, Schema], older: Mapping[str, Schema]) -> list[Breach]:
    """The same for all event types by name: none may be missing, none may be narrower."""
    gone = [Breach(name, "the type is gone") for name in older if name not in newer]
    told = [(name, breach) for name in older if name in newer for breach in breaches(newer[name], older[name])]
    return gone + [Breach(f"{name}: {breach.path}".rstrip(": "), breach.words) for name, breach in told]


@dataclass(frozen=True)
class _Comparison:
    new_defs: Mapping[str, Schema]
    old_defs: Mapping[str, Schema]

    def narrowed(self, new: Schema | bool, old: Schema | bool, path: str) -> list[Breach]:
        """What ``old`` accepts and ``new`` may not, at ``path``."""
        new, old = _resolved(new, self.new_defs), _resolved(old, self.old_defs)
        if new is True or old is False or (isinstance(new, Mapping) and not new.keys() - SAYS_NOTHING):
            return []
        if new is False or old is True:
            return [Breach(path, "anything was accepted here")]
        assert not isinstance(new, bool)
        assert not isinstance(old, bool)
        if "anyOf" in old:
            rest = _without(old, "anyOf")
            return [breach for option in old["anyOf"] for breach in self.narrowed(new, _both(rest, option, self.old_defs), path)]
        if "anyOf" in new:
            rest = _without(new, "anyOf")
            tries = [self.narrowed(_both(rest, option, self.new_defs), old, path) for option in new["anyOf"]]
            return min(tries, key=len)
        return self._compared(new, old, path)

    def _compared(self, new: Schema, old: Schema, path: str) -> list[Breach]:
        found = _types(new, old, path) or _values(new, old, path) + _bounds(new, _spelled_out(old), path)
        return found + self._object(new, old, path) + self._list(new, old, path) + self._rules(new, old, path)

    def _object(self, new: Schema, old: Schema, path: str) -> list[Breach]:
        added = [field for field in new.get("required", ()) if field not in old.get("required", ())]
        found = [Breach(_at(path, field), "is required now") for field in added]
        known, others = old.get("properties", {}), old.get("additionalProperties", True)
        for field, schema in new.get("properties", {}).items():
            if field in known:
                found += self.narrowed(schema, known[field], _at(path, field))
            elif isinstance(others, Mapping):
                found += self.narrowed(schema, others, _at(path, field))
        return found + self._other_fields(new, old, path)

    def _other_fields(self, new: Schema, old: Schema, path: str) -> list[Breach]:
        """What becomes of the fields that ``new`` does not name."""
        open_to, was_open_to = new.get("additionalProperties", True), old.get("additionalProperties", True)
        dropped = {field: schema for field, schema in old.get("properties", {}).items() if field not in new.get("properties", {})}
        found = self.narrowed(open_to, was_open_to, _at(path, "*"))
        return found + [
            breach for field, schema in dropped.items() for breach in self.narrowed(open_to, schema, _at(path, field))
        ]

    def _list(self, new: Schema, old: Schema, path: str) -> list[Breach]:
        return self.narrowed(new["items"], old.get("items", True), f"{path}[]") if "items" in new else []

    def _rules(self, new: Schema, old: Schema, path: str) -> list[Breach]:
        """Each rule of ``new`` must follow from ``old`` or from one of its rules; all else that refuses must be as it was."""
        rest, found = _without(old, "allOf"), []
        for rule in new.get("allOf", ()):
            premises = [rest, *old.get("allOf", ())]
            if rule not in premises and all(self.narrowed(rule, premise, path) for premise in premises):
                found.append(Breach(path, f"a new rule: {rule}"))
        unknown = [word for word in new if word not in COMPARED | SAYS_NOTHING and new[word] != old.get(word)]
        return found + [
            Breach(path, f"{word} is now {new[word]!r}") for word in unknown if word != "pattern" or "enum" not in old
        ]


def _resolved(schema: Schema | bool, defs: Mapping[str, Schema]) -> Schema | bool:
    while isinstance(schema, Mapping) and "$ref" in schema:
        target = defs[schema["$ref"].removeprefix("#/$defs/")]
        schema = {**target, **_without(schema, "$ref")}
    return schema


def _both(rest: Schema, option: Schema | bool, defs: Mapping[str, Schema]) -> Schema | bool:
    """One option of an ``anyOf`` together with what stands beside it."""
    option = _resolved(option, defs)
    said = {word: value for word, value in rest.items() if word not in SAYS_NOTHING}
    if not said or isinstance(option, bool):
        return option if option is not True else said
    return {**said, **option} if not said.keys() & option.keys() else {**said, "allOf": [*said.get("allOf", ()), option]}


def _types(new: Schema, old: Schema, path: str) -> list[Breach]:
    allowed, were = _type_names(new), _type_names(old)
    if "number" in allowed:
        allowed = allowed | {"integer"}
    lost = sorted(were - allowed) if were else ["anything"]
    return [Breach(path, f"{', '.join(lost)} was accepted")] if allowed and lost else []


def _type_names(schema: Schema) -> frozenset[str]:
    named = schema.get("type", ())
    if not named and (listed := _listed(schema)):
        names = {str: "string", bool: "boolean", int: "integer", float: "number", type(None): "null"}
        return frozenset(names[type(value)] for value in listed)
    return frozenset([named] if isinstance(named, str) else named)


def _listed(schema: Schema) -> list[Any]:
    """The values a schema lists, if it does."""
    return [schema["const"]] if "const" in schema else list(schema.get("enum", ()))


def _values(new: Schema, old: Schema, path: str) -> list[Breach]:
    allowed, were = _listed(new), _listed(old)
    if not allowed:
        pattern = new.get("pattern")
        broken = [value for value in were if pattern and isinstance(value, str) and not re.search(pattern, value)]
        return [Breach(path, f"{value!r} was accepted") for value in broken]
    if not were:
        return [Breach(path, f"only {allowed} is accepted now")]
    return [Breach(path, f"{value!r} was accepted") for value in were if value not in allowed]


def _spelled_out(schema: Schema) -> Schema:
    """Listed values as bounds: of their lengths, or of themselves."""
    listed = _listed(schema)
    texts, numbers = [len(v) for v in listed if isinstance(v, str)], [v for v in listed if isinstance(v, int | float)]
    lengths = {"minLength": min(texts), "maxLength": max(texts)} if texts else {}
    ends = {"minimum": min(numbers), "maximum": max(numbers)} if numbers else {}
    return {**schema, **lengths, **ends}


def _bounds(new: Schema, old: Schema, path: str) -> list[Breach]:
    found = []
    for word in AT_LEAST + AT_MOST:
        if word not in new or (word.startswith("min") and word != "minimum" and new[word] == 0):
            continue
        was = old.get(word)
        if was is None or (new[word] > was if word in AT_LEAST else new[word] < was):
            found.append(Breach(path, f"{word} was {'nothing' if was is None else was}, is {new[word]}"))
    return found


def _without(schema: Schema, word: str) -> dict[str, Any]:
    return {key: value for key, value in schema.items() if key != word}


def _at(path: str, field: str) -> str:
    return f"{path}.{field}" if path else field
