"""What the shop sells."""

from __future__ import annotations

from typing import Any, NamedTuple

_KINDS = (
    ("mattress", 59_900),
    ("bed frame", 34_900),
    ("pillow", 5_900),
    ("duvet", 12_900),
    ("sheet set", 8_900),
    ("lamp", 4_500),
)
_BRANDS = ("Nimbus", "Halden", "Okto", "Sorel", "Vela")
_SIZES = ("S", "M", "L", "XL")


class Product(NamedTuple):
    product_id: str
    name: str
    category: str
    brand: str
    price_minor: int

    def properties(self, quantity: int = 1) -> dict[str, Any]:
        return {**self._asdict(), "currency": "EUR", "quantity": quantity}


def _goods() -> tuple[Product, ...]:
    every = [(kind, price, brand, size) for kind, price in _KINDS for brand in _BRANDS for size in _SIZES]
    return tuple(
        Product(f"p{100 + number}", f"{brand} {kind} {size}", kind, brand, price * (20 + number % 7 + _SIZES.index(size)) // 20)
        for number, (kind, price, brand, size) in enumerate(every)
    )


GOODS = _goods()
QUERIES = ("firm mattress", "pillow side sleeper", "bed frame oak 180", "warm duvet", "reading lamp", "organic sheets")
