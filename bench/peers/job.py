"""The job in code, without a broker: what the floor does, and what the definition in ``bench/peers/__init__.py`` comes to.

Times are milliseconds since 1970. A partition is one ``Shop``.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from msgspec import Struct, field

from bench.peers.task import SESSION_GAP_MS


class Properties(Struct, gc=False):
    product_id: str = ""
    quantity: int = 1
    price_minor: int | None = None


class Event(Struct, gc=False):
    event_id: str
    type: str
    occurred_at: datetime
    customer_id: str
    properties: Properties = field(default_factory=Properties)


class Tick(Struct, gc=False):
    at: int
    """µs since 1970, as Throughline writes it."""


class Alert(NamedTuple):
    customer_id: str
    due_ms: int
    changed_by: str
    value_minor: int | None


class Customer(Struct):
    last_ms: int = -(10**15)
    began_ms: int = 0
    """The session."""
    seen: set[str] = field(default_factory=set)
    """Ids of the running session."""
    cart: dict[str, tuple[int, int | None]] = {}
    """Product to pieces and price."""
    changed_by: str = ""
    told_of: str = ""

    @property
    def waits(self) -> bool:
        """Silence would be trouble."""
        return bool(self.cart) and self.told_of != self.changed_by

    def value_minor(self) -> int | None:
        prices = [price for _, price in self.cart.values()]
        return None if None in prices else sum(pieces * (price or 0) for pieces, price in self.cart.values())

    def change(self, event: Event) -> None:
        """What the event does to the cart."""
        if event.type == "order_completed":
            self.cart.clear()
        elif event.type == "product_added":
            said = event.properties
            pieces, price = self.cart.get(said.product_id, (0, None))
            self.cart[said.product_id] = (pieces + said.quantity, price if said.price_minor is None else said.price_minor)
            self.changed_by = event.event_id
        elif event.type == "product_removed" and event.properties.product_id in self.cart:
            pieces, price = self.cart.pop(event.properties.product_id)
            if pieces > event.properties.quantity:
                self.cart[event.properties.product_id] = (pieces - event.properties.quantity, price)
            self.changed_by = event.event_id


class Shop:
    """The customers of one partition."""

    def __init__(self, idle_ms: int) -> None:
        self._idle_ms = idle_ms
        self._customers: dict[str, Customer] = {}
        self._waiting: dict[str, Customer] = {}
        """Those whose silence would be trouble."""

    def take(self, event: Event) -> tuple[int, int, Alert | None] | None:
        """When it occurred, when its session began, and the cart that was abandoned before it; None: met before."""
        customer = self._customers.get(event.customer_id)
        if customer is None:
            customer = self._customers[event.customer_id] = Customer()
        if event.event_id in customer.seen:
            return None
        at_ms = round(event.occurred_at.timestamp() * 1000)
        late = customer.waits and at_ms > customer.last_ms + self._idle_ms
        alert = self._tell(event.customer_id, customer) if late else None
        if at_ms > customer.last_ms + SESSION_GAP_MS:
            customer.began_ms = at_ms
            customer.seen.clear()
        customer.seen.add(event.event_id)
        customer.last_ms = at_ms
        customer.change(event)
        if customer.waits:
            self._waiting[event.customer_id] = customer
        else:
            self._waiting.pop(event.customer_id, None)
        return at_ms, customer.began_ms, alert

    def tick(self, at_ms: int) -> list[Alert]:
        """The carts that are abandoned by then; an event at the very moment would still be in time."""
        due = [(name, one) for name, one in self._waiting.items() if one.last_ms + self._idle_ms < at_ms]
        return [self._tell(name, customer) for name, customer in due]

    def _tell(self, name: str, customer: Customer) -> Alert:
        customer.told_of = customer.changed_by
        self._waiting.pop(name, None)
        return Alert(name, customer.last_ms + self._idle_ms, customer.changed_by, customer.value_minor())
