"""What becomes of an order: sent in time, late or never, delivered before, at or after the promise, cancelled.

The plan comes first, the events are told from it, and so is the truth: which promise was broken, when, and how it was mended. How
the parcels themselves fare is told in ``routes.py``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from schemas.instants import micros, moment
from throughline.simulator.ledgers.promises import STORE_ZONE
from throughline.simulator.person import Person
from throughline.simulator.placed import BESIDE, Placed
from throughline.simulator.routes import Parcel, Promise, named, pack, send
from throughline.simulator.truth import Episode
from throughline.simulator.world import DAY, HOUR, MINUTE

DISPATCH_WITHIN = 48 * HOUR
ZONES = (
    ("DE", "Europe/Berlin"),
    ("GB", "Europe/London"),
    ("BR", "America/Sao_Paulo"),
    ("US", "America/Los_Angeles"),
    ("NZ", "Pacific/Auckland"),
)


@dataclass(slots=True)
class Fate:
    """The plan. A moment from the world's end on does not happen."""

    due: int
    express: bool = False
    dispatched_at: int | None = None
    promise: Promise | None = None
    cancelled_at: int | None = None
    parcels: list[Parcel] = field(default_factory=list)

    @property
    def attempted_at(self) -> int | None:
        """Of the last parcel; None: some parcel never was."""
        return self._last([parcel.attempted_at for parcel in self.parcels])

    @property
    def delivered_at(self) -> int | None:
        return self._last([parcel.delivered_at for parcel in self.parcels])

    @property
    def troubled_at(self) -> int | None:
        """When a parcel was lost, spoilt or on its way back."""
        return min((parcel.troubled_at for parcel in self.parcels if parcel.troubled_at is not None), default=None)

    def _last(self, moments: list[int | None]) -> int | None:
        known = [at for at in moments if at is not None]
        return max(known) if known and len(known) == len(moments) else None


def fulfil(person: Person, order: Placed) -> Fate:
    """Plan, tell and account for what happens to an order."""
    fate = Fate(due=_due(person, order), express=person.chance(0.35))
    _plan_dispatch(person, order, fate)
    if person.chance(0.9):
        fate.promise = _promise(person, order, fate.express)
    if fate.dispatched_at is not None:
        _ship(person, order, fate)
    if fate.cancelled_at is not None:
        reason = person.rng.choice(("customer", "out_of_stock", "fraud"))
        person.tell(fate.cancelled_at, "order_cancelled", {"reason": reason, "whole": True}, {"order_id": order.order_id})
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
    if chance < 0.78:
        soon = (9 if fate.express else 36) * HOUR
        fate.dispatched_at = person.between(order.at + HOUR, min(fate.due - HOUR, order.at + soon))
    elif chance < 0.84:
        fate.dispatched_at = fate.due + person.rng.choice(BESIDE)
    elif chance < 0.94:
        fate.dispatched_at = fate.due + person.between(HOUR, 3 * DAY)
    elif chance < 0.97:
        fate.cancelled_at = person.between(order.at + HOUR, fate.due + DAY)
    elif chance < 0.98:
        fate.cancelled_at = fate.due + person.rng.choice(BESIDE)


def _promise(person: Person, order: Placed, express: bool) -> Promise | None:
    """A moment, or a day that ends where the parcel goes; rarely the shop promises what is past already."""
    country, zone = person.rng.choice(ZONES)
    told_zone = zone if person.chance(0.8) else None
    at = order.at + (person.between(DAY, 2 * DAY) if express else person.between(2 * DAY, 7 * DAY))
    promise: dict[str, Any] = {"promised_at": at}
    if person.chance(0.6):
        day = moment(at).date()
        at = micros(datetime.combine(day, time(23, 59, 59), ZoneInfo(told_zone or STORE_ZONE)))
        promise = {"promised_date": day.isoformat()}
    told_at = at + HOUR if person.chance(0.01) else order.at + person.between(1, MINUTE)
    said = {**promise, "destination_country": country, "destination_timezone": told_zone}
    person.tell(told_at, "delivery_promised", said, {"order_id": order.order_id})
    return Promise(at, told_at, told_zone) if told_at < person.world.end_at else None


def _ship(person: Person, order: Placed, fate: Fate) -> None:
    assert fate.dispatched_at is not None
    several = person.chance(0.07)
    arrives = _arrival(person, fate)
    names = named(person, order, 2 if several else 1)
    fate.parcels = [pack(person, fate.dispatched_at, arrives, name) for name in names]
    if several and fate.dispatched_at + 8 * HOUR < arrives:
        fate.parcels[0].move(person.between(fate.dispatched_at + 6 * HOUR, arrives))
    send(person, order, fate.promise, fate.parcels)
    _give_up(person, fate)


def _arrival(person: Person, fate: Fate) -> int:
    """When delivery is first tried. Without a promise that is when it is."""
    assert fate.dispatched_at is not None
    sent, promise = fate.dispatched_at, fate.promise
    chance = person.rng.random()
    if promise is None:
        return sent + person.between(6 * HOUR, 5 * DAY)
    room = promise.at > sent + 8 * HOUR and promise.told_at < promise.at
    if not room or chance < 0.14:
        return max(promise.at, sent, promise.told_at) + person.between(2 * HOUR, 4 * DAY)
    if chance < 0.21:
        return promise.at + person.rng.choice(BESIDE)
    return person.between(sent + 6 * HOUR, promise.at - HOUR)


def _give_up(person: Person, fate: Fate) -> None:
    """Of what is lost, half of the shops admit it."""
    lost = any(parcel.lost for parcel in fate.parcels)
    if lost and fate.promise is not None and person.chance(0.5):
        after = max(fate.promise.at, fate.promise.told_at, fate.dispatched_at or 0)
        fate.cancelled_at = after + person.between(DAY, 5 * DAY)


def _account(person: Person, order: Placed, fate: Fate) -> None:
    """Exactly at the deadline is in time; what would come from the world's end on never does."""
    end = person.world.end_at
    sent, attempted, delivered, cancelled = (
        at if at is not None and at < end else None
        for at in (fate.dispatched_at, fate.attempted_at, fate.delivered_at, fate.cancelled_at)
    )
    if not _by(sent, fate.due) and not _by(cancelled, fate.due):
        _broken(person, "dispatch_late", order.key, fate.due, fate.due, sent, cancelled)
    promise = fate.promise
    if promise is not None and not _by(attempted, promise.at) and not _by(cancelled, promise.at):
        opened_at = max(promise.at, promise.told_at)
        _broken(person, "delivery_late", order.key, opened_at, promise.at, delivered, cancelled)


def _by(at: int | None, deadline: int) -> bool:
    return at is not None and at <= deadline


def _broken(person: Person, kind: str, key: str, opened_at: int, due_at: int, *mended: int | None) -> None:
    episode = Episode(kind, key, "", opened_at, due_at)
    ends = [at for at in mended if at is not None]
    if ends:
        episode.resolve(min(ends))
    person.broken.append(episode)
