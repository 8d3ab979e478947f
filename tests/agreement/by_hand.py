"""The contract once more, in the plainest Python and without any cleverness: loops over lists, as the words have it.

It is slow and it is meant to be. It knows nothing of SQL and nothing of the pipeline; it takes envelopes as dicts.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import uuid5
from zoneinfo import ZoneInfo

from schemas.events import CATALOGUE
from schemas.signals import NAMESPACE

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
STRENGTH = ("customer_id", "email", "phone", "anonymous_id", "order_id", "shipment_id", "ticket_id")
LIMITS = {"email": 5, "phone": 5, "anonymous": 10, "order": 3, "shipment": 3, "ticket": 3}
CHECKOUT_TYPES = (
    *("checkout_started", "checkout_step_viewed", "checkout_step_completed", "form_error_shown"),
    *("payment_info_entered", "payment_failed", "payment_method_unavailable"),
)
ATTEMPTS = ("delivery_attempt_failed", "ready_for_pickup", "delivered")
DISPATCHES = ("shipment_dispatched", "shipment_scanned", "out_for_delivery", *ATTEMPTS)
MOVES = ("shipment_created", *DISPATCHES, "delivery_exception", "returned_to_sender")
SESSION_GAP = CART_IDLE = timedelta(minutes=30)
CHECKOUT_IDLE = timedelta(minutes=15)
EXPIRY = timedelta(days=7)
DISPATCH_WITHIN = timedelta(hours=48)


@dataclass(frozen=True)
class Episode:
    kind: str
    key: str
    anchor: str
    opened_at: datetime
    due_at: datetime
    ended_at: datetime | None
    how: str

    @property
    def signal_id(self) -> str:
        return str(uuid5(NAMESPACE, f"{self.kind}/{self.key}/{self.anchor}"))


@dataclass
class Answer:
    people: dict[str, list[dict[str, Any]]]
    sessions: set[tuple[str, str, datetime, datetime, int]] = field(default_factory=set)
    episodes: list[Episode] = field(default_factory=list)
    orders: set[tuple[Any, ...]] = field(default_factory=set)


def answer(events: list[dict[str, Any]], as_of: datetime) -> Answer:
    """Everything about ``events`` (accepted, distinct, none late), as of ``as_of``."""
    found = Answer(people(events))
    for person, life in sorted(found.people.items()):
        found.sessions |= sessions(person, life)
        found.orders |= {order.row(person) for order in orders(life) if order.order_id}
        checkouts = checkout_episodes(life, as_of)
        found.episodes += [episode for episode, _ in checkouts]
        found.episodes += cart_episodes(life, as_of, checkouts)
        found.episodes += [late for order in orders(life) for late in order.episodes(as_of)]
    found.episodes = first_of_each(found.episodes)
    return found


def first_of_each(episodes: list[Episode]) -> list[Episode]:
    """Two people may know of one order; its episode is the one that opened first."""
    first: dict[str, Episode] = {}
    for episode in episodes:
        other = first.setdefault(episode.signal_id, episode)
        if (episode.opened_at, episode.due_at) < (other.opened_at, other.due_at):
            first[episode.signal_id] = episode
    return list(first.values())


# -- whose is a touchpoint ----------------------------------------------------------------------------------------------


def people(events: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """Each person's touchpoints in order."""
    links = links_of(events)
    lives: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for event in events:
        lives[owner(identifiers(event)[0], when(event), links)].append(event)
    for life in lives.values():
        life.sort(key=order_of)
    return lives


def identifiers(event: dict[str, Any]) -> list[str]:
    return [f"{name.removesuffix('_id')}:{event[name]}" for name in STRENGTH if name in event]


def links_of(events: list[dict[str, Any]]) -> dict[str, list[tuple[datetime, str]]]:
    """Identifier to its (time, target); one per minute and target, none of the identifiers with too many targets."""
    links: dict[str, list[tuple[datetime, str]]] = defaultdict(list)
    for event in sorted(events, key=order_of):
        target, *weaker = identifiers(event)
        for identifier in weaker:
            minute = when(event).replace(second=0, microsecond=0)
            if not any(one == target and at.replace(second=0, microsecond=0) == minute for at, one in links[identifier]):
                links[identifier].append((when(event), target))
    return {name: ties for name, ties in links.items() if len({one for _, one in ties}) <= LIMITS[name.split(":")[0]]}


