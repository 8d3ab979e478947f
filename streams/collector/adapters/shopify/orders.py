"""Orders and their money: placed, changed, cancelled, refunded; payments that failed; returns."""

from __future__ import annotations

from streams.collector.adapters.money import currency_of
from streams.collector.adapters.picking import Draft, currency_at, filled, money_at, text_at
from streams.collector.adapters.reading import Reading
from streams.collector.adapters.shopify.parts import id_at, people, products, shop_money

CHANNELS = {"web": "web", "pos": "store"}
"""Of an order's ``source_name``; other names are apps, whose channel nobody knows."""
HARD = frozenset(
    [
        *("expired_card", "incorrect_number", "invalid_number", "invalid_expiry_date", "pick_up_card"),
        *("fraud_suspected", "card_not_supported"),
    ]
)
"""``error_code`` of payments that the same card will not make later (https://shopify.dev, OrderTransaction.errorCode)."""
FAILED = frozenset(["failure", "error"])
PAYING = frozenset(["authorization", "sale", "capture"])
OTHER_CART = "an order ends whatever its customer's cart is called: the web pixel and most snippets name none"


def _about(order: Reading) -> Draft:
    """Which order, whose, and how it came about."""
    channel = order.peek("source_name")
    if isinstance(channel, str) and channel in CHANNELS:
        order.take("source_name")
    locale = text_at(order, "customer_locale")
    return filled(
        order_id=id_at(order, "id", "admin_graphql_api_id"),
        checkout_id=text_at(order, "checkout_token"),
        channel=CHANNELS.get(channel) if isinstance(channel, str) else None,
        context={"locale": locale} if locale else None,
        **people(order),
    )


def _leave_cart(order: Reading) -> None:
    if order.peek("cart_token") not in (None, ""):
        order.leave_out("cart_token", OTHER_CART)


def _listed(order: Reading, path: str, of: str = "") -> str | None:
    """Texts of a list in one: gateways, codes."""
    parts = [text_at(part, of) for part in order.parts(path)] if of else order.peek(path)
    texts = [part for part in parts if isinstance(part, str) and part] if isinstance(parts, list) else []
    if texts and not of:
        for place, part in enumerate(order.peek(path)):
            if part in texts:
                order.take(f"{path}[{place}]")
    return ", ".join(texts) or None


def _amounts(order: Reading, now: str = "") -> Draft:
    """``now`` is ``current_`` for what an order comes to after its changes."""
    currency = currency_at(order)

    def amount(name: str) -> int | None:
        return money_at(order, f"{now}{name}" if order.peek(f"{now}{name}") is not None else name, currency)

    shipping, own = shop_money(order, "total_shipping_price_set") if currency is not None else (None, None)
    return filled(
        total_minor=amount("total_price"),
        revenue_minor=_revenue(order, now, currency),
        shipping_minor=shipping if own == currency else None,
        tax_minor=amount("total_tax"),
        discount_minor=amount("total_discounts"),
        currency=currency,
    )


def _revenue(order: Reading, now: str, currency: str | None) -> int | None:
    """The subtotal, where it is without tax."""
    name = f"{now}subtotal_price" if order.peek(f"{now}subtotal_price") is not None else "subtotal_price"
    if order.peek("taxes_included") is True:
        order.leave_out("taxes_included", "so the subtotal is none of ours: revenue is without tax")
        return None
    revenue = money_at(order, name, currency)
    if revenue is not None and order.peek("taxes_included") is False:
        order.take("taxes_included")
    return revenue


def _read(order: Reading, now: str = "") -> Draft:
    amounts = _amounts(order, now)
    return amounts | filled(
        coupon=_listed(order, "discount_codes", "code"),
        payment_method=_listed(order, "payment_gateway_names"),
        products=products(order, amounts.get("currency")),
    )


def placed(order: Reading) -> list[Draft]:
    _leave_cart(order)
    return [{"type": "order_completed", **_about(order), "properties": _read(order)}]


def changed(order: Reading) -> list[Draft]:
    _leave_cart(order)
    return [{"type": "order_updated", **_about(order), "properties": _read(order, "current_") | _states(order)}]


def _states(order: Reading) -> Draft:
    return filled(financial_status=text_at(order, "financial_status"), fulfillment_status=text_at(order, "fulfillment_status"))


