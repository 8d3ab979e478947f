"""``delivery_late``: the promise has passed, and the parcel was neither delivered, attempted nor ready for pickup.

The promise is the first one made: newer estimates do not move it (AfterShip compares the first attempt with the original
estimate). A promised day ends at 23:59:59 where the parcel goes. It ends with the delivery, which tells how late it was, or when
the whole order is cancelled.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from streams.journey.detectors.detector import Detector, Due, Watched
from streams.journey.entries import Instant, Touchpoint
from streams.journey.state import Episode, Journey, Order
from streams.journey.words import CANCELLED, TOLD, cancelled, delivered_late, moment, money


@dataclass(frozen=True)
class DeliveryLate(Detector):
    kind: ClassVar[str] = "delivery_late"
    watches: ClassVar[Watched | None] = "orders"

    def due(self, order: Order, journey: Journey) -> Due:
        if order.promised_at is None:
            return "nothing was promised"
        if order.first_attempt_at is not None:
            return "the carrier was at the door"
        if order.cancelled_at is not None:
            return CANCELLED
        if order.delivery_late:
            return TOLD
        return max(order.promised_at, order.promise_known_at)

    def on_deadline(self, order: Order, journey: Journey, at: Instant, standing: Sequence[Episode]) -> Episode | None:
        assert order.promised_at is not None
        assert order.promised_by is not None
        order.delivery_late = True
        known = f", now expected {moment(order.estimated_at)}" if order.estimated_at is not None else ""
        reason = (
            f"Promised for {moment(order.promised_at)}, {money(*order.worth)}: "
            f"neither delivered, attempted nor ready for pickup{known}."
        )
        return self.episode(
            order.key, "", journey, at, reason, [order.promised_by], due=order.promised_at, worth=order.worth, by_deadline=True
        )

    def ended_by(self, episode: Episode, journey: Journey, touchpoint: Touchpoint) -> str | None:
        order = journey.orders.get(episode.key)
        if order is None:
            return None
        if order.delivered_at is not None:
            return delivered_late(order.delivered_at, episode.due_at)
        return cancelled(order.cancelled_at)
