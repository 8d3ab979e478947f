"""``cart_abandoned``: a cart with something in it, no checkout since its last change, and its owner has gone quiet.

The clock starts at the customer's last own activity anywhere, never at an alert. It ends with the next own activity, with an
order of the cart, or by itself. The same cart opens again only after it has changed: one change, one episode. Where the silence
is an abandoned checkout's, that signal stands in its place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import ClassVar

from streams.journey.detectors.detector import Detector, Due, Watched
from streams.journey.entries import Instant, Touchpoint, micros
from streams.journey.state import Cart, Episode, Journey
from streams.journey.words import came_back, moment, money, span


@dataclass(frozen=True)
class CartAbandoned(Detector):
    kind: ClassVar[str] = "cart_abandoned"
    watches: ClassVar[Watched | None] = "carts"

    idle: timedelta = timedelta(minutes=30)
    """Quiet for longer than this (Sailthru and Simla: 30 min; Wix and Craft: 1 h; YouCan: 10 min)."""
    expires: timedelta | None = timedelta(days=7)
    """Then it is no longer news (Klaviyo's usual flow filter)."""

    @cached_property
    def _idle(self) -> Instant:
        return micros(self.idle)

    def due(self, cart: Cart, journey: Journey) -> Due:
        if not cart.items or cart.changed_by is None:
            return "the cart is empty"
        if cart.checkout_since:
            return "a checkout has started since the cart last changed"
        if cart.opened_for == cart.changed_by[0]:
            return "told once for this change of the cart"
        if cart.passed_over == journey.last_own_at:
            return "the silence is an abandoned checkout's"
        return journey.last_own_at + self._idle

    def on_deadline(self, cart: Cart, journey: Journey, at: Instant, standing: Sequence[Episode]) -> Episode | None:
        assert cart.changed_by is not None
        assert journey.last_own is not None
        if any(self._explains(episode, cart, journey) for episode in standing):
            cart.passed_over = journey.last_own_at
            return None
        cart.opened_for = cart.changed_by[0]
        worth = cart.value_minor, cart.currency
        reason = (
            f"A cart of {cart.count} item(s), {money(*worth)}, last changed {moment(cart.changed_at)}, was left without a "
            f"checkout; its owner has been quiet for {span(self.idle)} since {moment(journey.last_own_at)}."
        )
        evidence = [cart.changed_by, journey.last_own]
        return self.episode(cart.key, cart.changed_by[0], journey, at, reason, evidence, worth=worth, by_deadline=True)

    def ended_by(self, episode: Episode, journey: Journey, touchpoint: Touchpoint) -> str | None:
        return came_back(touchpoint) if touchpoint.own else None

    def expires_at(self, episode: Episode, journey: Journey) -> Instant | None:
        return None if self.expires is None else episode.opened_at + micros(self.expires)

    def _explains(self, episode: Episode, cart: Cart, journey: Journey) -> bool:
        """An abandoned checkout of this cart, or of none in particular."""
        checkout = journey.checkouts.get(episode.key) if episode.open and episode.kind == "checkout_abandoned" else None
        return checkout is not None and checkout.cart in (None, cart.key)
