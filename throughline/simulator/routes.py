"""A parcel's way: scanned, silent for a while, expected sooner or later, stuck, tried in vain, there at last, or sent back.

Labels are made before anything is sent: so all parcels of an order are known before the first is there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple
from zoneinfo import ZoneInfo

from schemas.instants import moment
from throughline.simulator.drafts import Ids
from throughline.simulator.ledgers.parcels import FIRST_SCAN_WITHIN, GRAVE, PICKUP_WITHIN, SCAN_GAP
from throughline.simulator.ledgers.promises import STORE_ZONE
from throughline.simulator.person import Person
from throughline.simulator.placed import BESIDE, Placed
from throughline.simulator.world import DAY, HOUR, MINUTE

CARRIERS = ("DHL", "UPS", "Correios", "NZ Post")
Ending = Literal["handed_over", "attempted", "picked_up", "lost"]
EXCEPTIONS = ("damaged", "customs", "customs", "address", "weather", "other", "refused")


class Promise(NamedTuple):
    at: int
    told_at: int
    zone: str | None
    """Of the place it goes to, if the shop says."""


class Name(NamedTuple):
    """What a carrier calls a parcel: by order and shipment at first, then by its shipment; some know only the order."""

    order_id: str
    shipment_id: str | None
    labelled: bool = True
    """A label said both before anything was sent."""

    @property
    def first(self) -> Ids:
        return {"order_id": self.order_id, "shipment_id": self.shipment_id}

    @property
    def short(self) -> Ids:
        return {"shipment_id": self.shipment_id} if self.labelled else self.first


@dataclass(slots=True)
class Parcel:
    """The plan of one parcel's way."""

    name: Name
    carrier: dict[str, Any]
    sent_at: int
    arrives_at: int
    ending: Ending
    lasts: int = 0
    """From the attempt, or the moment it could be picked up, to its end (µs)."""
    stays: bool = False
    """Whoever could not deliver it sends it back."""
    exception: str | None = None
    """Of what is told on the way."""

    def move(self, arrives_at: int) -> None:
        self.arrives_at = arrives_at

    @property
    def lost(self) -> bool:
        return self.ending == "lost"

    @property
    def spoilt(self) -> bool:
        """It never gets as far as the door."""
        return self.lost or (self.stays and self.exception is not None)

    @property
    def excepted_at(self) -> int:
        return self.sent_at + (self.arrives_at - self.sent_at) * 5 // 8

    @property
    def attempted_at(self) -> int | None:
        return None if self.spoilt else self.arrives_at

    @property
    def ends_at(self) -> int:
        return self.excepted_at + DAY + HOUR if self.spoilt else self.arrives_at + self.lasts

    @property
    def delivered_at(self) -> int | None:
        return None if self.spoilt or self.stays else self.ends_at

    @property
    def returned_at(self) -> int | None:
        return self.ends_at if self.stays and not self.lost else None

    @property
    def troubled_at(self) -> int | None:
        return self.excepted_at if self.lost or self.exception in GRAVE else self.returned_at


def named(person: Person, order: Placed, parcels: int) -> list[Name]:
    """Most carriers get a label; some shops say the order's number only, some tell the parcel's only once it is scanned."""
    chance = person.rng.random()
    if parcels == 1 and chance < 0.07:
        return [Name(order.order_id, None, labelled=False)]
    labelled = parcels > 1 or chance > 0.14
    names = [Name(order.order_id, f"s{order.order_id}-{number}", labelled) for number in range(1, parcels + 1)]
    person.parcels.update({name.shipment_id: order.order_id for name in names if name.shipment_id})
    return names


def pack(person: Person, sent_at: int, arrives_at: int, name: Name) -> Parcel:
    """How it will end, as it ends mostly, and what may go wrong before."""
    carrier = {"carrier": person.rng.choice(CARRIERS), "tracking_number": f"T{name.shipment_id or name.order_id}"}
    parcel = Parcel(name, carrier, sent_at, arrives_at, "handed_over")
    chance = person.rng.random()
    if chance < 0.03:
        parcel.ending = "lost"
    elif chance < 0.12:
        parcel.ending, parcel.stays = "attempted", person.chance(0.35)
        parcel.lasts = person.between(4 * HOUR, 2 * DAY)
    elif chance < 0.22:
        parcel.ending, parcel.stays = "picked_up", person.chance(0.15)
        parcel.lasts = _lies(person)
    if not parcel.lost and person.chance(0.07):
        parcel.exception = person.rng.choice(EXCEPTIONS)
        parcel.stays |= parcel.exception in ("damaged", "refused") and person.chance(0.5)
    return parcel


def _lies(person: Person) -> int:
    """How long people let a parcel wait."""
    chance = person.rng.random()
    if chance < 0.25:
        return PICKUP_WITHIN + person.rng.choice(BESIDE)
    return person.between(5 * DAY, 8 * DAY) if chance < 0.45 else person.between(HOUR, 4 * DAY)


