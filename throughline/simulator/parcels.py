"""What becomes of an order: sent in time, late or never, delivered before, at or after the promise, cancelled, lost.

The plan comes first, the events are told from it, and so is the truth: which promise was broken, when, and how it was mended.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from zoneinfo import ZoneInfo

from schemas.instants import micros, moment
from throughline.simulator.person import Ids, Person
from throughline.simulator.truth import Episode
from throughline.simulator.world import DAY, HOUR, MINUTE, SECOND

DISPATCH_WITHIN = 48 * HOUR
STORE_ZONE = "UTC"
ZONES = (
    ("DE", "Europe/Berlin"),
    ("GB", "Europe/London"),
    ("BR", "America/Sao_Paulo"),
    ("US", "America/Los_Angeles"),
    ("NZ", "Pacific/Auckland"),
)
CARRIERS = ("DHL", "UPS", "Correios", "NZ Post")
BESIDE = (-1, 0, 1)
"""A deadline and its two neighbours."""


@dataclass(slots=True)
class Placed:
    """An order as its shop knows it."""

    order_id: str
    at: int
    dispatch_by: int | None

    @property
    def key(self) -> str:
        return f"order:{self.order_id}"


@dataclass(slots=True)
class Fate:
    """The plan. A moment from the world's end on does not happen."""

    due: int
    dispatched_at: int | None = None
    promise_at: int | None = None
    promise_told_at: int = 0
    attempted_at: int | None = None
    delivered_at: int | None = None
    cancelled_at: int | None = None
    parcels: int = 1


def fulfil(person: Person, order: Placed) -> Fate:
    """Plan, tell and account for what happens to an order."""
    fate = Fate(due=_due(person, order))
    _plan_dispatch(person, order, fate)
    if person.chance(0.9):
        _promise(person, order, fate)
    if fate.dispatched_at is not None:
        _plan_delivery(person, fate)
        _tell_parcels(person, order, fate)
    if fate.cancelled_at is not None:
        reason = person.rng.choice(("customer", "out_of_stock", "fraud"))
        person.tell(fate.cancelled_at, "order_cancelled", {"reason": reason, "whole": True}, {"order_id": order.order_id})
    _cut(fate, person.world.end_at)
    _account(person, order, fate)
    return fate


def _due(person: Person, order: Placed) -> int:
    """By when it is to be sent; now and then the shop gives itself longer, well before that."""
    due = order.dispatch_by or order.at + DISPATCH_WITHIN
    if person.chance(0.04):
        due += person.between(6, 25) * HOUR
        told_at = order.at + person.between(10 * MINUTE, 6 * HOUR)
        person.tell(told_at, "order_updated", {"status": "delayed", "dispatch_by": due}, {"order_id": order.order_id})
        return due if told_at < person.world.end_at else order.dispatch_by or order.at + DISPATCH_WITHIN
    return due


def _plan_dispatch(person: Person, order: Placed, fate: Fate) -> None:
    chance = person.rng.random()
    if chance < 0.76:
        fate.dispatched_at = person.between(order.at + HOUR, fate.due - HOUR)
    elif chance < 0.82:
        fate.dispatched_at = fate.due + person.rng.choice(BESIDE)
    elif chance < 0.93:
        fate.dispatched_at = fate.due + person.between(HOUR, 3 * DAY)
    elif chance < 0.97:
        fate.cancelled_at = person.between(order.at + HOUR, fate.due + DAY)
    elif chance < 0.98:
        fate.cancelled_at = fate.due + person.rng.choice(BESIDE)


def _promise(person: Person, order: Placed, fate: Fate) -> None:
    """A moment, or a day that ends where the parcel goes; rarely the shop promises what is past already."""
    country, zone = person.rng.choice(ZONES)
    said = {"destination_country": country, "destination_timezone": zone if person.chance(0.8) else None}
    fate.promise_at = order.at + person.between(3 * DAY, 7 * DAY)
    if person.chance(0.6):
        day = moment(fate.promise_at).date()
        ends = datetime.combine(day, time(23, 59, 59), ZoneInfo(said["destination_timezone"] or STORE_ZONE))
        fate.promise_at, promise = micros(ends), {"promised_date": day.isoformat()}
    else:
        promise = {"promised_at": fate.promise_at}  # type: ignore[dict-item]
    belated = person.chance(0.01)
    fate.promise_told_at = fate.promise_at + HOUR if belated else order.at + person.between(1, MINUTE)
    person.tell(fate.promise_told_at, "delivery_promised", {**promise, **said}, {"order_id": order.order_id})
    if fate.promise_told_at >= person.world.end_at:
        fate.promise_at = None


