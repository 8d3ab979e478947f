"""Carts and checkouts: what happened to them, and what was left behind."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.agreement.plain.lives import Episode, Life, Touchpoint, expiring, groups, own, said, when

CHECKOUT_TYPES = (
    *("checkout_started", "checkout_step_viewed", "checkout_step_completed", "form_error_shown"),
    *("payment_info_entered", "payment_failed", "payment_method_unavailable"),
)
BROWSE_IDLE = CART_IDLE = timedelta(minutes=30)
CHECKOUT_IDLE = timedelta(minutes=15)
EXPIRY = timedelta(days=7)


@dataclass
class Change:
    """Something that happened to a cart or a checkout, as a place in the person's life."""

    place: int
    key: str
    id: str | None
    cart_id: str | None
    items: int = 0


def cart_changes(life: Life) -> list[Change]:
    carts: dict[str | None, dict[str, int]] = defaultdict(dict)
    implicit = ""
    changes: list[Change] = []
    for place, event in enumerate(life):
        cart_id, properties = event.get("cart_id"), event.get("properties", {})
        cart = carts[cart_id]
        product, quantity = properties.get("product_id", ""), properties.get("quantity", 1)
        if event["type"] == "order_completed":
            for name in list(carts) if cart_id is None else [cart_id]:
                carts[name] = {}
            continue
        if event["type"] == "product_added":
            if cart_id is None and not cart:
                implicit = event["event_id"]
            cart[product] = cart.get(product, 0) + quantity
        elif event["type"] == "product_removed" and product in cart:
            cart[product] -= quantity
            if cart[product] <= 0:
                del cart[product]
        else:
            continue
        changes.append(Change(place, f"cart:{cart_id or implicit}", cart_id, cart_id, sum(cart.values())))
    return changes


@dataclass(eq=False)
class Checkout:
    key: str
    names: set[str] = field(default_factory=set)
    awaits_name: bool = False
    changed_at: datetime | None = None
    cart_id: str | None = None
    over: int | None = None
    """The place of the order that ended it."""


def checkout_changes(life: Life) -> tuple[list[Change], dict[str, int]]:
    """All changes, and the place of the order that ended each checkout."""
    begun: list[Checkout] = []
    implicit: Checkout | None = None
    changes: list[Change] = []
    for place, event in enumerate(life):
        name, ordered = event.get("checkout_id"), event["type"] == "order_completed"
        if event["type"] not in (*CHECKOUT_TYPES, "order_completed"):
            continue
        checkout = implicit
        if name is not None:
            checkout = named(name, begun, implicit)
        elif event["type"] == "checkout_started":
            checkout = implicit = started(event, begun, implicit)
        if ordered:
            for one in begun if name is None or checkout is None else [checkout]:
                one.over = place if one.over is None else one.over
            implicit = implicit if implicit is not None and implicit.over is None else None
        elif checkout is not None and checkout.over is None:
            checkout.changed_at, checkout.cart_id = when(event), event.get("cart_id", checkout.cart_id)
            changes.append(Change(place, checkout.key, name, checkout.cart_id))
    return changes, {one.key: one.over for one in begun if one.over is not None}


def named(name: str, begun: list[Checkout], implicit: Checkout | None) -> Checkout:
    known = [one for one in begun if name in one.names]
    if not known and implicit is not None and implicit.awaits_name:
        known = [implicit]
    if not known:
        known = [Checkout(f"checkout:{name}")]
        begun += known
    known[0].names.add(name)
    known[0].awaits_name = False
    return known[0]


def started(event: Touchpoint, begun: list[Checkout], implicit: Checkout | None) -> Checkout:
    """Without a name."""
    if begun and begun[-1] is not implicit and begun[-1].over is None and begun[-1].changed_at == when(event):
        return begun[-1]
    if implicit is None:
        implicit = Checkout(f"checkout:{event['event_id']}")
        begun.append(implicit)
    implicit.awaits_name = True
    return implicit


