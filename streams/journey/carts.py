"""Carts and checkouts of a journey, as its touchpoints change them.

A producer that names its carts has one cart per id, which an order empties and which may fill again. Where none is named, the
customer has one implicit cart at a time: from the first thing added until it is emptied or ordered, known by the event that
began it. Checkouts likewise, but an ordered checkout is over for good.

Many name a checkout only after its start (Segment's Checkout Started has no id, its steps have). So a start without a name, the
first of the implicit checkout or one more, **awaits its name**: the first name after it that is no other checkout's is the
implicit one's, be it a step's, a named start's or an order's. Which event of one moment counts first is up to their ids, hence:
where the checkout begun last is open and last changed at the very moment of such a start, the start is of that one, which is the
implicit one from then on. A checkout may so have several names; it keeps the key that it began under, so that an episode once
told need not be told again under another.
"""

from __future__ import annotations

from streams.journey.entries import Touchpoint
from streams.journey.state import Cart, Checkout, Journey, evidence_of

CHECKOUT_TYPES = frozenset(
    [
        "checkout_started",
        "checkout_step_viewed",
        "checkout_step_completed",
        "form_error_shown",
        "payment_info_entered",
        "payment_failed",
        "payment_method_unavailable",
    ]
)
TYPES = CHECKOUT_TYPES | {"product_added", "product_removed", "order_completed"}
"""The events that carts and checkouts know."""
_STEP_ENDS = "\x1f"


def apply(journey: Journey, touchpoint: Touchpoint) -> None:
    kind = touchpoint.type
    if kind == "product_added":
        _added(journey, touchpoint)
    elif kind == "product_removed":
        _removed(journey, touchpoint)
    elif kind in CHECKOUT_TYPES:
        _checked_out(journey, touchpoint)
    elif kind == "order_completed":
        _ordered(journey, touchpoint)


def _added(journey: Journey, touchpoint: Touchpoint) -> None:
    cart_id = touchpoint.refs.get("cart")
    key = f"cart:{cart_id}" if cart_id is not None else journey.implicit_cart or f"cart:{touchpoint.event_id}"
    cart = journey.carts.get(key)
    if cart is None:
        cart = journey.carts[key] = Cart(key)
        journey.cart_count += 1
    if cart_id is None:
        journey.implicit_cart = key
    facts = touchpoint.facts
    quantity, price = facts.get("quantity", 1), facts.get("price_minor")
    product = str(facts.get("product_id", ""))
    held = cart.items.get(product, [0, None])
    cart.items[product] = [held[0] + quantity, price if price is not None else held[1]]
    cart.currency = facts.get("currency", cart.currency)  # type: ignore[assignment]
    _changed(cart, touchpoint)


def _removed(journey: Journey, touchpoint: Touchpoint) -> None:
    cart_id = touchpoint.refs.get("cart")
    key = f"cart:{cart_id}" if cart_id is not None else journey.implicit_cart
    cart = journey.carts.get(key) if key is not None else None
    product = str(touchpoint.facts.get("product_id", ""))
    if cart is None or product not in cart.items:
        return
    held = cart.items[product]
    held[0] -= touchpoint.facts.get("quantity", 1)
    if held[0] <= 0:
        del cart.items[product]
    _changed(cart, touchpoint)
    if not cart.items:
        _emptied(journey, cart)


def _changed(cart: Cart, touchpoint: Touchpoint) -> None:
    cart.changed_at = touchpoint.at
    cart.changed_by = evidence_of(touchpoint)
    cart.checkout_since = False


def _emptied(journey: Journey, cart: Cart) -> None:
    """Nothing is left in it; an implicit cart is over, a named one may fill again."""
    cart.items.clear()
    if journey.implicit_cart == cart.key:
        journey.implicit_cart = None
        del journey.carts[cart.key]


def _checked_out(journey: Journey, touchpoint: Touchpoint) -> None:
    checkout = _checkout_of(journey, touchpoint)
    if checkout is None or checkout.ordered:
        return
    checkout.changed_at = touchpoint.at
    checkout.changed_by = evidence_of(touchpoint)
    cart_id = touchpoint.refs.get("cart")
    if cart_id is not None:
        checkout.cart = f"cart:{cart_id}"
    _obstructed(checkout, touchpoint)
    if touchpoint.type == "checkout_started":
        checkout.value_minor = touchpoint.facts.get("value_minor", checkout.value_minor)  # type: ignore[assignment]
        checkout.currency = touchpoint.facts.get("currency", checkout.currency)  # type: ignore[assignment]
        for cart in journey.carts.values():
            if checkout.cart in (None, cart.key):
                cart.checkout_since = True


