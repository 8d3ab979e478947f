"""One object of a sender's in our words, by a table; what the table does not know is carried as it is.

Plain loops, because the busiest door uses it. A value that is not of the field's kind stays behind, with a word; an amount whose
currency nobody says, too, but under the name that it came with.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from typing import Any, Literal

from msgspec import Struct

from streams.collector.adapters.adapted import Loss
from streams.collector.adapters.money import currency_of, minor_units

Where = Literal["properties", "envelope", "money", "products", "nowhere"]


NOTHING: tuple[Any, ...] = (None, "", [], {})
"""What says nothing."""


class Field(Struct, frozen=True):
    """What one of their names means: ``read`` gives the value as we have it, or ``None`` where it is not of this kind."""

    where: Where
    ours: str
    read: Callable[[Any], Any]
    kind: str
    """In words, or why it is left out."""
    plain: bool = False
    """A text among the properties, which most are: read without asking further."""


Fields = Mapping[str, Field]


def text_of(value: Any) -> str | None:
    """A text, or a number as one."""
    if type(value) is str:
        return value or None
    if type(value) is int:
        return str(value)
    return f"{value:.15g}" if type(value) is float else None


def count_of(value: Any) -> int | None:
    """A whole number from 0, also as text or as a float without fraction."""
    if type(value) is float and value.is_integer() and value < 1e15:
        value = int(value)
    if type(value) is str and value.isascii() and value.isdigit() and len(value) < 16:
        value = int(value)
    return value if type(value) is int and value >= 0 else None


def quantity_of(value: Any) -> int | None:
    """Pieces: at least one."""
    return value if type(value) is int and value > 0 else count_of(value) or None


def number_of(value: Any) -> float | None:
    """A number, also as text."""
    if type(value) is str:
        try:
            value = float(value)
        except ValueError:
            return None
    return value if type(value) in (int, float) and abs(value) < 1e15 else None


def step_of(value: Any) -> int | str | None:
    """A checkout's step, by number or by name."""
    number = count_of(value)
    return number if number is not None else value if type(value) is str else None


def same(value: Any) -> Any:
    return value


def text(ours: str) -> Field:
    return Field("properties", ours, text_of, "text", plain=True)


def count(ours: str) -> Field:
    return Field("properties", ours, count_of, "whole number")


def number(ours: str) -> Field:
    return Field("properties", ours, number_of, "number")


def envelope(ours: str) -> Field:
    return Field("envelope", ours, text_of, "text")


def money(ours: str) -> Field:
    return Field("money", ours, same, "amount")


def left_out(why: str) -> Field:
    return Field("nowhere", "-", same, why)


PIECES = Field("properties", "quantity", quantity_of, "number of pieces")
STEP = Field("properties", "step", step_of, "step: a number or a name")
CURRENCY = Field("properties", "currency", currency_of, "currency of ISO 4217")
PRODUCTS = Field("products", "products", same, "list of products")


def translated(
    said: Mapping[str, Any],
    fields: Fields,
    of_products: Fields,
    currency: str | None,
    at: str,
    event: dict[str, Any],
    lost: list[Loss],
) -> dict[str, Any]:
    """``said``, which stands at the path ``at``, as our properties; what belongs outside of them is put into ``event``.

    ``currency`` is that of all amounts for which the object names none.
    """
    own = currency_of(said.get("currency"))
    currency = own or currency
    made: dict[str, Any] = {}
    if currency is not None and own is None:
        made["currency"] = currency
    for name, value in said.items():
        if not value and (value is None or value == ""):
            continue
        field = fields.get(name)
        if field is None:
            made[name] = value
            continue
        where, ours = field.where, field.ours
        if ours != name and (ours in said or ours in made):
            made[name] = value
        elif field.plain and type(value) is str:
            made[ours] = value
        elif where == "money":
            units, words = minor_units(value, currency)
            if words:
                lost.append(_unsure(_path(at, name), units, words))
            made[name if units is None else ours] = value if units is None else units
        elif where == "products":
            made[ours] = products(value, of_products, currency, _path(at, name), lost)
        elif where == "nowhere":
            lost.append(Loss(_path(at, name), "left out", field.kind))
        elif (taken := field.read(value)) is None:
            lost.append(Loss(_path(at, name), "unmapped", f"is no {field.kind}"))
        elif where == "envelope":
            event.setdefault(ours, taken)
            if event[ours] != taken:
                lost.append(Loss(_path(at, name), "left out", f"the message names another {ours} outside"))
        else:
            made[ours] = taken
    return made


def products(sent: Any, fields: Fields, currency: str | None, at: str, lost: list[Loss]) -> list[dict[str, Any]]:
    """A list of products as ours; one alone counts as a list of one."""
    members = sent if isinstance(sent, list) else [sent]
    made = []
    for place, product in enumerate(members):
        if isinstance(product, dict):
            path = f"{at}[{place}]" if members is sent else at
            made.append(translated(product, fields, {}, currency, path, {}, lost))
        elif product is not None and product != "":
            lost.append(Loss(f"{at}[{place}]" if members is sent else at, "unmapped", "is no product: an object"))
    return made


def unread(part: Mapping[str, Any], known: Container[str], at: str, why: str, lost: list[Loss]) -> None:
    """Says of everything in a part that is not ``known`` that it is lost."""
    for name, value in part.items():
        if name not in known and value not in NOTHING:
            lost.append(Loss(_path(at, name), "unmapped", why))


def _path(at: str, name: str) -> str:
    return f"{at}.{name}" if at else name


def _unsure(at: str, units: int | None, words: str) -> Loss:
    """Of an amount that is not just what was sent: rounded, or none and so kept as it was sent, under their name."""
    return Loss(at, "unmapped", f"{words}: carried as it was sent") if units is None else Loss(at, "guessed", words)
