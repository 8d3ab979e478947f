"""``delay_expected``: the newest estimate is later than the promise, and the promise is not yet past.

A newer estimate ends it: one within the promise for good, another late one takes its place. So do the first attempt and the
cancellation of the whole order. When the promise passes it is over by itself: from then on ``delivery_late`` speaks.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from streams.journey.detectors.detector import Detector, Found
from streams.journey.entries import Instant, Touchpoint
from streams.journey.orders import key_of
from streams.journey.state import Episode, Evidence, Fold, Journey, Order, evidence_of
from streams.journey.words import cancelled, moment, money, span


@dataclass(frozen=True)
class DelayExpected(Detector):
    kind: ClassVar[str] = "delay_expected"
    opened_by: ClassVar[frozenset[str]] = frozenset(["estimate_updated", "delivery_promised"])

    def on_event(self, touchpoint: Touchpoint, journey: Journey, fold: Fold) -> Iterable[Found]:
        order = journey.orders.get(key_of(fold, touchpoint) or "")
        if order is None or order.estimated_at is None or order.estimated_by is None or order.promised_at is None:
            yield "a promise or an estimate is not known"
        elif evidence_of(touchpoint) not in (order.estimated_by, order.promised_by):
            yield "a later promise is none"
        elif order.first_attempt_at is not None or order.cancelled_at is not None:
            yield "the carrier was at the door, or the order is cancelled"
        elif touchpoint.at >= order.promised_at:
            yield "the promise is past"
        elif order.estimated_at <= order.promised_at:
            yield "the estimate is within the promise"
        else:
            yield self._expected(order, order.estimated_at, order.promised_at, order.estimated_by, touchpoint, journey)

    def _expected(
        self, order: Order, estimate: Instant, promise: Instant, by: Evidence, touchpoint: Touchpoint, journey: Journey
    ) -> Episode:
        reason = (
            f"An order of {money(*order.worth)}, promised for {moment(promise)}, is now expected {moment(estimate)}, "
            f"{span(estimate - promise)} later."
        )
        evidence = [by] if order.promised_by is None else [by, order.promised_by]
        return self.episode(order.key, by[0], journey, touchpoint.at, reason, evidence, worth=order.worth)

    def ended_by(self, episode: Episode, journey: Journey, touchpoint: Touchpoint) -> str | None:
        order = journey.orders.get(episode.key)
        if order is None or order.estimated_by is None or order.promised_at is None or order.estimated_at is None:
            return None
        if order.estimated_by[0] != episode.anchor:
            in_time = order.estimated_at <= order.promised_at
            return f"Now expected {moment(order.estimated_at)}, {'in time again' if in_time else 'which takes its place'}."
        if order.first_attempt_at is not None:
            return f"The carrier was at the door at {moment(order.first_attempt_at)}."
        return cancelled(order.cancelled_at)

    def expires_at(self, episode: Episode, journey: Journey) -> Instant | None:
        order = journey.orders.get(episode.key)
        return None if order is None else order.promised_at