def owner(identifier: str, at: datetime, links: dict[str, list[tuple[datetime, str]]]) -> str:
    while ties := links.get(identifier):
        before = [tie for tie in ties if tie[0] <= at]
        first = min(tie[0] for tie in ties)
        identifier = max(before)[1] if before else max(tie for tie in ties if tie[0] == first)[1]
    return identifier


def when(event: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(event["occurred_at"])


def order_of(event: dict[str, Any]) -> tuple[datetime, bytes]:
    return when(event), event["event_id"].encode()


def own(event: dict[str, Any]) -> bool:
    return CATALOGUE[event["type"]].actor == "customer"


# -- what they did ------------------------------------------------------------------------------------------------------


def sessions(person: str, life: list[dict[str, Any]]) -> set[tuple[str, str, datetime, datetime, int]]:
    groups: list[list[dict[str, Any]]] = []
    for event in filter(own, life):
        if not groups or when(event) - when(groups[-1][-1]) > SESSION_GAP:
            groups.append([])
        groups[-1].append(event)
    return {
        (str(uuid5(NAMESPACE, f"session/{person}/{group[0]['event_id']}")), person, when(group[0]), when(group[-1]), len(group))
        for group in groups
    }


@dataclass
class Change:
    """Something that happened to a cart or a checkout, as a place in the person's life."""

    place: int
    key: str
    id: str | None
    cart_id: str | None
    items: int = 0


def cart_changes(life: list[dict[str, Any]]) -> list[Change]:
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


def checkout_changes(life: list[dict[str, Any]]) -> tuple[list[Change], dict[str, int]]:
    """All changes, and the place of the order that ended each checkout."""
    over: dict[str, int] = {}
    cart_named: dict[str, str] = {}
    implicit: str | None = None
    changes: list[Change] = []
    for place, event in enumerate(life):
        id_ = event.get("checkout_id")
        if event["type"] == "order_completed":
            for key in [f"checkout:{id_}"] if id_ else {change.key for change in changes}:
                over.setdefault(key, place)
            implicit = implicit if id_ else None
        if event["type"] not in CHECKOUT_TYPES:
            continue
        if id_ is None and implicit is None and event["type"] == "checkout_started":
            implicit = event["event_id"]
        key = f"checkout:{id_ or implicit}"
        if (id_ is None and implicit is None) or key in over:
            continue
        if "cart_id" in event:
            cart_named[key] = event["cart_id"]
        changes.append(Change(place, key, id_, cart_named.get(key)))
    return changes, over


# -- what was left behind -----------------------------------------------------------------------------------------------


def pause_after(
    life: list[dict[str, Any]], place: int, idle: timedelta, as_of: datetime
) -> tuple[datetime, datetime | None] | None:
    """(due, next own activity) if the customer was quiet for longer than ``idle`` after what they did at ``place``."""
    due = when(life[place]) + idle
    later = [when(event) for event in life[place + 1 :] if own(event)]
    if due < as_of and (not later or due < later[0]):
        return due, later[0] if later else None
    return None


def left(kind: str, change: Change, anchor: str, due: datetime, resumed: datetime | None, as_of: datetime) -> Episode:
    if resumed is not None and resumed <= due + EXPIRY:
        return Episode(kind, change.key, anchor, due, due, resumed, "resolved")
    if due + EXPIRY < as_of:
        return Episode(kind, change.key, anchor, due, due, due + EXPIRY, "expired")
    return Episode(kind, change.key, anchor, due, due, None, "open")


def checkout_episodes(life: list[dict[str, Any]], as_of: datetime) -> list[tuple[Episode, str | None]]:
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


def cart_episodes(life: list[dict[str, Any]], as_of: datetime, checkouts: list[tuple[Episode, str | None]]) -> list[Episode]:
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


def ends_watch(life: list[dict[str, Any]], place: int, change: Change, changes: list[Change]) -> bool:
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


# -- what was promised --------------------------------------------------------------------------------------------------


@dataclass
class Order:
    """All touchpoints about one order, or about one shipment whose order nobody named."""

    key: str
    order_id: str | None
    events: list[dict[str, Any]] = field(default_factory=list)

    def first(self, *types: str) -> datetime | None:
        return min((when(event) for event in self.events if event["type"] in types), default=None)

    def all_parcels(self, *types: str) -> datetime | None:
        """When all parcels that were known by then had been there, or the order as a whole had."""
        missing: set[str] = set()
        there: set[str] = set()
        for event in self.events:
            parcel = event.get("shipment_id")
            if parcel and parcel not in there and event["type"] in MOVES:
                missing.add(parcel)
            if event["type"] in types:
                there.add(parcel or "")
                missing.discard(parcel or "")
                if not parcel or not missing:
                    return when(event)
        return None

    @property
    def cancelled_at(self) -> datetime | None:
        whole = [e for e in self.events if e["type"] == "order_cancelled" and e.get("properties", {}).get("whole", True)]
        return when(whole[0]) if whole else None

    @property
    def promise(self) -> tuple[datetime, datetime, ZoneInfo] | None:
        """(promised for, said at, the zone of its calendar)."""
        for event in self.events:
            if event["type"] == "delivery_promised":
                said = event["properties"]
                zone = ZoneInfo(said.get("destination_timezone", "UTC"))
                if "promised_at" in said:
                    return datetime.fromisoformat(said["promised_at"]), when(event), zone
                return datetime.combine(date.fromisoformat(said["promised_date"]), time(23, 59, 59), zone), when(event), zone
        return None

    def episodes(self, as_of: datetime) -> list[Episode]:
        return [episode for episode in (self.dispatch_late(as_of), self.delivery_late(as_of)) if episode]

    def dispatch_late(self, as_of: datetime) -> Episode | None:
        ends = [end for end in (self.first(*DISPATCHES), self.cancelled_at) if end]
        said = [event for event in self.events if event["type"] in ("order_completed", "order_updated")]
        ordered_at, dispatch_by = None, None
        for event, following in zip(said, [*map(when, said[1:]), None], strict=False):
            dispatch_by = event.get("properties", {}).get("dispatch_by", dispatch_by)
            if event["type"] == "order_completed" and ordered_at is None:
                ordered_at = when(event)
            if ordered_at is None:
                continue
            due = datetime.fromisoformat(dispatch_by) if dispatch_by else ordered_at + DISPATCH_WITHIN
            looked = max(due, when(event))
            if due < as_of and (following is None or looked < following) and all(looked < end for end in ends):
                return Episode("dispatch_late", self.key, "", due, due, min(ends, default=None), "resolved" if ends else "open")
        return None

    def delivery_late(self, as_of: datetime) -> Episode | None:
        if self.promise is None:
            return None
        due, said_at, _ = self.promise
        opened = max(due, said_at)
        attempted = self.all_parcels(*ATTEMPTS)
        ends = [end for end in (self.all_parcels("delivered"), self.cancelled_at) if end]
        if due >= as_of or any(end <= opened for end in (*ends, *([attempted] if attempted else []))):
            return None
        return Episode("delivery_late", self.key, "", opened, due, min(ends, default=None), "resolved" if ends else "open")

    def row(self, person: str) -> tuple[Any, ...]:
        delivered = self.all_parcels("delivered")
        days_late = None
        if self.promise and delivered:
            due, _, zone = self.promise
            days_late = (delivered.astimezone(zone).date() - due.astimezone(zone).date()).days
        return (
            *(person, self.order_id, self.first("order_completed"), self.cancelled_at, self.first(*DISPATCHES)),
            *(self.promise[0] if self.promise else None, self.all_parcels(*ATTEMPTS), delivered, days_late),
        )


def orders(life: list[dict[str, Any]]) -> list[Order]:
    named: dict[str, str] = {}
    for event in life:
        if "order_id" in event and "shipment_id" in event:
            named.setdefault(event["shipment_id"], event["order_id"])
    found: dict[str, Order] = {}
    for event in life:
        shipment = event.get("shipment_id")
        order_id = event.get("order_id") or named.get(shipment or "")
        key = f"order:{order_id}" if order_id else f"shipment:{shipment}"
        if order_id or shipment:
            found.setdefault(key, Order(key, order_id)).events.append(event)
    return list(found.values())
