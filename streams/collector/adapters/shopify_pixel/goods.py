"""Products, prices and lines as a web pixel writes them, and the page it happened on."""

from __future__ import annotations

from streams.collector.adapters.money import currency_of
from streams.collector.adapters.picking import Draft, filled, money_at, text_at, whole_number
from streams.collector.adapters.reading import Reading
from streams.collector.adapters.shopify.parts import id_at


def money(part: Reading, path: str) -> tuple[int | None, str | None]:
    """``{amount, currencyCode}``: both or nothing."""
    money = part.part(path)
    currency = currency_of(money.peek("currencyCode"))
    units = money_at(money, "amount", currency) if currency else None
    if units is None:
        return None, None
    money.take("currencyCode")
    return units, currency


def variant(part: Reading) -> Draft:
    """A product variant; its product's title names it."""
    units, currency = money(part, "price")
    return filled(
        product_id=id_at(part, "product.id"),
        variant_id=id_at(part, "id"),
        sku=text_at(part, "sku"),
        name=text_at(part, "product.title"),
        category=text_at(part, "product.type"),
        brand=text_at(part, "product.vendor"),
        url=text_at(part, "product.url"),
        price_minor=units,
        currency=currency,
    )


def line(part: Reading, held: str) -> Draft | None:
    """A line of a cart (``merchandise``) or of a checkout (``variant``); nothing of one that holds no piece."""
    quantity = whole_number(part, "quantity", least=1)
    if quantity is None:
        return None
    product = variant(part.part(held))
    if "name" not in product and (title := text_at(part, "title")):
        product["name"] = title
    return product | {"quantity": quantity}


def lines(part: Reading, path: str, held: str) -> list[Draft]:
    return [found for member in part.parts(path) if (found := line(member, held)) is not None]


def same(checkout: Reading, path: str, currency: str | None) -> int | None:
    """An amount in the order's own currency; another currency's is none of it."""
    if currency is None or currency_of(checkout.peek(f"{path}.currencyCode")) != currency:
        return None
    return money(checkout, path)[0]


def where(event: Reading) -> Draft:
    document = event.part("context.document")
    page = filled(
        url=text_at(document, "location.href"),
        path=text_at(document, "location.pathname"),
        title=text_at(document, "title"),
        referrer=text_at(document, "referrer"),
    )
    return filled(context=filled(page=page, locale=text_at(event, "context.navigator.language")))
