"""``delivery_failed``: the carrier was at the door in vain, or the parcel lies unclaimed at the pickup point.

One at a time for an order. It ends with the delivery, when the whole order is cancelled, or when the parcel goes back, of which
``delivery_exception`` speaks.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import ClassVar

from streams.journey.detectors.detector import Detector, Due, Found, Watched
from streams.journey.entries import Instant, Touchpoint, micros
from streams.journey.orders import key_of
from streams.journey.state import Episode, Fold, Journey, Order, Parcel, evidence_of
from streams.journey.words import CANCELLED, STANDS, cancelled, delivered, moment, money, span


@dataclass(frozen=True)
class DeliveryFailed(Detector):
    kind: ClassVar[str] = "delivery_failed"
    watches: ClassVar[Watched | None] = "orders"
    opened_by: ClassVar[frozenset[str]] = frozenset(["delivery_attempt_failed"])

    pickup_within: timedelta = timedelta(days=5)
    """From ready for pickup to delivered (carriers keep a parcel for 7 to 10 days; SPEC, section 3)."""

    @cached_property
    def _pickup_within(self) -> Instant:
        return micros(self.pickup_within)

    def on_event(self, touchpoint: Touchpoint, journey: Journey, fold: Fold) -> Iterable[Found]:
        order = journey.orders.get(key_of(fold, touchpoint) or "")
        if order is None or _over(order) or self.stands(order.key, fold.episodes):
            yield "the order is delivered or cancelled" if order is None or _over(order) else STANDS
            return
        reason = f"An order of {money(*order.worth)}: the carrier was at the door in vain at {moment(touchpoint.at)}."
        evidence = [evidence_of(touchpoint)]
        yield self.episode(order.key, touchpoint.event_id, journey, touchpoint.at, reason, evidence, worth=order.worth)

    def due(self, order: Order, journey: Journey) -> Due:
        if order.cancelled_at is not None:
            return CANCELLED
        waiting = [parcel.pickup_at + self._pickup_within for parcel in order.parcels.values() if _unclaimed(parcel)]
        return min(waiting) if waiting else "no parcel waits to be picked up"

    def on_deadline(self, order: Order, journey: Journey, at: Instant, standing: Sequence[Episode]) -> Episode | None:
        waiting = next(one for one in order.parcels.values() if _unclaimed(one) and one.pickup_at + self._pickup_within == at)
        assert waiting.pickup is not None
        for parcel in order.parcels.values():
            parcel.pickup_judged = parcel.pickup_judged or parcel.pickup == waiting.pickup
        if _over(order) or self.stands(order.key, standing):
            return None
        reason = (
            f"An order of {money(*order.worth)} has been waiting to be picked up for {span(self.pickup_within)} "
            f"since {moment(waiting.pickup_at)}."
        )
        return self.episode(
            order.key, waiting.pickup[0], journey, at, reason, [waiting.pickup], worth=order.worth, by_deadline=True
        )

    def ended_by(self, episode: Episode, journey: Journey, touchpoint: Touchpoint) -> str | None:
        order = journey.orders.get(episode.key)
        if order is None:
            return None
        if order.delivered_at is not None:
            return delivered(order.delivered_at)
        if order.returned_by == evidence_of(touchpoint):
            return f"The parcel goes back, as of {moment(touchpoint.at)}."
        return cancelled(order.cancelled_at)


def _over(order: Order) -> bool:
    return order.delivered_at is not None or order.cancelled_at is not None


def _unclaimed(parcel: Parcel) -> bool:
    claimed = parcel.delivered_at is not None or parcel.returned_at is not None
    return parcel.pickup is not None and not parcel.pickup_judged and not claimed