def _plan_delivery(person: Person, fate: Fate) -> None:
    """When it is first tried, and when it is there. Without a promise it comes when it comes."""
    assert fate.dispatched_at is not None
    sent, promise = fate.dispatched_at, fate.promise_at
    chance = person.rng.random()
    if chance < 0.03:
        return _lose(person, fate)
    room = promise is not None and promise > sent + 8 * HOUR and fate.promise_told_at < promise
    if promise is not None and (not room or chance < 0.17):
        fate.attempted_at = max(promise, sent, fate.promise_told_at) + person.between(2 * HOUR, 4 * DAY)
    elif promise is not None and chance < 0.24:
        fate.attempted_at = promise + person.rng.choice(BESIDE)
    elif promise is not None:
        fate.attempted_at = person.between(sent + 6 * HOUR, promise - HOUR)
    else:
        fate.attempted_at = sent + person.between(6 * HOUR, 5 * DAY)
    fate.delivered_at = fate.attempted_at
    if person.chance(0.15):
        fate.delivered_at += person.between(4 * HOUR, 2 * DAY)
    elif person.chance(0.05) and (promise is None or abs(fate.attempted_at - promise) > 1):
        fate.parcels = 2
    return None


def _lose(person: Person, fate: Fate) -> None:
    """Never seen again; half of the shops admit it."""
    if fate.promise_at is not None and person.chance(0.5):
        after = max(fate.promise_at, fate.promise_told_at, fate.dispatched_at or 0)
        fate.cancelled_at = after + person.between(DAY, 5 * DAY)


def _tell_parcels(person: Person, order: Placed, fate: Fate) -> None:
    """A label names order and shipment; from then on a carrier mostly knows its shipment alone."""
    for number in range(1, fate.parcels + 1):
        shipment_id = f"s{order.order_id}-{number}"
        both: Ids = {"order_id": order.order_id, "shipment_id": shipment_id}
        alone: Ids = {"shipment_id": shipment_id}
        carrier = {"carrier": person.rng.choice(CARRIERS), "tracking_number": f"T{shipment_id}"}
        assert fate.dispatched_at is not None
        person.tell(fate.dispatched_at - person.between(MINUTE, HOUR // 2), "shipment_created", carrier, both, "carrier")
        first = "shipment_scanned" if person.chance(0.1) else "shipment_dispatched"
        person.tell(fate.dispatched_at, first, {**carrier, "location": "hub"}, both if number == 1 else alone, "carrier")
        _tell_way(person, fate, fate.dispatched_at, carrier, alone)
        if fate.delivered_at is not None:
            last = {"order_id": order.order_id} if fate.parcels == 1 and person.chance(0.2) else alone
            person.tell(fate.delivered_at, "delivered", carrier, last, "carrier")


def _tell_way(person: Person, fate: Fate, sent: int, carrier: dict[str, str], alone: Ids) -> None:
    arrives = fate.attempted_at
    if arrives is None:
        person.tell(sent + 2 * DAY, "delivery_exception", {**carrier, "exception": "lost"}, alone, "carrier")
        return
    for part in (1, 2):
        person.tell(
            sent + (arrives - sent) * part // 4, "shipment_scanned", {**carrier, "location": f"hub {part}"}, alone, "carrier"
        )
    if person.chance(0.2):
        estimate = {**carrier, "estimated_at": arrives}
        person.tell(sent + (arrives - sent) // 2, "estimate_updated", estimate, alone, "carrier")
    person.tell(sent + (arrives - sent) * 7 // 8, "out_for_delivery", carrier, alone, "carrier")
    if fate.delivered_at != arrives:
        first = "delivery_attempt_failed" if person.chance(0.5) else "ready_for_pickup"
        person.tell(arrives, first, carrier, alone, "carrier")


def _cut(fate: Fate, end: int) -> None:
    """Nothing happens from the world's end on."""
    for name in ("dispatched_at", "attempted_at", "delivered_at", "cancelled_at"):
        at = getattr(fate, name)
        if at is not None and at >= end:
            setattr(fate, name, None)


def _account(person: Person, order: Placed, fate: Fate) -> None:
    """Exactly at the deadline is in time."""
    if not _by(fate.dispatched_at, fate.due) and not _by(fate.cancelled_at, fate.due):
        _broken(person, "dispatch_late", order.key, fate.due, fate.due, fate.dispatched_at, fate.cancelled_at)
    promise = fate.promise_at
    if promise is not None and not _by(fate.attempted_at, promise) and not _by(fate.cancelled_at, promise):
        opened_at = max(promise, fate.promise_told_at)
        _broken(person, "delivery_late", order.key, opened_at, promise, fate.delivered_at, fate.cancelled_at)


def _by(at: int | None, deadline: int) -> bool:
    return at is not None and at <= deadline


def _broken(person: Person, kind: str, key: str, opened_at: int, due_at: int, *mended: int | None) -> None:
    episode = Episode(kind, key, "", opened_at, due_at)
    ends = [at for at in mended if at is not None]
    if ends:
        episode.resolve(min(ends))
    person.ledger.episodes.append(episode)


def later(person: Person, at: int, low_hours: int, high_hours: int) -> int:
    """Some hours after ``at``, never on the hour."""
    return at + person.between(low_hours * HOUR, high_hours * HOUR) + SECOND
