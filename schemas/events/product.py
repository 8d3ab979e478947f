"""A product as an event speaks of it, and lists of them. Segment's fields, prices in minor units."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from schemas.events.envelope import Properties
from schemas.events.fields import Count, Currency, Identifier, Minor, Name, Quantity, Text


class Product(Properties):
    """One product; ``price_minor`` is the price of one piece."""

    product_id: Identifier | None = None
    variant_id: Identifier | None = None
    sku: Identifier | None = None
    name: Text | None = None
    category: Name | None = None
    brand: Name | None = None
    price_minor: Minor | None = None
    currency: Currency | None = None
    quantity: Quantity = 1
    url: Text | None = None
    position: Count | None = None
    coupon: Name | None = None


Products = Annotated[tuple[Product, ...], Field(max_length=1_000)]


class ProductList(Properties):
    """The products that something holds or shows."""

    list_id: Identifier | None = None
    category: Name | None = None
    products: Products = ()
