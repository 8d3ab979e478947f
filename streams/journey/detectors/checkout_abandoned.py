"""``checkout_abandoned``: a checkout was started, no order came of it, and the customer has gone quiet.

The clock starts at the customer's last own activity anywhere. It ends with the next own activity, with the order, or by itself.
The same checkout opens again only after something happened in it: one change, one episode. It takes the place of
``cart_abandoned``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import ClassVar

from schemas.signals import KINDS
from streams.journey.entries import Instant, Touchpoint, Transition
from streams.journey.state import Checkout, Episode, Journey
from streams.journey.words import moment, money, span


@dataclass(frozen=True)
class CheckoutAbandoned:
    kind: ClassVar[str] = "checkout_abandoned"
    version: ClassVar[int] = 1

    idle: timedelta = timedelta(minutes=15)
    """Quiet for longer than this (Snowplow's example: 15 min; Shopify waits 10 h before it writes)."""
    expires: timedelta | None = timedelta(days=7)
    """Then it is no longer news (Klaviyo's usual flow filter)."""

    @cached_property
    def _idle(self) -> Instant:
        return self.idle // timedelta(microseconds=1)

    def things(self, journey: Journey) -> Iterable[Checkout]:
        return journey.checkouts.values()

    def due(self, checkout: Checkout, journey: Journey) -> Instant | None:
        if checkout.ordered or checkout.changed_by is None or checkout.opened_for == checkout.changed_by[0]:
            return None
        if journey.last_own_at < checkout.changed_at:
            return None
        return journey.last_own_at + self._idle

    def open(self, checkout: Checkout, journey: Journey, at: Instant, standing: Sequence[Episode]) -> Episode | None:
        assert checkout.changed_by is not None
        assert journey.last_own is not None
        checkout.opened_for = checkout.changed_by[0]
        value, currency = self._value(checkout, journey)
        reason = (
            f"A checkout worth {money(value, currency)}, last seen going on {moment(checkout.changed_at)}, has no order; "
            f"the customer has been quiet for {span(self.idle)} since {moment(journey.last_own_at)}."
        )
        return Episode(
            kind=self.kind,
            key=checkout.key,
            anchor=checkout.changed_by[0],
            journey=journey.id,
            due_at=at,
            severity=KINDS[self.kind].severity,
            action=KINDS[self.kind].action,
            evidence=list(dict.fromkeys([checkout.changed_by, journey.last_own])),
            transitions=[Transition(at, "opened", reason, by_deadline=True)],
            value_minor=value,
            currency=currency,
        )

    def ended_by(self, episode: Episode, journey: Journey, touchpoint: Touchpoint) -> str | None:
        if not touchpoint.own:
            return None
        if touchpoint.type == "order_completed":
            return f"The customer ordered at {moment(touchpoint.at)}."
        return f"The customer came back at {moment(touchpoint.at)} ({touchpoint.type})."

    def _value(self, checkout: Checkout, journey: Journey) -> tuple[int | None, str | None]:
        """Its own value, else that of the cart it is of."""
        if checkout.value_minor is not None:
            return checkout.value_minor, checkout.currency
        for cart in journey.carts.values():
            if checkout.cart in (None, cart.key) and cart.items:
                return cart.value_minor, cart.currency
        return None, None