def cancelled(order: Reading) -> list[Draft]:
    _leave_cart(order)
    properties = filled(reason=text_at(order, "cancel_reason")) | {"whole": True}
    return [{"type": "order_cancelled", **_about(order), "properties": properties}]


def edited(body: Reading) -> list[Draft]:
    """It names the order and what was added or taken away, not what the order comes to."""
    edit = body.part("order_edit")
    return [{"type": "order_updated", "order_id": id_at(edit, "order_id"), "properties": {}}]


def refunded(refund: Reading) -> list[Draft]:
    """What of it was paid back; a refund without a payment that succeeded moves no money."""
    paid = [part for part in refund.parts("transactions") if part.peek("kind") == "refund" and part.peek("status") == "success"]
    currency = _refund_currency(refund, paid)
    amounts = [money_at(part, "amount", currency) for part in paid]
    if not amounts or None in amounts or not sum(amount or 0 for amount in amounts):
        refund.note(
            "",
            "refused",
            "no payment in it that succeeded, of an amount and a currency that are known: no money is known to have moved",
        )
        return []
    for part in paid:
        part.take("kind")
        part.take("status")
    properties = {"amount_minor": sum(amount or 0 for amount in amounts), "currency": currency}
    return [{"type": "order_refunded", "order_id": id_at(refund, "order_id"), "properties": properties}]


def _refund_currency(refund: Reading, paid: list[Reading]) -> str | None:
    """The payments' own, where all have the same; else that of the amounts that stand in both currencies."""
    own = {currency_of(part.peek("currency")) for part in paid}
    if len(own) == 1 and (currency := own.pop()) is not None:
        for part in paid:
            part.take("currency")
        return currency
    if any(part.peek("currency") is not None for part in paid):
        return None
    for part, path in _sets(refund):
        if currency := currency_at(part, f"{path}.shop_money.currency_code"):
            part.guess(f"{path}.shop_money.currency_code", "the payments name no currency: the shop's stands for theirs")
            return currency
    return None


def _sets(refund: Reading) -> list[tuple[Reading, str]]:
    return [(refund, "total_duties_set"), *((line, "subtotal_set") for line in refund.parts("refund_line_items"))]


def paid(payment: Reading) -> list[Draft]:
    """Of payments only those that failed are told; one that succeeded shows in its order."""
    kind, status = payment.peek("kind"), payment.peek("status")
    if not isinstance(kind, str) or not isinstance(status, str) or kind not in PAYING or status not in FAILED:
        payment.note("", "unmapped", "no payment that failed: a good one shows in its order, a refund in refunds/create")
        return []
    payment.take("kind")
    payment.take("status")
    code, currency = text_at(payment, "error_code"), currency_at(payment)
    if code is None:
        payment.guess("status", "failed without an error_code: taken as a soft decline, which may pass later")
    properties = filled(
        decline="hard" if code in HARD else "soft",
        code=code,
        payment_method=text_at(payment, "gateway"),
        amount_minor=money_at(payment, "amount", currency),
        currency=currency,
    )
    return [{"type": "payment_failed", "order_id": id_at(payment, "order_id"), "properties": properties}]


def _return_of(body: Reading) -> Draft:
    lines = body.parts("return_line_items")
    reasons = [reason for line in lines if (reason := text_at(line, "return_reason"))]
    items = [(line, line.part("fulfillment_line_item.line_item")) for line in lines]
    properties = filled(
        reason=", ".join(reasons),
        products=[
            filled(
                product_id=id_at(item, "product_id"), variant_id=id_at(item, "variant_id"), name=text_at(item, "title", "name")
            )
            for _, item in items
            if item.value
        ],
    )
    order_id = id_at(body, "order.id", "order.admin_graphql_api_id") or id_at(body, "order_id")
    return {"type": "return_requested", "order_id": order_id, "properties": properties}


def return_asked(body: Reading) -> list[Draft]:
    return [_return_of(body)]


def return_approved(body: Reading) -> list[Draft]:
    body.guess(
        "", "the shop approved or opened a return: taken as the customer's wish, which nothing else tells if the shop entered it"
    )
    return [_return_of(body)]
