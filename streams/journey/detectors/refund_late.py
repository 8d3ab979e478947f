"""``refund_late``: what was sent back has arrived, and nothing was refunded.

A refund counts from when the return was asked for, or arrived unasked: what was paid back before was for something else. It ends
with the refund.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import ClassVar

from streams.journey.detectors.detector import Detector, Due, Watched
from streams.journey.entries import Instant, Touchpoint, micros
from streams.journey.state import Episode, Journey, Order, evidence_of
from streams.journey.words import TOLD, moment, money, span


@dataclass(frozen=True)
class RefundLate(Detector):
    kind: ClassVar[str] = "refund_late"
    watches: ClassVar[Watched | None] = "orders"

    within: timedelta = timedelta(days=5)
    """From the return's arrival to the refund (SPEC, section 3; the law's 14 days are the outer limit in the EU)."""

    @cached_property
    def _within(self) -> Instant:
        return micros(self.within)

    def due(self, order: Order, journey: Journey) -> Due:
        if order.return_received_at is None:
            return "no return was received"
        if order.refund_late:
            return TOLD
        since = min(order.return_requested_at or order.return_received_at, order.return_received_at)
        if order.refunded_at is not None and order.refunded_at >= since:
            return "it was refunded"
        return order.return_received_at + self._within

    def on_deadline(self, order: Order, journey: Journey, at: Instant, standing: Sequence[Episode]) -> Episode | None:
        assert order.return_received_at is not None
        order.refund_late = True
        reason = (
            f"The return of an order of {money(*order.worth)} arrived {moment(order.return_received_at)}; "
            f"nothing was refunded within {span(self.within)}."
        )
        evidence = [order.return_received_by] if order.return_received_by is not None else []
        return self.episode(order.key, "", journey, at, reason, evidence, worth=order.worth, by_deadline=True)

    def ended_by(self, episode: Episode, journey: Journey, touchpoint: Touchpoint) -> str | None:
        order = journey.orders.get(episode.key)
        if order is None:
            return None
        return f"Refunded at {moment(touchpoint.at)}." if order.refunded_by == evidence_of(touchpoint) else None
