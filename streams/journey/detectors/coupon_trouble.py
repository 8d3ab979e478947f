"""``coupon_trouble``: a coupon was denied, and its session ended without an order.

It is due when the session is over, and ends with the customer's next order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from streams.journey.detectors.detector import Detector, Due, Watched
from streams.journey.entries import Instant, Touchpoint
from streams.journey.state import Episode, Journey, Session
from streams.journey.words import moment, ordered


@dataclass(frozen=True)
class CouponTrouble(Detector):
    kind: ClassVar[str] = "coupon_trouble"
    watches: ClassVar[Watched | None] = "sessions"

    def due(self, session: Session, journey: Journey) -> Due:
        if session.denied is None:
            return "no coupon was denied in this session, or an order followed"
        return "told once for this session" if self.kind in session.told else session.ends_at

    def on_deadline(self, session: Session, journey: Journey, at: Instant, standing: Sequence[Episode]) -> Episode | None:
        assert session.denied is not None
        session.told.append(self.kind)
        reason = f"A coupon was denied, and the session ended without an order after {moment(session.ended_at)}."
        return self.episode(session.key, "", journey, at, reason, [session.denied], by_deadline=True)

    def ended_by(self, episode: Episode, journey: Journey, touchpoint: Touchpoint) -> str | None:
        return ordered(touchpoint.at) if touchpoint.type == "order_completed" else None
