"""``browse_abandoned``: somebody looked at products, put nothing into a cart and went quiet.

It is of a session: at least one product viewed, none added, nothing ordered, no cart with something in it. Where the same silence
is an abandoned cart's or checkout's, that signal stands in its place. Nothing ends it: it has happened.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import ClassVar

from streams.journey.detectors.detector import Detector, Due, Watched
from streams.journey.entries import Instant, micros
from streams.journey.state import Episode, Journey, Session
from streams.journey.words import moment, span

_EXPLAINS = ("cart_abandoned", "checkout_abandoned")


@dataclass(frozen=True)
class BrowseAbandoned(Detector):
    kind: ClassVar[str] = "browse_abandoned"
    watches: ClassVar[Watched | None] = "sessions"

    idle: timedelta = timedelta(minutes=30)
    """Quiet for longer than this (a visit's end, as Sailthru and Simla count it)."""

    @cached_property
    def _idle(self) -> Instant:
        return micros(self.idle)

    def due(self, session: Session, journey: Journey) -> Due:
        if not session.products_viewed:
            return "no product was viewed in this session"
        if session.products_added or session.orders:
            return "something was put into the cart or ordered in this session"
        if any(cart.items for cart in journey.carts.values()):
            return "a cart has something in it, and stands for itself"
        if self.kind in session.told:
            return "told once for this session"
        if session.passed_over == journey.last_own_at:
            return "the silence is an abandoned cart's or checkout's"
        return journey.last_own_at + self._idle

    def on_deadline(self, session: Session, journey: Journey, at: Instant, standing: Sequence[Episode]) -> Episode | None:
        assert journey.last_own is not None
        if any(episode.open and episode.kind in _EXPLAINS for episode in standing):
            session.passed_over = journey.last_own_at
            return None
        session.told.append(self.kind)
        reason = (
            f"{session.products_viewed} product view(s), nothing put into a cart; quiet for {span(self.idle)} "
            f"since {moment(journey.last_own_at)}."
        )
        return self.episode(session.key, "", journey, at, reason, [journey.last_own], by_deadline=True)