def pause_after(life: Life, place: int, idle: timedelta, as_of: datetime) -> tuple[datetime, datetime | None] | None:
    """(due, next own activity) if the customer was quiet for longer than ``idle`` after what they did at ``place``."""
    due = when(life[place]) + idle
    later = [when(event) for event in life[place + 1 :] if own(event)]
    if due < as_of and (not later or due < later[0]):
        return due, later[0] if later else None
    return None


def left(kind: str, change: Change, anchor: str, due: datetime, resumed: datetime | None, as_of: datetime) -> Episode:
    return expiring(kind, change.key, anchor, due, resumed, due + EXPIRY, as_of)


def checkout_episodes(life: Life, as_of: datetime) -> list[tuple[Episode, str | None]]:
    """With the cart that each is of; None is all carts."""
    changes, over = checkout_changes(life)
    found: list[tuple[Episode, str | None]] = []
    for change in changes:
        ends = [other.place for other in changes if other.key == change.key and other.place > change.place]
        ends += [over[change.key]] if change.key in over else []
        for place in range(change.place, min(ends, default=len(life))):
            pause = pause_after(life, place, CHECKOUT_IDLE, as_of) if own(life[place]) else None
            if pause:
                episode = left("checkout_abandoned", change, life[change.place]["event_id"], *pause, as_of)
                found.append((episode, change.cart_id))
                break
    return found


def cart_episodes(life: Life, as_of: datetime, checkouts: list[tuple[Episode, str | None]]) -> list[Episode]:
    changes = cart_changes(life)
    found: list[Episode] = []
    for change in changes:
        for place in range(change.place, len(life)):
            if change.items == 0 or (place > change.place and ends_watch(life, place, change, changes)):
                break
            pause = pause_after(life, place, CART_IDLE, as_of) if own(life[place]) else None
            if pause and not said_by_a_checkout(change, pause[0], checkouts):
                found.append(left("cart_abandoned", change, life[change.place]["event_id"], *pause, as_of))
                break
    return found


def ends_watch(life: Life, place: int, change: Change, changes: list[Change]) -> bool:
    if any(other.place == place and other.key == change.key for other in changes):
        return True
    if life[place]["type"] == "order_completed":
        return life[place].get("cart_id") in (None, change.cart_id)
    starts = [one for one in checkout_changes(life)[0] if one.place == place and life[place]["type"] == "checkout_started"]
    return any(one.cart_id in (None, change.cart_id) for one in starts)


def said_by_a_checkout(change: Change, due: datetime, checkouts: list[tuple[Episode, str | None]]) -> bool:
    return any(
        episode.opened_at <= due and (episode.ended_at is None or due < episode.ended_at)
        for episode, cart_id in checkouts
        if cart_id is None or cart_id == change.cart_id
    )


def browse_episodes(life: Life, as_of: datetime, left_behind: list[Episode]) -> list[Episode]:
    """``left_behind`` are the abandoned carts and checkouts of the person."""
    found: list[Episode] = []
    for group in groups(life):
        for number, event in enumerate(group):
            types = {one["type"] for one in group[: number + 1]}
            place = life.index(event)
            pause = pause_after(life, place, BROWSE_IDLE, as_of)
            if "product_viewed" not in types or types & {"product_added", "order_completed"} or pause is None:
                continue
            due = pause[0]
            open_ones = [one for one in left_behind if one.opened_at <= due and (one.ended_at is None or due < one.ended_at)]
            if not open_ones and all_carts_empty(life[: place + 1]):
                found.append(Episode("browse_abandoned", f"session:{group[0]['event_id']}", "", due, due, None, "open"))
                break
    return found


def all_carts_empty(life: Life) -> bool:
    """At the end of ``life``."""
    contents: dict[str | None, dict[str, int]] = defaultdict(dict)
    for event in life:
        cart, product, quantity = event.get("cart_id"), said(event, "product_id"), said(event, "quantity", 1)
        if event["type"] == "product_added":
            contents[cart][product] = contents[cart].get(product, 0) + quantity
        elif event["type"] == "product_removed":
            contents[cart][product] = max(0, contents[cart].get(product, 0) - quantity)
        elif event["type"] == "order_completed" and cart is None:
            contents.clear()
        elif event["type"] == "order_completed":
            contents.pop(cart, None)
    return not any(any(cart.values()) for cart in contents.values())
