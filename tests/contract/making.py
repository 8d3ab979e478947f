"""Makes JSON that a schema accepts, with every bound and its neighbours, and breaks it again."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any

from hypothesis import strategies as st

Schema = Mapping[str, Any]
Place = tuple[Any, Any]
"""A container in a document, and the key or index in it."""

LONGEST_DRAWN = 300
"""Texts of the upper bound itself are drawn up to this length; longer bounds have a test of their own."""
ZONES = ["Europe/Berlin", "America/Sao_Paulo", "UTC", "Asia/Kolkata"]

WRONG: list[Any] = [
    None, True, False, [], {}, [{}], {"a": 1}, "", "x", "EUR", "EUR\n", "EU", "eur", "€€€", "\x00", "null", "0",
    "2024-05-01", "2024-05-01T00:00:00", "2024-05-01T00:00:00Z", "1969-12-31T23:59:59.999999Z", "9998-12-31T23:59:59.9999999Z",
    "9999-12-31T23:59:59Z", "2024-05-01T00:00Z", "2024-02-30T00:00:00Z", "1714564798", "Mars/Olympus", "web",
    0, 1, -1, 2, 999, 1000, 1001, 1_000_000, 1_000_001, 2**53 - 1, 2**53, 2**63, 2**64, 10**30, 0.0, 1.0, -0.5, 1000.5, 1e300,
    *["x" * length for length in (2, 3, 4, 54, 55, 56, 99, 100, 101, 254, 255, 256)],
    "é" * 100, "é" * 255, "😀" * 255, "😀" * 256,
]  # fmt: skip
"""Values that some field refuses: other types, and bounds with their neighbours."""


@st.composite
def instants(draw: st.DrawFn) -> str:
    """RFC 3339 in all its spellings."""
    moment = draw(
        st.sampled_from([datetime(1970, 1, 1), datetime(1970, 1, 1, 0, 0, 0, 1), datetime(2024, 2, 29, 23, 59, 59, 999_999)])  # noqa: DTZ001
        | st.datetimes(datetime(1970, 1, 2), datetime(9998, 12, 30))  # noqa: DTZ001
    )
    early = moment.replace(tzinfo=UTC) < datetime(1970, 1, 2, tzinfo=UTC)
    offset = draw(st.sampled_from(["Z", "z", "+00:00"] if early else ["Z", "+02:00", "-09:30", "+14:00", "-00:00", "+0530"]))
    fraction = draw(st.sampled_from(["", ".0", ".5", ".123", ".999999", ".1234564", ".1234565", ".000000001"]))
    return f"{moment:%Y-%m-%d}".zfill(10) + draw(st.sampled_from("Tt ")) + f"{moment:%H:%M:%S}{fraction}{offset}"


def texts(schema: Schema) -> st.SearchStrategy[str]:
    least, most = schema.get("minLength", 0), min(schema.get("maxLength", 20), LONGEST_DRAWN)
    if "pattern" in schema:
        return st.from_regex(schema["pattern"].removesuffix("$") + r"\Z")
    bounds = [length for length in (least, least + 1, most - 1, most) if least <= length <= most]
    filled = st.builds(lambda length, letter: letter * length, st.sampled_from(bounds), st.sampled_from("xé😀"))
    return filled | st.text(min_size=least, max_size=min(most, least + 12))


def numbers(schema: Schema) -> st.SearchStrategy[Any]:
    least, most = schema.get("minimum", -(2**60)), schema.get("maximum", 2**60)
    whole = st.sampled_from([int(least), int(least) + 1, int(most) - 1, int(most)]) | st.integers(int(least), int(most))
    return whole if schema["type"] == "integer" else whole | st.floats(least, most)


_MADE: dict[int, tuple[Any, st.SearchStrategy[Any]]] = {}
"""Strategies by the schema they are of: to build one anew for every draw takes most of the time."""


def values(schema: Schema | bool, defs: Schema) -> st.SearchStrategy[Any]:
    """JSON values that ``schema`` accepts."""
    if id(schema) not in _MADE:
        _MADE[id(schema)] = (schema, _values(schema, defs))
    return _MADE[id(schema)][1]


def _values(schema: Schema | bool, defs: Schema) -> st.SearchStrategy[Any]:
    if isinstance(schema, bool) or not schema.keys() - {"description", "default", "title"}:
        return st.none() | st.integers(-5, 5) | st.text(max_size=5) | st.just([1, {"deep": None}])
    if "$ref" in schema:
        return values(defs[schema["$ref"].removeprefix("#/$defs/")], defs)
    if "anyOf" in schema:
        return st.one_of([values(option, defs) for option in schema["anyOf"]])
    if "const" in schema or "enum" in schema:
        return st.sampled_from([schema["const"]] if "const" in schema else schema["enum"])
    kind = schema["type"]
    if kind == "object":
        return objects(schema, defs)
    if kind == "array":
        return st.lists(values(schema["items"], defs), max_size=3)
    if "format" in schema:
        return instants() if schema["format"] == "date-time" else st.dates(date(1970, 1, 1), date(9998, 12, 31)).map(str)
    if kind in ("boolean", "null"):
        return st.booleans() if kind == "boolean" else st.none()
    return texts(schema) if kind == "string" else numbers(schema)


@st.composite
def objects(draw: st.DrawFn, schema: Schema, defs: Schema) -> dict[str, Any]:
    """Objects of a schema: required fields, some of the others, at times one that nobody knows, and its rules kept."""
    known = schema.get("properties", {})
    others = [name for name in known if name not in schema.get("required", ())]
    chosen = list(schema.get("required", ())) + draw(
        st.lists(st.sampled_from(others), unique=True, max_size=6) if others else st.just([])
    )
    made = {name: draw(values(known[name], defs)) for name in chosen}
    if "destination_timezone" in made:
        made["destination_timezone"] = draw(st.sampled_from(ZONES))
    more = schema.get("additionalProperties", True)
    if more is not False:
        unknown = st.text(min_size=1, max_size=6).filter(lambda name: name not in known)
        made |= draw(st.dictionaries(unknown, values(more, defs), max_size=2 if not known else 1))
    for rule in schema.get("allOf", ()):
        _keep(draw, rule, made, known, defs)
    return made


def _keep(draw: st.DrawFn, rule: Schema, made: dict[str, Any], known: Schema, defs: Schema) -> None:
    """Mend ``made`` so that one of the fields the rule names stands; of ``oneOf``, only one."""
    fields = [option["required"][0] for option in rule.get("anyOf", rule.get("oneOf", ()))]
    field = draw(st.sampled_from(fields))
    for name in fields if "oneOf" in rule else ():
        made.pop(name, None)
    made[field] = draw(values(known[field], defs).filter(lambda value: value is not None))


def instances(schema: Schema) -> st.SearchStrategy[Any]:
    """Documents that a whole schema accepts, ``$defs`` and all."""
    return values(schema, schema.get("$defs", {}))


def places(document: Any) -> Iterator[Place]:
    """Every place in a document where a value stands."""
    keys = document.keys() if isinstance(document, dict) else range(len(document)) if isinstance(document, list) else ()
    for key in keys:
        yield document, key
        yield from places(document[key])


@st.composite
def broken(draw: st.DrawFn, whole: st.SearchStrategy[Any]) -> Any:
    """A document with one or two values replaced by what may not stand there, or taken away."""
    document = copy.deepcopy(draw(whole))
    for _ in range(draw(st.integers(1, 2))):
        found = list(places(document))
        if found:
            container, key = draw(st.sampled_from(found))
            if draw(st.integers(0, 5)) == 0:
                del container[key]
            else:
                container[key] = copy.deepcopy(draw(st.sampled_from(WRONG)))
    return document
