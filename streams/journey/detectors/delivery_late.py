"""``delivery_late``: the promise has passed, and the parcel was neither delivered, attempted nor ready for pickup.

The promise is the first one made: newer estimates do not move it (AfterShip compares the first attempt with the original
estimate). A promised day ends at 23:59:59 where the parcel goes. It ends with the delivery, which tells how late it was, or when
the whole order is cancelled.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from schemas.signals import KINDS
from streams.journey.entries import Instant, Touchpoint, Transition
from streams.journey.state import Episode, Journey, Order
from streams.journey.words import moment, money, span


@dataclass(frozen=True)
class DeliveryLate:
    kind: ClassVar[str] = "delivery_late"
    version: ClassVar[int] = 1

    expires: ClassVar[timedelta | None] = None

    def things(self, journey: Journey) -> Iterable[Order]:
        return journey.orders.values()

    def due(self, order: Order, journey: Journey) -> Instant | None:
        if order.promised_at is None or order.delivery_late:
            return None
        if order.first_attempt_at is not None or order.cancelled_at is not None:
            return None
        return max(order.promised_at, order.promise_known_at)

    def open(self, order: Order, journey: Journey, at: Instant, standing: Sequence[Episode]) -> Episode | None:
        assert order.promised_at is not None
        assert order.promised_by is not None
        order.delivery_late = True
        known = f", now expected {moment(order.estimated_at)}" if order.estimated_at is not None else ""
        reason = (
            f"Promised for {moment(order.promised_at)}, {money(order.total_minor, order.currency)}: "
            f"neither delivered, attempted nor ready for pickup{known}."
        )
        return Episode(
            kind=self.kind,
            key=order.key,
            anchor="",
            journey=journey.id,
            due_at=order.promised_at,
            severity=KINDS[self.kind].severity,
            action=KINDS[self.kind].action,
            evidence=[order.promised_by],
            transitions=[Transition(at, "opened", reason, by_deadline=True)],
            value_minor=order.total_minor,
            currency=order.currency,
        )

    def ended_by(self, episode: Episode, journey: Journey, touchpoint: Touchpoint) -> str | None:
        order = journey.orders.get(episode.key)
        if order is None:
            return "The parcel's order is known now and speaks for it."
        if order.delivered_at is not None:
            return f"Delivered {moment(order.delivered_at)}, {span(order.delivered_at - episode.due_at)} late."
        if order.cancelled_at is not None:
            return f"The order was cancelled at {moment(order.cancelled_at)}."
        return None