def send(person: Person, order: Placed, promise: Promise | None, parcels: Sequence[Parcel]) -> None:
    """Tell the way of an order's parcels. One event may say that all of them left the house."""
    together = len(parcels) > 1 and person.chance(0.4)
    for parcel in parcels:
        if parcel.name.labelled:
            label_at = parcel.sent_at - person.between(MINUTE, HOUR // 2)
            person.tell(label_at, "shipment_created", parcel.carrier, parcel.name.first, "carrier")
        if not together:
            _tell_dispatch(person, parcel)
        _tell_scans(person, parcel)
        if promise is not None and person.chance(0.3):
            _tell_estimates(person, parcel, promise)
        _tell_end(person, parcel, len(parcels) == 1)
    if together:
        _tell(person, parcels[0].sent_at, "shipment_dispatched", parcels[0], {"order_id": order.order_id})


def _tell(person: Person, at: int, type: str, parcel: Parcel, ids: Ids | None = None, **said: str) -> None:
    person.tell(at, type, {**parcel.carrier, **said}, parcel.name.short if ids is None else ids, "carrier")


def _tell_dispatch(person: Person, parcel: Parcel) -> None:
    """Some carriers say nothing of being given it, and scan it when they have it."""
    first = "shipment_scanned" if person.chance(0.1) else "shipment_dispatched"
    ids = parcel.name.first if parcel.name.labelled else {"order_id": parcel.name.order_id}
    _tell(person, parcel.sent_at, first, parcel, ids, location="hub")


def _tell_scans(person: Person, parcel: Parcel) -> None:
    """Some carriers say little of the way."""
    quiet = person.chance(0.3)
    until = parcel.excepted_at if parcel.exception or parcel.spoilt else parcel.arrives_at
    for at in _rarely(person, parcel.sent_at, until) if quiet else _often(parcel.sent_at, until):
        _tell(person, at, "shipment_scanned", parcel, location="hub on the way")
    if parcel.lost or parcel.exception:
        _tell(person, parcel.excepted_at, "delivery_exception", parcel, exception=parcel.exception or "lost")
    if not parcel.spoilt and not quiet:
        out_at = parcel.sent_at + (parcel.arrives_at - parcel.sent_at) * 7 // 8
        _tell(person, out_at, "out_for_delivery", parcel)


def _often(sent_at: int, until: int) -> Iterable[int]:
    return (sent_at + (until - sent_at) // 4, sent_at + (until - sent_at) // 2)


def _rarely(person: Person, sent_at: int, until: int) -> Iterable[int]:
    """Not at all, or just when one begins to wonder, or then the end comes."""
    if person.chance(0.3):
        return ()
    beside = person.rng.choice(BESIDE)
    moments = [sent_at + FIRST_SCAN_WITHIN + beside, until - SCAN_GAP + beside]
    fitting = [at for at in moments if sent_at < at < until]
    return (person.rng.choice(fitting),) if fitting else ()


def _tell_estimates(person: Person, parcel: Parcel, promise: Promise) -> None:
    """One to three, the last not always the best."""
    at = parcel.sent_at
    for _ in range(person.between(1, 4)):
        at = person.between(at + MINUTE, max(at + HOUR, parcel.arrives_at))
        if at >= parcel.arrives_at:
            return
        chance = person.rng.random()
        if chance < 0.3:
            estimate = promise.at + person.between(6 * HOUR, 3 * DAY)
        elif chance < 0.45:
            estimate = promise.at + person.rng.choice(BESIDE)
        else:
            estimate = parcel.arrives_at if chance < 0.7 else promise.at - person.between(HOUR, DAY)
        person.tell(
            at, "estimate_updated", {**parcel.carrier, **_said(person, estimate, promise.zone)}, parcel.name.first, "carrier"
        )


def _said(person: Person, estimate: int, zone: str | None) -> dict[str, Any]:
    """A moment, or a day of the calendar where the parcel goes."""
    if person.chance(0.7):
        return {"estimated_at": estimate}
    day = moment(estimate).astimezone(ZoneInfo(zone or STORE_ZONE)).date()
    return {"estimated_date": day.isoformat(), "destination_timezone": zone}


def _tell_end(person: Person, parcel: Parcel, alone: bool) -> None:
    if not parcel.spoilt and parcel.ending == "picked_up":
        _tell(person, parcel.arrives_at, "ready_for_pickup", parcel)
    elif not parcel.spoilt and parcel.ending == "attempted":
        _tell(person, parcel.arrives_at, "delivery_attempt_failed", parcel, reason="nobody at home")
        if parcel.stays:
            again_at = parcel.arrives_at + parcel.lasts // 2
            _tell(person, again_at, "delivery_attempt_failed", parcel, reason="nobody at home")
    if parcel.returned_at is not None:
        _tell(person, parcel.returned_at, "returned_to_sender", parcel)
    elif parcel.delivered_at is not None:
        whole = alone and person.chance(0.2)
        _tell(person, parcel.delivered_at, "delivered", parcel, {"order_id": parcel.name.order_id} if whole else None)
