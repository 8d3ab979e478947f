"""Bodies as no sender means them: real ones and invented ones, bent, cut, nested, blown up and zipped wrongly.

Everything is drawn from the lot that is given: the same seed makes the same bodies.
"""

from __future__ import annotations

import gzip
import json
import re
import zlib
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

LENGTHS = (300, 300, 5_000, 5_000, 100_000, 1_200_000)
"""Characters of long texts at most: some are more than an event may have, some together more than a body."""
STRANGE: tuple[Any, ...] = (
    None,
    True,
    "",
    " ",
    "\x00",
    "\ud800",
    "𝒜" * 50,
    "a" * 101,
    "null",
    "1e5",
    "2026-13-45T99:99:99Z",
    "9999-12-31T23:59:59+23:59",
    -1,
    0,
    1.5,
    -0.0,
    2**53 + 1,
    2**63,
    10**30,
    1e308,
    [],
    {},
    [[]],
    [None],
    {"": None},
    {"a": {"b": {"c": []}}},
)
LITERALS = (b"NaN", b"Infinity", b"-Infinity", b"1e999", b"-1e999", b"0" * 20, b"9" * 5_000, b'"\\ud800"', b"tru", b"{,}")
TYPES = ("application/json", "text/plain", "application/cloudevents+json", "application/cloudevents-batch+json")
WRONG_TYPES = (
    "",
    "text/html",
    "application/xml",
    "image/png",
    "application/json; charset=utf-16",
    "text/plain;;;",
    "/",
    "é",
    "*/*",
)
NESTED = re.compile(rb'(\[|\{"a":){40}')
CODINGS = ("gzip", "deflate", "br", "identity", "gzip, gzip", "compress", "x")


@dataclass(frozen=True)
class Request:
    """A message on its way, before anybody signs it."""

    door: str
    """The path that it is posted to."""
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)


def bent(lot: Random, whole: Request) -> Request:
    """One request with one to three things wrong with it, or none."""
    for bend in lot.choices(BENDS, weights=WEIGHTS, k=lot.choice((0, 1, 1, 1, 2, 3))):
        whole = bend(lot, whole)
    return whole


def _cut(lot: Random, whole: Request) -> Request:
    return replace(whole, body=whole.body[: lot.randint(0, len(whole.body))])


def _flipped(lot: Random, whole: Request) -> Request:
    """Some bytes are others: mostly no JSON any more, or no UTF-8."""
    body = bytearray(whole.body)
    for _ in range(lot.randint(1, 8) if body else 0):
        body[lot.randrange(len(body))] = lot.randrange(256)
    return replace(whole, body=bytes(body))


def _inserted(lot: Random, whole: Request) -> Request:
    at = lot.randint(0, len(whole.body))
    return replace(
        whole,
        body=whole.body[:at] + lot.choice((b"\xff\xfe", b"\xc3", b"\x00", b"\xed\xa0\x80", b"\xef\xbb\xbf")) + whole.body[at:],
    )


def _literal(lot: Random, whole: Request) -> Request:
    """A number or a word that JSON does not know, or not so large, in the place of a value."""
    marks = [at for at, sign in enumerate(whole.body) if sign in b":["]
    if not marks:
        return whole
    at = lot.choice(marks) + 1
    ends = [end for end in (whole.body.find(sign, at) for sign in (b",", b"}", b"]")) if end >= 0]
    return replace(whole, body=whole.body[:at] + lot.choice(LITERALS) + whole.body[min(ends, default=at) :])


def _deep(lot: Random, whole: Request) -> Request:
    """Nested deeper than any decoder's stack, in a list or an object, whole or around the message."""
    depth = lot.choice((50, 300, 500, 700, 900, 5_000, 100_000))
    opening, closing = lot.choice(((b"[", b"]"), (b'{"a":', b"}")))
    inner = lot.choice((b"1", whole.body))
    return replace(whole, body=opening * depth + inner + closing * (depth if lot.random() < 0.8 else 0))


def _typed(lot: Random, whole: Request) -> Request:
    """Values of other types than the sender's."""
    return _edited(lot, whole, lambda _: lot.choice(STRANGE))


def _long(lot: Random, whole: Request) -> Request:
    return _edited(lot, whole, lambda _: lot.choice("aé𝒜\\") * lot.randint(1, lot.choice(LENGTHS)))


