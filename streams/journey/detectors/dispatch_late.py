"""``dispatch_late``: an order has not left the house in time.

In time is its own ``dispatch_by`` where the shop gave one, else so long after the order. Any later sign of the parcel (a scan, an
attempt, the delivery) tells that it was dispatched. It ends with the dispatch, or when the whole order is cancelled.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import ClassVar

from streams.journey.detectors.detector import Detector, Due, Watched
from streams.journey.entries import Instant, Touchpoint, micros
from streams.journey.state import Episode, Journey, Order
from streams.journey.words import CANCELLED, TOLD, cancelled, moment, money, span


@dataclass(frozen=True)
class DispatchLate(Detector):
    kind: ClassVar[str] = "dispatch_late"
    watches: ClassVar[Watched | None] = "orders"

    within: timedelta = timedelta(hours=48)
    """From order to dispatch, where the order has no ``dispatch_by`` (parcelLab: created + x h; Narvar: day 2)."""

    @cached_property
    def _within(self) -> Instant:
        return micros(self.within)

    def due(self, order: Order, journey: Journey) -> Due:
        if order.ordered_at is None:
            return "no order is known, only its parcel"
        if order.dispatched_at is not None:
            return "the order is dispatched"
        if order.cancelled_at is not None:
            return CANCELLED
        if order.dispatch_late:
            return TOLD
        return max(self._by(order), order.dated_at)

    def _by(self, order: Order) -> Instant:
        """Its own date, else so long after the order."""
        if order.dispatch_by is not None:
            return order.dispatch_by
        return (order.ordered_at or 0) + self._within

    def on_deadline(self, order: Order, journey: Journey, at: Instant, standing: Sequence[Episode]) -> Episode | None:
        assert order.ordered_at is not None
        assert order.ordered_by is not None
        order.dispatch_late = True
        by = self._by(order)
        told = "the shop had set itself" if order.dispatch_by is not None else f"{span(self.within)} after the order"
        reason = f"Order of {moment(order.ordered_at)}, {money(*order.worth)}, has not been dispatched by {moment(by)}, {told}."
        evidence = [order.ordered_by]
        return self.episode(order.key, "", journey, at, reason, evidence, due=by, worth=order.worth, by_deadline=True)

    def ended_by(self, episode: Episode, journey: Journey, touchpoint: Touchpoint) -> str | None:
        order = journey.orders.get(episode.key)
        if order is None:
            return None
        if order.dispatched_at is not None:
            return f"Dispatched {moment(order.dispatched_at)}, {span(order.dispatched_at - episode.due_at)} late."
        return cancelled(order.cancelled_at)
