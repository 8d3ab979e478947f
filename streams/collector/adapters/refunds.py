"""How much of an order went back. No amount means all of it, so an amount that cannot be read must not become none."""

from __future__ import annotations

from typing import Any

from streams.collector.adapters.adapted import Loss

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
    amounts = [_worth(product) for product in made.get("products", ())]
    if None in amounts:
        return NO_PRICES
    if amounts:
        made["amount_minor"] = sum(amount for amount in amounts if amount is not None)
        lost.append(Loss(f"{at}.{products}", "guessed", "no amount is said: what went back is what these cost"))
    return None


def _worth(product: dict[str, Any]) -> int | None:
    price, pieces = product.get("price_minor"), product.get("quantity", 1)
    return price * pieces if isinstance(price, int) and isinstance(pieces, int) else None
