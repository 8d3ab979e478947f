"""``payment_trouble``: paying does not work.

The second payment of a checkout has failed, or one was declined for good (hard), or the customer found no method that suits.
What is tried after an order belongs to no checkout. It ends with the order, or by itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from streams.journey.carts import checkout_of, worth
from streams.journey.detectors.detector import Detector, Found
from streams.journey.entries import Instant, Touchpoint, micros
from streams.journey.state import Episode, Fold, Journey, evidence_of
from streams.journey.words import STANDS, moment, money, ordered


@dataclass(frozen=True)
class PaymentTrouble(Detector):
    kind: ClassVar[str] = "payment_trouble"
    opened_by: ClassVar[frozenset[str]] = frozenset(["payment_failed", "payment_method_unavailable"])

    failures: int = 2
    """So many failed payments in one checkout; one that is declined for good is enough (SPEC, section 3)."""
    expires: timedelta = timedelta(days=1)
    """By then the customer has paid otherwise or is gone."""

    def on_event(self, touchpoint: Touchpoint, journey: Journey, fold: Fold) -> Iterable[Found]:
        checkout = checkout_of(journey, touchpoint)
        if checkout is None or self.stands(checkout.key, fold.episodes):
            yield "it is of no open checkout" if checkout is None else STANDS
            return
        if touchpoint.type == "payment_method_unavailable":
            what = "no payment method suited the customer"
        elif touchpoint.facts.get("decline") == "hard":
            what = "a payment was declined for good"
        elif checkout.failures >= self.failures:
            what = f"{checkout.failures} payments have failed"
        else:
            yield f"it may succeed later, and is failure {checkout.failures} of {self.failures}"
            return
        value = worth(checkout, journey)
        reason = f"In a checkout worth {money(*value)} {what}, at {moment(touchpoint.at)}."
        evidence = [evidence_of(touchpoint)]
        yield self.episode(checkout.key, touchpoint.event_id, journey, touchpoint.at, reason, evidence, worth=value)

    def ended_by(self, episode: Episode, journey: Journey, touchpoint: Touchpoint) -> str | None:
        checkout = journey.checkouts.get(episode.key)
        return ordered(touchpoint.at) if checkout is not None and checkout.ordered else None

    def expires_at(self, episode: Episode, journey: Journey) -> Instant | None:
        return episode.opened_at + micros(self.expires)
