"""What goes wrong with a parcel on its way: no word of it, nobody at home, damaged, lost, stuck, sent back."""

from __future__ import annotations

from collections.abc import Iterable

from throughline.simulator.drafts import Draft
from throughline.simulator.ledgers.book import Book
from throughline.simulator.ledgers.orders import SIGNS, Order, Parcel
from throughline.simulator.world import DAY, HOUR

FIRST_SCAN_WITHIN = 48 * HOUR
SCAN_GAP = 72 * HOUR
PICKUP_WITHIN = 5 * DAY
GRAVE = frozenset(("damaged", "lost", "customs"))
"""Exceptions after which nobody expects a scan."""
_MOVING = frozenset(("shipment_scanned", "out_for_delivery", "delivery_attempt_failed"))


class Parcels:
    """``reach`` a time before seeing what occurs then: what was due before it and had not come has not come in time."""

    def __init__(self, book: Book) -> None:
        self._book = book

    def reach(self, orders: Iterable[Order], at: int | None) -> None:
        for order in orders:
            for due, kind, anchor in sorted(set(_due(order, at))):
                if kind == "carrier_silent" or not self._book.stands(kind, order.key, due):
                    self._book.open(kind, order.key, anchor, due)

    def see(self, act: Draft, order: Order, parcels: Iterable[Parcel]) -> None:
        for parcel in parcels:
            _note(parcel, act)
        if order.cancelled:
            for parcel in order.parcels.values():
                parcel.silent_at = parcel.fetched_by = None
        self._heard_of(order, act.at)
        self._failed(act, order)
        self._excepted(act, order)

    def _heard_of(self, order: Order, at: int) -> None:
        last = {parcel.word for parcel in order.parcels.values()}
        over = [one for one in self._book.anchors("carrier_silent", order.key) if order.cancelled or one not in last]
        if over:
            self._book.end("carrier_silent", order.key, at, *over)

    def _failed(self, act: Draft, order: Order) -> None:
        over = order.delivered or order.cancelled
        if order.delivered_by == act.event_id or order.cancelled or act.type == "returned_to_sender":
            self._book.end("delivery_failed", order.key, act.at)
        elif act.type == "delivery_attempt_failed" and not over and not self._book.stands("delivery_failed", order.key, act.at):
            self._book.open("delivery_failed", order.key, act.event_id, act.at)

    def _excepted(self, act: Draft, order: Order) -> None:
        grave = act.type == "returned_to_sender" or (act.type == "delivery_exception" and act.properties["exception"] in GRAVE)
        if act.type == "order_refunded" or order.delivered_by == act.event_id:
            self._book.end("delivery_exception", order.key, act.at)
        elif grave and not self._book.stands("delivery_exception", order.key, act.at):
            self._book.open("delivery_exception", order.key, act.event_id, act.at)


def _due(order: Order, at: int | None) -> Iterable[tuple[int, str, str]]:
    """What has not come before ``at`` (None: ever), each told once."""
    for parcel in order.parcels.values():
        if parcel.silent_at is not None and (at is None or parcel.silent_at < at):
            yield parcel.silent_at, "carrier_silent", parcel.word
            parcel.silent_at = None
        if parcel.fetched_by is not None and (at is None or parcel.fetched_by < at):
            yield parcel.fetched_by, "delivery_failed", parcel.waits_since
            parcel.fetched_by = None


def _note(parcel: Parcel, act: Draft) -> None:
    """A word of the parcel: until when another is due."""
    if act.type == "shipment_dispatched" and not parcel.word:
        parcel.word, parcel.silent_at = act.event_id, act.at + FIRST_SCAN_WITHIN
    if act.type not in SIGNS:
        return
    parcel.word = act.event_id
    moving = act.type in _MOVING or (act.type == "delivery_exception" and act.properties["exception"] not in GRAVE)
    over = parcel.delivered or parcel.returned
    parcel.silent_at = act.at + SCAN_GAP if moving and not over else None
    if act.type == "ready_for_pickup" and not parcel.waits_since:
        parcel.waits_since, parcel.fetched_by = act.event_id, act.at + PICKUP_WITHIN
    if over:
        parcel.fetched_by = None
