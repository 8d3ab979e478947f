"""``delivery_exception``: the parcel is damaged, lost, stuck in customs, or on its way back.

One at a time for an order: what follows while it stands is the same trouble. It ends with the delivery or with a refund.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from streams.journey.detectors.detector import Detector, Found
from streams.journey.entries import Touchpoint
from streams.journey.orders import key_of
from streams.journey.state import Episode, Fold, Journey, evidence_of
from streams.journey.words import STANDS, delivered, moment, money

_WORDS = {"damaged": "damaged", "lost": "lost", "customs": "stuck in customs"}


@dataclass(frozen=True)
class DeliveryException(Detector):
    kind: ClassVar[str] = "delivery_exception"
    opened_by: ClassVar[frozenset[str]] = frozenset(["delivery_exception", "returned_to_sender"])

    def on_event(self, touchpoint: Touchpoint, journey: Journey, fold: Fold) -> Iterable[Found]:
        order = journey.orders.get(key_of(fold, touchpoint) or "")
        returned = touchpoint.type == "returned_to_sender"
        what = "on its way back" if returned else _WORDS.get(str(touchpoint.facts.get("exception")))
        if order is None or what is None or self.stands(order.key, fold.episodes):
            yield STANDS if what is not None else "it is neither damaged, lost, held by customs nor on its way back"
            return
        reason = f"An order of {money(*order.worth)}: a parcel is {what}, as of {moment(touchpoint.at)}."
        evidence = [evidence_of(touchpoint)]
        yield self.episode(order.key, touchpoint.event_id, journey, touchpoint.at, reason, evidence, worth=order.worth)

    def ended_by(self, episode: Episode, journey: Journey, touchpoint: Touchpoint) -> str | None:
        order = journey.orders.get(episode.key)
        if order is None:
            return None
        if order.refunded_by == evidence_of(touchpoint):
            return f"Refunded at {moment(touchpoint.at)}."
        if order.delivered_by == evidence_of(touchpoint):
            return delivered(touchpoint.at)
        return None
