"""``cart_abandoned``: a cart with something in it, no checkout since its last change, and its owner has gone quiet.

The clock starts at the customer's last own activity anywhere, never at an alert. It ends with the next own activity, with an
order of the cart, or by itself. The same cart opens again only after it has changed: one change, one episode. Where the silence
is an abandoned checkout's, that signal stands in its place.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import ClassVar

from schemas.signals import KINDS
from streams.journey.entries import Instant, Touchpoint, Transition
from streams.journey.state import Cart, Episode, Journey
from streams.journey.words import moment, money, span


@dataclass(frozen=True)
class CartAbandoned:
    kind: ClassVar[str] = "cart_abandoned"
    version: ClassVar[int] = 1

    idle: timedelta = timedelta(minutes=30)
    """Quiet for longer than this (Sailthru and Simla: 30 min; Wix and Craft: 1 h; YouCan: 10 min)."""
    expires: timedelta | None = timedelta(days=7)
    """Then it is no longer news (Klaviyo's usual flow filter)."""

    @cached_property
    def _idle(self) -> Instant:
        return self.idle // timedelta(microseconds=1)

    def things(self, journey: Journey) -> Iterable[Cart]:
        return journey.carts.values()

    def due(self, cart: Cart, journey: Journey) -> Instant | None:
        if not cart.items or cart.checkout_since or cart.changed_by is None:
            return None
        if cart.opened_for == cart.changed_by[0] or cart.passed_over == journey.last_own_at:
            return None
        return journey.last_own_at + self._idle

    def open(self, cart: Cart, journey: Journey, at: Instant, standing: Sequence[Episode]) -> Episode | None:
        assert cart.changed_by is not None
        assert journey.last_own is not None
        if any(self._explains(episode, cart, journey) for episode in standing):
            cart.passed_over = journey.last_own_at
            return None
        cart.opened_for = cart.changed_by[0]
        worth = money(cart.value_minor, cart.currency)
        reason = (
            f"A cart of {cart.count} item(s), {worth}, last changed {moment(cart.changed_at)}, was left without a checkout; "
            f"its owner has been quiet for {span(self.idle)} since {moment(journey.last_own_at)}."
        )
        return Episode(
            kind=self.kind,
            key=cart.key,
            anchor=cart.changed_by[0],
            journey=journey.id,
            due_at=at,
            severity=KINDS[self.kind].severity,
            action=KINDS[self.kind].action,
            evidence=list(dict.fromkeys([cart.changed_by, journey.last_own])),
            transitions=[Transition(at, "opened", reason, by_deadline=True)],
            value_minor=cart.value_minor,
            currency=cart.currency,
        )

    def ended_by(self, episode: Episode, journey: Journey, touchpoint: Touchpoint) -> str | None:
        if not touchpoint.own:
            return None
        if touchpoint.type == "order_completed":
            return f"The customer ordered at {moment(touchpoint.at)}."
        return f"The customer came back at {moment(touchpoint.at)} ({touchpoint.type})."

    def _explains(self, episode: Episode, cart: Cart, journey: Journey) -> bool:
        """An abandoned checkout of this cart, or of none in particular."""
        checkout = journey.checkouts.get(episode.key) if episode.open and episode.kind == "checkout_abandoned" else None
        return checkout is not None and checkout.cart in (None, cart.key)
