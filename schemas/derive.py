"""From a pydantic model the msgspec struct that reads the same JSON several times as fast.

The model is the only definition: types, bounds, defaults and rules are read off it. What cannot be carried over raises
``TypeError`` at import, so that a bound is never lost in silence. Values are those of the model: instants are aware
datetimes, days are dates, lists are tuples.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from functools import cache, partial
from itertools import product
from string import ascii_uppercase
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec
from annotated_types import Ge, Le, MaxLen, MinLen
from msgspec import Meta, Struct
from pydantic import BeforeValidator, JsonValue, WithJsonSchema
from pydantic.fields import FieldInfo

from schemas.events.envelope import Fact
from schemas.events.rules import Rule
from schemas.instants import AwareDatetime, check_day, micros

CODES = {r"^[A-Z]{2}$": 2, r"^[A-Z]{3}$": 3}
"""Patterns with so few matches that they can be listed."""
PLAIN = (str, int, float, bool, type(None), date)


@cache
def struct_of(model: type[Fact]) -> type[Struct]:
    """The struct of ``model``: same fields, names, bounds, defaults; unknown fields are skipped."""
    hints = get_type_hints(model, include_extras=True)
    fields = [(name, wire_type(hints[name]), default_of(field)) for name, field in model.model_fields.items()]
    instants = tuple(name for name in model.model_fields if _holds(hints[name], datetime))
    days = tuple(name for name in model.model_fields if _holds(hints[name], date))
    finish = _finisher(instants, days, model.rules)
    namespace = {"__post_init__": finish} if finish else {}
    return msgspec.defstruct(model.__name__, fields, namespace=namespace, kw_only=True, gc=False, module=model.__module__)


def lift(value: object) -> Any:
    """What pydantic made of a value in the form in which the fast decoder makes it. The value is trusted."""
    if isinstance(value, Fact):
        fields = {name: lift(getattr(value, name)) for name in type(value).model_fields}
        return struct_of(type(value))(**fields)
    if isinstance(value, tuple):
        return tuple(lift(item) for item in value)
    return value


def default_of(field: FieldInfo) -> Any:
    """A field's default as ``defstruct`` wants it."""
    if field.is_required():
        return msgspec.NODEFAULT
    if field.default_factory is not None:
        return msgspec.field(default_factory=field.default_factory)  # type: ignore[arg-type]
    return field.default


def wire_type(hint: Any) -> Any:
    """The type msgspec reads for a type pydantic reads."""
    origin, inner = get_origin(hint), get_args(hint)
    if hint in PLAIN or origin is Literal:
        return hint
    if hint is datetime:
        return AwareDatetime
    if hint is JsonValue:
        return Any
    if isinstance(hint, type) and issubclass(hint, Fact):
        return struct_of(hint)
    if origin is Annotated:
        return _bounded(wire_type(inner[0]), [bound for meta in inner[1:] for bound in _bounds(meta)])
    if origin in (Union, UnionType):
        return Union[tuple(wire_type(option) for option in inner)]  # noqa: UP007
    if origin is tuple and inner[1:] == (Ellipsis,):
        return tuple[wire_type(inner[0]), ...]  # type: ignore[misc]
    if origin is dict:
        return dict[wire_type(inner[0]), wire_type(inner[1])]  # type: ignore[misc]
    raise TypeError(f"no fast reader for {hint!r}: teach schemas/derive.py its msgspec type")


def _bounded(kind: Any, bounds: list[tuple[str, Any]]) -> Any:
    said = dict(bounds)
    if said.get("pattern") in CODES:
        return _codes(CODES[said["pattern"]])
    return Annotated[kind, Meta(**said)] if said else kind


@cache
def _codes(length: int) -> Any:
    """All words of ``length`` capital letters: msgspec looks one up five times as fast as it runs a regular expression."""
    return Literal[tuple("".join(letters) for letters in product(ascii_uppercase, repeat=length))]


def _bounds(meta: Any) -> list[tuple[str, Any]]:
    """A bound of pydantic's in msgspec's words; none for what only names or documents."""
    if isinstance(meta, FieldInfo):
        return [bound for inner in meta.metadata for bound in _bounds(inner)]
    if isinstance(meta, BeforeValidator | WithJsonSchema):
        return []
    for kind, name in ((Ge, "ge"), (Le, "le"), (MinLen, "min_length"), (MaxLen, "max_length")):
        if isinstance(meta, kind):
            return [(name, getattr(meta, name))]
    if getattr(meta, "pattern", None):
        return [("pattern", meta.pattern)]
    raise TypeError(f"no fast reader for the bound {meta!r}: teach schemas/derive.py its msgspec form")


def _holds(hint: Any, kind: type) -> bool:
    """Whether a field is of ``kind`` or may be; inside lists and dicts no model holds one."""
    if get_origin(hint) in (Annotated, Union, UnionType):
        return any(_holds(option, kind) for option in get_args(hint))
    return hint is kind


def _finisher(instants: tuple[str, ...], days: tuple[str, ...], rules: tuple[Rule, ...]) -> Callable[[Any], None] | None:
    """What remains once the fields are read: bounds of instants and days, rules over several fields."""
    if not (instants or days or rules):
        return None

    def finish(self: Any) -> None:
        for name in instants:
            if (moment := getattr(self, name)) is not None:
                micros(moment)
        for name in days:
            if (day := getattr(self, name)) is not None:
                check_day(day)
        keep_rules(self, rules)

    return finish


def keep_rules(struct: Struct, rules: tuple[Rule, ...]) -> None:
    """``ValueError`` in words for the first rule that the struct's fields break."""
    for rule in rules:
        if words := rule.broken(partial(getattr, struct)):
            raise ValueError(words)
