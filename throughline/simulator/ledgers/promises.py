"""What the shop and its carriers said would be: an arrival that keeps moving away, a refund that is owed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from schemas.instants import micros
from throughline.simulator.drafts import Draft
from throughline.simulator.ledgers.book import Book
from throughline.simulator.ledgers.orders import Order
from throughline.simulator.world import DAY

REFUND_WITHIN = 5 * DAY
STORE_ZONE = "UTC"


@dataclass(slots=True)
class Said:
    """Of one order."""

    promise: int | None = None
    zone: str | None = None
    """Where the parcel goes."""
    estimate: int | None = None
    estimate_by: str = ""
    warned_by: str = ""
    """The estimate whose episode is open."""
    requested_at: int | None = None
    received_at: int | None = None
    refunds: tuple[int, ...] = ()
    judged: bool = False
    """Whether the refund was late is known."""


class Promises:
    def __init__(self, book: Book) -> None:
        self._book = book
        self._said: dict[str, Said] = {}

    def reach(self, at: int | None) -> None:
        """What was due before ``at`` (None: ever) was due."""
        for key, said in self._said.items():
            if said.warned_by and said.promise is not None and (at is None or said.promise < at):
                self._book.expire("delay_expected", key, said.promise)
                said.warned_by = ""
            due = None if said.received_at is None else said.received_at + REFUND_WITHIN
            if due is not None and not said.judged and (at is None or due < at):
                said.judged = True
                if not _refunded(said):
                    self._book.open("refund_late", key, "", due)

    def see(self, act: Draft, order: Order) -> None:
        said = self._said.setdefault(order.key, Said())
        if act.type == "delivery_promised" and said.promise is None:
            said.zone = act.properties.get("destination_timezone")
            said.promise = _moment(act.properties, "promised", None)
            self._warn(act, order, said)
        elif act.type == "estimate_updated":
            self._end(order.key, said, act.at)
            said.estimate, said.estimate_by = _moment(act.properties, "estimated", said.zone), act.event_id
            self._warn(act, order, said)
        elif order.attempted or order.cancelled:
            self._end(order.key, said, act.at)
        self._account(act, order.key, said)

    def _warn(self, act: Draft, order: Order, said: Said) -> None:
        if said.promise is None or said.estimate is None or order.attempted or order.cancelled:
            return
        if said.estimate > said.promise > act.at:
            said.warned_by = said.estimate_by
            self._book.open("delay_expected", order.key, said.estimate_by, act.at)

    def _end(self, key: str, said: Said, at: int) -> None:
        """``reach`` has let those expire whose promise is past."""
        if said.warned_by:
            self._book.end("delay_expected", key, at, said.warned_by)
            said.warned_by = ""

    def _account(self, act: Draft, key: str, said: Said) -> None:
        if act.type == "return_requested":
            said.requested_at = act.at if said.requested_at is None else said.requested_at
        elif act.type == "return_received":
            said.received_at = act.at if said.received_at is None else said.received_at
        elif act.type == "order_refunded":
            said.refunds += (act.at,)
            self._book.end("refund_late", key, act.at)


def _refunded(said: Said) -> bool:
    """Money that went back before anything was sent back was for something else."""
    since = said.received_at if said.requested_at is None else said.requested_at
    return any(since is None or refund >= since for refund in said.refunds)


def _moment(properties: Mapping[str, Any], what: str, zone: str | None) -> int | None:
    """A day is its last second where the parcel goes, else where the shop is."""
    if properties.get(f"{what}_at") is not None:
        return int(properties[f"{what}_at"])
    day = date.fromisoformat(properties[f"{what}_date"])
    there = properties.get("destination_timezone") or zone or STORE_ZONE
    return micros(datetime.combine(day, time(23, 59, 59), ZoneInfo(there)))
