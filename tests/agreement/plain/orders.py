"""Orders: what was promised, and when they were dispatched, attempted, delivered."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.agreement.plain.lives import Episode, Life, when

ATTEMPTS = ("delivery_attempt_failed", "ready_for_pickup", "delivered")
DISPATCHES = ("shipment_dispatched", "shipment_scanned", "out_for_delivery", *ATTEMPTS)
MOVES = ("shipment_created", *DISPATCHES, "delivery_exception", "returned_to_sender")
TOLD = (
    *("order_completed", "order_updated", "order_cancelled", "order_refunded"),
    *("delivery_promised", "estimate_updated", "return_requested", "return_received"),
)
DISPATCH_WITHIN = timedelta(hours=48)


@dataclass
class Order:
    """All touchpoints about one order, or about one shipment whose order nobody named."""

    key: str
    order_id: str | None
    events: Life = field(default_factory=list)

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
            if looked < as_of and (following is None or looked < following) and all(looked < end for end in ends):
                how = "resolved" if ends else "open"
                return Episode("dispatch_late", self.key, "", looked, due, min(ends, default=None), how)
        return None

    def delivery_late(self, as_of: datetime) -> Episode | None:
        if self.promise is None:
            return None
        due, said_at, _ = self.promise
        opened = max(due, said_at)
        attempted = self.all_parcels(*ATTEMPTS)
        ends = [end for end in (self.all_parcels("delivered"), self.cancelled_at) if end]
        if opened >= as_of or any(end <= opened for end in (*ends, *([attempted] if attempted else []))):
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


def orders(life: Life) -> list[Order]:
    """What checkout and delivery tell of; others may name an order and tell nothing of it."""
    keys = keys_of(life)
    found: dict[str, Order] = {}
    for event, key in zip(life, keys, strict=True):
        if key and (event["type"] in TOLD or event["type"] in MOVES):
            found.setdefault(key, Order(key, key.removeprefix("order:") if key.startswith("order:") else None)).events.append(
                event
            )
    return list(found.values())


def keys_of(life: Life) -> list[str | None]:
    """What each touchpoint is about: its order, else the order of its shipment, else its shipment, else no order."""
    named: dict[str, str] = {}
    for event in life:
        if "order_id" in event and "shipment_id" in event:
            named.setdefault(event["shipment_id"], event["order_id"])
    keys: list[str | None] = []
    for event in life:
        order_id = event.get("order_id") or named.get(event.get("shipment_id", ""))
        keys.append(f"order:{order_id}" if order_id else f"shipment:{event['shipment_id']}" if "shipment_id" in event else None)
    return keys
