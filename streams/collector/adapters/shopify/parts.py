"""What Shopify's messages have in common: ids, money, products, people, and what of them stays behind."""

from __future__ import annotations

import re
from typing import Any

from schemas.events.fields import MAX_INTEGER
from streams.collector.adapters.money import currency_of
from streams.collector.adapters.picking import PERSONAL, WORDS, Draft, filled, money_at, text_at, whole_number
from streams.collector.adapters.reading import Reading

ROUNDED = "a number beyond 2^53: JavaScript on the way may have rounded it, and nothing else in the message holds its digits"
TWICE = "the same in both of the shop's and the customer's currency: the plain amounts, in the shop's, stand"
LETS_IN = "a link or key that lets in whoever has it"

KEPT_BACK = (
    (PERSONAL, "billing_address shipping_address destination origin_address browser_ip client_details default_address addresses"),
    (PERSONAL, "first_name last_name sms_marketing_phone payment_details location latitude longitude city province zip address1"),
    (WORDS, "note note_attributes staff_note tags customer_note return_reason_note"),
    (LETS_IN, "order_status_url abandoned_checkout_url tracking_url tracking_urls receipt authorization multipass_identifier"),
)
"""By reason: fields that never come through, of the body itself and of its customer."""

_GID = re.compile(r"gid://shopify/\w+/(\d+)", re.ASCII)
_KEY = re.compile(r"(\d+):", re.ASCII)


def id_at(part: Reading, path: str, twin: str | None = None) -> str | None:
    """The digits of an id: of its ``gid://`` twin where the number is so large that JavaScript rounds it."""
    value, said = part.peek(path), part.peek(twin) if twin else None
    found = _GID.fullmatch(said) if isinstance(said, str) else None
    if twin and found and (value is None or _rounds(value)):
        part.take(twin)
        if value is not None:
            part.leave_out(path, f"the same as {twin}, whose digits no JavaScript can have rounded")
        return found[1]
    if isinstance(value, float) or value in (0, "0"):
        return None
    if twin and found and found[1] == str(value):
        part.leave_out(twin, f"the same as {path}")
    if _rounds(value):
        part.guess(path, ROUNDED)
    text = part.text(path)
    named = _GID.fullmatch(text) if text else None
    return named[1] if named else text


def _rounds(value: Any) -> bool:
    return isinstance(value, int) and abs(value) > MAX_INTEGER


def variant_at(line: Reading) -> str | None:
    """A cart's line is keyed by its variant: ``704912205188288575:33f11f…``."""
    key, value = line.peek("key"), line.peek("variant_id")
    found = _KEY.match(key) if isinstance(key, str) else None
    if found and _rounds(value):
        line.take("key")
        line.leave_out("variant_id", "the same as the number in key, whose digits no JavaScript can have rounded")
        return found[1]
    return id_at(line, "variant_id")


def shop_money(part: Reading, path: str) -> tuple[int | None, str | None]:
    """Of a ``_set``: what the shop counts in, not what the customer was shown. Nothing, or both."""
    money = part.part(f"{path}.shop_money")
    currency = currency_of(money.peek("currency_code"))
    units = money_at(money, "amount", currency) if currency else None
    if units is None:
        return None, None
    money.take("currency_code")
    if part.peek(f"{path}.presentment_money") is not None:
        part.leave_out(f"{path}.presentment_money", "the shop's money stands, not what the customer was shown")
    return units, currency


def product(line: Reading, currency: str | None) -> Draft | None:
    """A line of a cart, checkout, order or parcel; nothing of one that holds no piece."""
    quantity = whole_number(line, "quantity", least=1)
    if quantity is None:
        return None
    if line.peek("properties") not in (None, [], {}):
        line.leave_out("properties", WORDS)
    units, own = _price(line, currency)
    return filled(
        product_id=id_at(line, "product_id"),
        variant_id=variant_at(line),
        sku=text_at(line, "sku"),
        name=text_at(line, "title", "presentment_title", "name"),
        brand=text_at(line, "vendor"),
        price_minor=units,
        currency=own,
        quantity=quantity,
    )


def _price(line: Reading, currency: str | None) -> tuple[int | None, str | None]:
    """Of one piece: where the message names its currency the plain price, else the one that stands with its own."""
    if currency is not None:
        if line.peek("price_set") is not None:
            line.leave_out("price_set", TWICE)
        units = money_at(line, "price", currency)
        return units, currency if units is not None else None
    units, own = shop_money(line, "price_set")
    if units is not None and line.peek("price") is not None:
        line.leave_out("price", "the same as price_set.shop_money")
    return units, own


def products(part: Reading, currency: str | None = None, path: str = "line_items") -> list[Draft]:
    return [found for line in part.parts(path) if (found := product(line, currency))]


def people(part: Reading) -> Draft:
    """Who it is: the customer's record, and the e-mail and phone that stand beside it or in it."""
    return filled(
        customer_id=id_at(part, "customer.id", "customer.admin_graphql_api_id"),
        email=_one_of(part, "email", "contact_email", "customer.email"),
        phone=_one_of(part, "phone", "customer.phone"),
    )


def _one_of(part: Reading, *paths: str) -> str | None:
    """The first that stands; the others are personal data that nobody needs."""
    text = text_at(part, *paths)
    first = next((place for place, path in enumerate(paths) if part.peek(path) not in (None, "")), 0)
    for path in paths[first + 1 :]:
        if part.peek(path) not in (None, ""):
            part.leave_out(path, f"{PERSONAL}: {paths[first]} names them")
    return text


def keep_back(part: Reading) -> None:
    """Says of all that is personal, secret or said twice that it stays behind, and why."""
    listed = [member for name in ("fulfillments", "transactions", "return_line_items") for member in part.parts(name)]
    inside = [part, part.part("customer"), part.part("order_edit"), *listed]
    for within in inside:
        for why, names in KEPT_BACK:
            for name in names.split():
                if within.peek(name) not in (None, "", [], {}):
                    within.leave_out(name, why)
    for name in part.value if isinstance(part.value, dict) else ():
        if name.endswith("_set") and part.peek(name) is not None:
            part.leave_out(name, TWICE)
