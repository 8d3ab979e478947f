"""``checkout_abandoned``: a checkout was started, no order came of it, and the customer has gone quiet.

The clock starts at the customer's last own activity anywhere. It ends with the next own activity, with the order, or by itself.
The same checkout opens again only after something happened in it: one change, one episode. It takes the place of
``cart_abandoned``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import ClassVar

from streams.journey.carts import worth
from streams.journey.detectors.detector import Detector, Due, Watched
from streams.journey.entries import Instant, Touchpoint, micros
from streams.journey.state import Checkout, Episode, Journey
from streams.journey.words import came_back, moment, money, span


@dataclass(frozen=True)
class CheckoutAbandoned(Detector):
    kind: ClassVar[str] = "checkout_abandoned"
    watches: ClassVar[Watched | None] = "checkouts"

    idle: timedelta = timedelta(minutes=15)
    """Quiet for longer than this (Snowplow's example: 15 min; Shopify waits 10 h before it writes)."""
    expires: timedelta | None = timedelta(days=7)
    """Then it is no longer news (Klaviyo's usual flow filter)."""

    @cached_property
    def _idle(self) -> Instant:
        return micros(self.idle)

    def due(self, checkout: Checkout, journey: Journey) -> Due:
        if checkout.ordered or checkout.changed_by is None:
            return "the checkout ended in an order"
        if checkout.opened_for == checkout.changed_by[0]:
            return "told once for this change of the checkout"
        if journey.last_own_at < checkout.changed_at:
            return "the customer did nothing themselves since the checkout last changed"
        return journey.last_own_at + self._idle

    def on_deadline(self, checkout: Checkout, journey: Journey, at: Instant, standing: Sequence[Episode]) -> Episode | None:
        assert checkout.changed_by is not None
        assert journey.last_own is not None
        checkout.opened_for = checkout.changed_by[0]
        value = worth(checkout, journey)
        reason = (
            f"A checkout worth {money(*value)}, last seen going on {moment(checkout.changed_at)}, has no order; "
            f"the customer has been quiet for {span(self.idle)} since {moment(journey.last_own_at)}."
        )
        evidence = [checkout.changed_by, journey.last_own]
        return self.episode(checkout.key, checkout.changed_by[0], journey, at, reason, evidence, worth=value, by_deadline=True)

    def ended_by(self, episode: Episode, journey: Journey, touchpoint: Touchpoint) -> str | None:
        return came_back(touchpoint) if touchpoint.own else None

    def expires_at(self, episode: Episode, journey: Journey) -> Instant | None:
        return None if self.expires is None else episode.opened_at + micros(self.expires)
