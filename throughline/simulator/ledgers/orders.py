"""Where each order and each of its parcels is: the state that the ledgers of deliveries read.

A parcel is known from its first event. What names the order alone speaks for every parcel of it that is known by then; before any
is named, for one without a name, whose place the first named one takes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from throughline.simulator.drafts import Draft

ATTEMPTS = frozenset(("delivery_attempt_failed", "ready_for_pickup", "delivered"))
SIGNS = ATTEMPTS | {"shipment_scanned", "out_for_delivery", "delivery_exception", "returned_to_sender"}
"""The carrier has seen the parcel."""
DISPATCHES = ATTEMPTS | {"shipment_dispatched", "shipment_scanned", "out_for_delivery"}
"""It is on its way, or was."""
OF_A_PARCEL = SIGNS | {"shipment_created", "shipment_dispatched"}
UNNAMED = ""


@dataclass(slots=True)
class Parcel:
    word: str = ""
    """The event that was the last word of it."""
    silent_at: int | None = None
    """When the next word is due at the latest."""
    fetched_by: int | None = None
    """When it will have waited too long for being picked up."""
    waits_since: str = ""
    """The event that said it can be."""
    attempted: bool = False
    delivered: bool = False
    returned: bool = False


@dataclass(slots=True)
class Order:
    key: str
    parcels: dict[str, Parcel] = field(default_factory=dict)
    dispatched: bool = False
    attempted: bool = False
    """All parcels that were known by then."""
    delivered: bool = False
    """All that were known by then."""
    delivered_by: str = ""
    """The event by which it was."""
    cancelled: bool = False
    """As a whole."""
    returned: bool = False
    """A parcel of it went back to its sender."""

    @property
    def under_way(self) -> bool:
        return self.dispatched and not (self.delivered or self.cancelled or self.returned)

    def concerned(self, shipment_id: str | None) -> list[Parcel]:
        """The parcels that an event about one speaks for."""
        if shipment_id is None:
            self.parcels = self.parcels or {UNNAMED: Parcel()}
            return list(self.parcels.values())
        if shipment_id not in self.parcels:
            self.parcels[shipment_id] = self.parcels.pop(UNNAMED, Parcel())
        return [self.parcels[shipment_id]]


class Orders:
    """``order_of``: shipment to order, as the shop packed them."""

    def __init__(self, order_of: Mapping[str, str]) -> None:
        self.known: dict[str, Order] = {}
        self._order_of = order_of

    def key(self, act: Draft) -> str | None:
        """Of the order that the act is about."""
        shipment_id = act.ids.get("shipment_id")
        order_id = act.ids.get("order_id") or self._order_of.get(shipment_id or "")
        return f"order:{order_id}" if order_id else f"shipment:{shipment_id}" if shipment_id else None

    def see(self, act: Draft) -> tuple[Order, list[Parcel]] | None:
        """What the act is about, as it is afterwards, and the parcels it speaks for."""
        key = self.key(act)
        if key is None:
            return None
        order = self.known.setdefault(key, Order(key))
        if act.type == "order_cancelled" and act.properties.get("whole", True):
            order.cancelled = True
        if act.type not in OF_A_PARCEL:
            return order, []
        parcels = order.concerned(act.ids.get("shipment_id"))
        for parcel in parcels:
            parcel.attempted |= act.type in ATTEMPTS
            parcel.delivered |= act.type == "delivered"
            parcel.returned |= act.type == "returned_to_sender"
        order.dispatched |= act.type in DISPATCHES
        order.attempted |= all(parcel.attempted for parcel in order.parcels.values())
        if not order.delivered and all(parcel.delivered for parcel in order.parcels.values()):
            order.delivered, order.delivered_by = True, act.event_id
        order.returned |= act.type == "returned_to_sender"
        return order, parcels