def _wrapped(lot: Random, whole: Request) -> Request:
    return _edited(lot, whole, lambda value: lot.choice(([value] * 3, {"value": value}, str(value), json.dumps(value))))


def _renamed(lot: Random, whole: Request) -> Request:
    """Fields are gone, or are called otherwise."""
    message = _parsed(whole)
    objects = [part for part in _parts(message) if isinstance(part, dict) and part]
    if not objects:
        return whole
    for chosen in lot.choices(objects, k=lot.randint(1, 3)):
        name = lot.choice(list(chosen) or [""])
        value = chosen.pop(name, None)
        if lot.random() < 0.5:
            chosen[lot.choice((name.upper(), name + " ", "", "__proto__", "é" * 100, "type", "event"))] = value
    return _with(whole, message)


def _many(lot: Random, whole: Request) -> Request:
    """More than one message where one is expected, or a batch that is too long."""
    message = _parsed(whole)
    many: list[Any] = lot.choice(([], [message] * 2, [message] * 20, [message] * 200, [{}] * 6_000))
    return _with(whole, lot.choice((many, {"batch": many}, {"events": many}, {"data": many})))


def _zipped(lot: Random, whole: Request) -> Request:
    """Truly zipped, or not quite."""
    zipped = gzip.compress(whole.body, mtime=0)
    body = lot.choice(
        (zipped, zipped, zipped[: lot.randint(0, len(zipped))], zipped + b"left over", zipped * 2, whole.body, b"\x1f\x8b")
    )
    if lot.random() < 0.2:
        body = zlib.compress(whole.body)
    if lot.random() < 0.02:
        body = gzip.compress(b"[" + b" " * 50_000_000 + b"]", mtime=0)
    return _headed(whole, "Content-Encoding", "gzip" if lot.random() < 0.8 else lot.choice(CODINGS), body)


def _retyped(lot: Random, whole: Request) -> Request:
    return _headed(whole, "Content-Type", lot.choice(TYPES + WRONG_TYPES))


def _stranger(lot: Random, whole: Request) -> Request:
    """Without its key, or with another, or one that is none."""
    return _headed(whole, "Authorization", lot.choice(("", "Basic", "Basic !!!!", "Basic Og==", "Bearer x", "Basic /////w==")))


def _elsewhere(lot: Random, whole: Request) -> Request:
    """Something after the path, or before it."""
    return replace(
        whole, door=lot.choice((whole.door + "/", whole.door + "?a=%ff&b=%00", "/x" + whole.door, whole.door + "/../v1/batch"))
    )


Bend = Callable[[Random, Request], Request]
BENDS: tuple[Bend, ...] = (
    _cut,
    _flipped,
    _inserted,
    _literal,
    _deep,
    _typed,
    _long,
    _wrapped,
    _renamed,
    _many,
    _zipped,
    _retyped,
    _stranger,
    _elsewhere,
)
WEIGHTS = (3, 4, 3, 4, 1, 12, 1, 6, 10, 1, 3, 2, 1, 1)
"""What still reads as JSON goes deepest; what is large takes its time."""


def _edited(lot: Random, whole: Request, edit: Callable[[Any], Any]) -> Request:
    """Some of its values, leaves or parts, put through ``edit``."""
    message = _parsed(whole)
    places = list(_places(message))
    for parent, name in lot.choices(places, k=min(len(places), lot.randint(1, 4))):
        parent[name] = edit(deepcopy(parent[name]))
    return _with(whole, message if places else edit(message))


def _parsed(whole: Request) -> Any:
    """The message; what is none any more, or too deep to walk through, is a text."""
    try:
        return json.loads(b"" if NESTED.search(whole.body) else whole.body)
    except ValueError:
        return whole.body[:1_000].decode("latin-1")


def _with(whole: Request, message: Any) -> Request:
    return replace(whole, body=json.dumps(message).encode())


def _headed(whole: Request, name: str, value: str, body: bytes | None = None) -> Request:
    """With this header, empty for without it."""
    return replace(whole, headers=whole.headers | {name: value}, body=whole.body if body is None else body)


def _parts(value: Any) -> Iterator[Any]:
    yield value
    members = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for member in members:
        yield from _parts(member)


def _places(message: Any) -> Iterator[tuple[Any, Any]]:
    """Where values stand: in which object under which name, in which list at which place."""
    for part in _parts(message):
        if isinstance(part, dict | list):
            yield from ((part, name) for name in (list(part) if isinstance(part, dict) else range(len(part))))
