"""Before the order: carts, checkouts, and who the customer says to be."""

from __future__ import annotations

from streams.collector.adapters.picking import Draft, currency_at, filled, money_at, text_at
from streams.collector.adapters.reading import Reading
from streams.collector.adapters.shopify.parts import id_at, people, products

AS_IT_STANDS = "the cart as it now stands: what was added or removed a single message does not say (the web pixel does)"
FILLED_IN = "a checkout changed: the step is the furthest that holds anything, not what was said just now"
STEPS = (
    ("payment", ("gateway",)),
    ("shipping", ("shipping_lines",)),
    ("address", ("shipping_address",)),
    ("contact", ("email", "phone")),
)
"""Steps of a checkout, the furthest first, and what shows that they were taken."""


def cart(body: Reading) -> list[Draft]:
    """Its token names it everywhere; what follows a ``?`` in it is a key."""
    token = text_at(body, "token", "id")
    if token and body.peek("id") == body.peek("token"):
        body.leave_out("id", "the same as token")
    body.guess("line_items", AS_IT_STANDS)
    return [{"type": "cart_viewed", **filled(cart_id=_bare(token)), "properties": filled(products=products(body))}]


def _bare(token: str | None) -> str | None:
    return token.partition("?")[0] if token else None


def checkout_begun(body: Reading) -> list[Draft]:
    currency = currency_at(body)
    properties = filled(value_minor=money_at(body, "total_price", currency), currency=currency, products=products(body, currency))
    return [{"type": "checkout_started", **_about(body), "properties": properties}]


def _about(body: Reading) -> Draft:
    locale = text_at(body, "customer_locale")
    return filled(
        checkout_id=text_at(body, "token", "id"),
        cart_id=_bare(text_at(body, "cart_token")),
        context={"locale": locale} if locale else None,
        **people(body),
    )


def checkout_changed(body: Reading) -> list[Draft]:
    """The furthest step that anything was filled in of; a checkout that became an order shows there."""
    if body.peek("completed_at") not in (None, ""):
        body.note("", "unmapped", "it became an order, which says so itself")
        return []
    step = next((step for step, shown in STEPS if any(_says(body, name) for name in shown)), None)
    if step is None:
        body.note("", "unmapped", "nothing was filled in yet")
        return []
    body.guess("", FILLED_IN)
    chosen = [title for line in body.parts("shipping_lines") if (title := text_at(line, "title"))]
    properties = filled(step=step, shipping_method=", ".join(chosen), payment_method=text_at(body, "gateway"))
    return [{"type": "checkout_step_completed", **_about(body), "properties": properties}]


def _says(body: Reading, name: str) -> bool:
    return body.peek(name) not in (None, "", [], {})


def customer(body: Reading) -> list[Draft]:
    about = filled(
        customer_id=id_at(body, "id", "admin_graphql_api_id"), email=text_at(body, "email"), phone=text_at(body, "phone")
    )
    return [{"type": "identified", **about, "properties": {}}]


def merged(body: Reading) -> list[Draft]:
    """Two records are one person: the one that goes stands where we know only a device."""
    kept, gone = "admin_graphql_api_customer_kept_id", "admin_graphql_api_customer_deleted_id"
    about = filled(customer_id=id_at(body, kept), anonymous_id=id_at(body, gone))
    if len(about) < 2:
        body.note("", "refused", "a merge names the record that stays and the one that goes")
        return []
    body.guess(gone, "the record that goes is linked as an anonymous id: events under it become the other's")
    return [{"type": "identified", **about, "properties": {}}]


def erasure(body: Reading) -> list[Draft]:
    """Shopify passes on by law that a customer is to be forgotten."""
    return [{"type": "privacy_requested", **people(body), "properties": {"request": "erasure"}}]


def access(body: Reading) -> list[Draft]:
    """Likewise that a customer asks what is known of them."""
    return [{"type": "privacy_requested", **people(body), "properties": {"request": "access"}}]