def _obstructed(checkout: Checkout, touchpoint: Touchpoint) -> None:
    """What stood in the customer's way, or stands there no longer."""
    if touchpoint.type == "payment_failed":
        checkout.failures += 1
    elif touchpoint.type == "form_error_shown":
        place = error_place(touchpoint)
        checkout.errors[place] = checkout.errors.get(place, 0) + 1
    elif touchpoint.type == "checkout_step_completed":
        checkout.errors = {place: count for place, count in checkout.errors.items() if not completes(touchpoint, place)}


def completes(touchpoint: Touchpoint, place: str) -> bool:
    """Whether it completes the step of an error's place; one that names no step is of every step."""
    step = place.partition(_STEP_ENDS)[0]
    return touchpoint.type == "checkout_step_completed" and step in ("", str(touchpoint.facts.get("step", "")))


def error_place(touchpoint: Touchpoint) -> str:
    """The step, if the error names one, and the field."""
    step, name = touchpoint.facts.get("step", ""), touchpoint.facts.get("field", "")
    return f"{step}{_STEP_ENDS}{name}"


def checkout_of(journey: Journey, touchpoint: Touchpoint) -> Checkout | None:
    """The open checkout that a folded touchpoint was part of."""
    name = touchpoint.refs.get("checkout")
    checkout = _implicit(journey) if name is None else _known(journey, name)
    return None if checkout is None or checkout.ordered else checkout


def worth(checkout: Checkout, journey: Journey) -> tuple[int | None, str | None]:
    """Its own value (minor units, currency), else that of the cart it is of."""
    if checkout.value_minor is not None:
        return checkout.value_minor, checkout.currency
    for cart in journey.carts.values():
        if checkout.cart in (None, cart.key) and cart.items:
            return cart.value_minor, cart.currency
    return None, None


def _checkout_of(journey: Journey, touchpoint: Touchpoint) -> Checkout | None:
    """The checkout that a touchpoint is about; begins one where there is none."""
    name = touchpoint.refs.get("checkout")
    if name is not None:
        return _named(journey, name) or _begun(journey, f"checkout:{name}")
    if touchpoint.type == "checkout_started":
        return _started(journey, touchpoint)
    return _implicit(journey)


def _begun(journey: Journey, key: str) -> Checkout:
    checkout = journey.checkouts[key] = Checkout(key)
    journey.checkout_count += 1
    return checkout


def _implicit(journey: Journey) -> Checkout | None:
    return None if journey.implicit_checkout is None else journey.checkouts[journey.implicit_checkout]


def _known(journey: Journey, name: str) -> Checkout | None:
    """The checkout of that name, if it has been heard."""
    checkout = journey.checkouts.get(f"checkout:{name}")
    return checkout or next((one for one in journey.checkouts.values() if name in one.names), None)


def _named(journey: Journey, name: str) -> Checkout | None:
    """The checkout of that name: the implicit one, if it awaits one and nobody has heard this before."""
    checkout, implicit = _known(journey, name), _implicit(journey)
    if checkout is None and implicit is not None and implicit.awaits_name:
        implicit.names.append(name)
        checkout = implicit
    if checkout is not None:
        checkout.awaits_name = False
    return checkout


def _started(journey: Journey, touchpoint: Touchpoint) -> Checkout:
    """The implicit checkout, started without a name."""
    latest, implicit = next(reversed(journey.checkouts.values()), None), _implicit(journey)
    if latest is not None and latest.changed_at == touchpoint.at and not latest.ordered and latest is not implicit:
        journey.implicit_checkout = latest.key
        return latest
    checkout = implicit or _begun(journey, f"checkout:{touchpoint.event_id}")
    journey.implicit_checkout, checkout.awaits_name = checkout.key, True
    return checkout


def _ordered(journey: Journey, touchpoint: Touchpoint) -> None:
    cart_id, name = touchpoint.refs.get("cart"), touchpoint.refs.get("checkout")
    for cart in list(journey.carts.values()):
        if cart_id is None or cart.key == f"cart:{cart_id}":
            _emptied(journey, cart)
    if name is None:
        ended = list(journey.checkouts.values())
    else:
        ended = [_named(journey, name) or journey.checkouts.setdefault(f"checkout:{name}", Checkout(f"checkout:{name}"))]
    for checkout in ended:
        checkout.ordered = True
        if checkout.key == journey.implicit_checkout:
            journey.implicit_checkout = None
