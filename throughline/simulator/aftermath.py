"""What people do after they ordered: look where it is, ask, review, answer surveys, send it back.

Each is the customer's own act at its own time, so each is an item on their agenda: (moment, what they do then). What the shop
does about it is told at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from throughline.simulator.desk import asks
from throughline.simulator.fates import Fate
from throughline.simulator.ledgers.promises import REFUND_WITHIN
from throughline.simulator.person import Person
from throughline.simulator.placed import BESIDE, Placed, later
from throughline.simulator.world import DAY, HOUR, MINUTE, SECOND

Deed = tuple[int, Callable[[Person], None]]


def deeds_after(person: Person, order: Placed, fate: Fate) -> Iterator[Deed]:
    promise, delivered_at, troubled_at = fate.promise, fate.delivered_at, fate.troubled_at
    late = promise is not None and (delivered_at is None or delivered_at > promise.at)
    if late and promise is not None and person.chance(0.4):
        yield from asks(person, order, later(person, promise.at, 1, 30))
    elif troubled_at is not None and person.chance(0.4):
        yield from asks(person, order, later(person, troubled_at, 1, 30))
    elif person.chance(0.06):
        yield from asks(person, order, later(person, order.at, 4, 72))
    if person.chance(0.15):
        since = order.at if fate.dispatched_at is None or person.chance(0.3) else fate.dispatched_at
        yield later(person, since, 1, 48), lambda person: _look_at_status(person, order)
    for parcel in fate.parcels:
        if parcel.troubled_at is not None and parcel.delivered_at is None:
            _make_good(person, order, parcel.troubled_at, parcel.returned_at)
    if delivered_at is not None:
        yield from _after_delivery(person, order, delivered_at)


def _look_at_status(person: Person, order: Placed) -> None:
    """Some pages say which order they show; those are reached by who is logged in, or from a letter."""
    names = person.chance(0.4) and (person.device.id in person.logged_in or person.email is not None)
    for _ in range(person.between(1, 5)):
        page = {"url": "https://shop.example/order", "path": "/order", "page_kind": "order_status"}
        by = {} if person.device.id in person.logged_in else person.joins("email")
        person.do("page_viewed", page, {"order_id": order.order_id, **by} if names else {})


def _make_good(person: Person, order: Placed, troubled_at: int, returned_at: int | None) -> None:
    """What was lost is paid back, mostly; what has come back, once it is there."""
    about = {"order_id": order.order_id}
    if returned_at is not None:
        received_at = returned_at + person.between(HOUR, DAY)
        person.tell(received_at, "return_received", {"reason": "undeliverable"}, about)
        _refund(person, order, received_at)
    elif person.chance(0.6):
        refunded_at = troubled_at + person.between(12 * HOUR, 5 * DAY)
        person.tell(refunded_at, "order_refunded", {"reason": "lost", "currency": "EUR"}, about)


def _after_delivery(person: Person, order: Placed, delivered_at: int) -> Iterator[Deed]:
    if person.chance(0.22):
        yield later(person, delivered_at, 2, 120), lambda person: _review(person, order)
    if person.chance(0.15):
        yield later(person, delivered_at, 24, 72), lambda person: _nps(person)
    if person.chance(0.04):
        yield later(person, delivered_at, 1, 72), lambda person: _effort(person)
    if person.chance(0.2):
        yield later(person, delivered_at, 1, 48), lambda person: _send_back(person, order)


def _review(person: Person, order: Placed) -> None:
    scale = person.rng.choice((5, 5, 5, 10, None))
    score = person.rng.choice((1, 2, 3, 4, 5, 5)) * (2 if scale == 10 else 1)
    refs = {"order_id": order.order_id if person.chance(0.8) else None}
    person.do("review_posted", {"score": score, "scale_max": scale}, refs, by=person.contact(), channel="email")


def _nps(person: Person) -> None:
    scale, score = person.rng.choice((10, 10, None)), person.rng.choice((0, 3, 6, 7, 8, 9, 9, 10))
    person.do("survey_answered", {"survey": "nps", "score": score, "scale_max": scale}, by=person.contact(), channel="email")


def _effort(person: Person) -> None:
    """How hard was it? Asked on the site, so the answer is part of a visit."""
    scale = person.rng.choice((7, 5, None))
    person.do("survey_answered", {"survey": "ces", "score": person.between(1, 1 + (scale or 7)), "scale_max": scale})


def _send_back(person: Person, order: Placed) -> None:
    about = {"order_id": order.order_id}
    person.do("return_requested", {"reason": "too firm"}, about, by=person.contact(), channel="email")
    if person.chance(0.1):
        # Not for what comes back, but before it: a goodwill payment between asking and receipt counts all the same.
        person.tell(person.now + HOUR, "order_refunded", {"reason": "goodwill", "currency": "EUR"}, about)
    received_at = person.now + person.between(12 * HOUR, 3 * DAY)
    person.tell(received_at, "return_received", {"reason": "too firm"}, about)
    _refund(person, order, received_at)


def _refund(person: Person, order: Placed, received_at: int) -> None:
    """In time, mostly; just in time or not; late; never."""
    chance = person.rng.random()
    if chance < 0.45:
        refunded_at = received_at + person.between(MINUTE, REFUND_WITHIN - HOUR)
    elif chance < 0.6:
        refunded_at = received_at + REFUND_WITHIN + person.rng.choice(BESIDE)
    else:
        refunded_at = received_at + REFUND_WITHIN + person.between(SECOND, 4 * DAY)
    if chance < 0.88:
        person.tell(refunded_at, "order_refunded", {"reason": "return", "currency": "EUR"}, {"order_id": order.order_id})
