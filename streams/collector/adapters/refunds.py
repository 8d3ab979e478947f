"""How much of an order went back. No amount means all of it, so an amount that cannot be read must not become none."""

from __future__ import annotations

from typing import Any

from schemas.events.fields import MAX_INTEGER
from streams.collector.adapters.adapted import Loss
from streams.collector.adapters.money import units_of

NO_AMOUNT = "a refund's amount needs a currency: without an amount it would be of the whole order"
NO_PRICES = "a refund of some products needs its amount and currency, or their prices"
_OTHER_AMOUNTS = ("revenue", "value")


def refunded(said: dict[str, Any], made: dict[str, Any], at: str, products: str, lost: list[Loss]) -> str | None:
    """Puts ``amount_minor`` into a refund's properties; says why where that cannot be: then it must not become an event.

    ``said`` stands at the path ``at`` and calls its products ``products``.
    """
    if "amount_minor" in made:
        return None
    for name in _OTHER_AMOUNTS:
        if f"{name}_minor" in made:
            made["amount_minor"] = made[f"{name}_minor"]
            lost.append(Loss(f"{at}.{name}", "guessed", "no total is said: what went back"))
            return None
    if any(said.get(name) not in (None, "") for name in ("total", "amount", *_OTHER_AMOUNTS)):
        return NO_AMOUNT
    products_sent = made.get("products", [])
    amounts = [_worth(product) for product in products_sent] if isinstance(products_sent, list) else [None]
    amount = sum(amount for amount in amounts if amount is not None)
    if None in amounts or amount > MAX_INTEGER:
        return NO_PRICES
    if amounts:
        made["amount_minor"] = amount
        lost.append(Loss(f"{at}.{products}", "guessed", "no amount is said: what went back is what these cost"))
    return None


def _worth(product: Any) -> int | None:
    if not isinstance(product, dict):
        return None
    price, pieces = units_of(product, "price"), product.get("quantity", 1)
    return price * pieces if price is not None and type(pieces) is int else None
