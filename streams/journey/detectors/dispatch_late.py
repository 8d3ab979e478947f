"""``dispatch_late``: an order has not left the house in time.

In time is its own ``dispatch_by`` where the shop gave one, else so long after the order. Any later sign of the parcel (a scan, an
attempt, the delivery) tells that it was dispatched. It ends with the dispatch, or when the whole order is cancelled.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import ClassVar

from schemas.signals import KINDS
from streams.journey.entries import Instant, Touchpoint, Transition
from streams.journey.state import Episode, Journey, Order
from streams.journey.words import moment, money, span


@dataclass(frozen=True)
class DispatchLate:
    kind: ClassVar[str] = "dispatch_late"
    version: ClassVar[int] = 1

    within: timedelta = timedelta(hours=48)
    """From order to dispatch, where the order has no ``dispatch_by`` (parcelLab: created + x h; Narvar: day 2)."""
    expires: ClassVar[timedelta | None] = None

    @cached_property
    def _within(self) -> Instant:
        return self.within // timedelta(microseconds=1)

    def things(self, journey: Journey) -> Iterable[Order]:
        return journey.orders.values()

    def due(self, order: Order, journey: Journey) -> Instant | None:
        if order.ordered_at is None or order.dispatch_late:
            return None
        if order.dispatched_at is not None or order.cancelled_at is not None:
            return None
        return max(self._by(order), order.dated_at)

    def _by(self, order: Order) -> Instant:
        """Its own date, else so long after the order."""
        if order.dispatch_by is not None:
            return order.dispatch_by
        return (order.ordered_at or 0) + self._within

    def open(self, order: Order, journey: Journey, at: Instant, standing: Sequence[Episode]) -> Episode | None:
        assert order.ordered_at is not None
        assert order.ordered_by is not None
        order.dispatch_late = True
        by = self._by(order)
        told = "the shop had set itself" if order.dispatch_by is not None else f"{span(self.within)} after the order"
        reason = (
            f"Order of {moment(order.ordered_at)}, {money(order.total_minor, order.currency)}, has not been dispatched "
            f"by {moment(by)}, {told}."
        )
        return Episode(
            kind=self.kind,
            key=order.key,
            anchor="",
            journey=journey.id,
            due_at=by,
            severity=KINDS[self.kind].severity,
            action=KINDS[self.kind].action,
            evidence=[order.ordered_by],
            transitions=[Transition(by, "opened", reason, by_deadline=True)],
            value_minor=order.total_minor,
            currency=order.currency,
        )

    def ended_by(self, episode: Episode, journey: Journey, touchpoint: Touchpoint) -> str | None:
        order = journey.orders.get(episode.key)
        if order is None:
            return "The parcel's order is known now and speaks for it."
        if order.dispatched_at is not None:
            return f"Dispatched {moment(order.dispatched_at)}, {span(order.dispatched_at - episode.due_at)} late."
        if order.cancelled_at is not None:
            return f"The order was cancelled at {moment(order.cancelled_at)}."
        return None
