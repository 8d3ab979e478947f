"""``page_frustration``: a page gets in the way.

A frustrated click (rage, dead, error), several errors shown in one session, or the same page again and again within seconds,
which is somebody reloading (Conviva's page loop). Once a session, and it ends with the session.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from streams.journey.detectors.detector import Detector, Found
from streams.journey.entries import Instant, Touchpoint, micros
from streams.journey.sessions import PAGES_FOR
from streams.journey.state import Episode, Fold, Journey, Session, evidence_of
from streams.journey.words import moment, span


@dataclass(frozen=True)
class PageFrustration(Detector):
    kind: ClassVar[str] = "page_frustration"
    opened_by: ClassVar[frozenset[str]] = frozenset(["click_frustrated", "error_shown", "page_viewed"])

    errors: int = 3
    """So many shown in one session (SPEC, section 3)."""
    loop_views: int = 3
    """So many views of one page (Conviva: 3 in 15 s)."""
    loop_within: timedelta = timedelta(seconds=15)
    """From the first of them to the last; at most a minute."""

    def __post_init__(self) -> None:
        if micros(self.loop_within) > PAGES_FOR:
            raise ValueError(f"loop_within is at most {span(PAGES_FOR)}: a session remembers page views no longer")

    def on_event(self, touchpoint: Touchpoint, journey: Journey, fold: Fold) -> Iterable[Found]:
        session = journey.session
        if session is None or self.kind in session.told:
            yield "told once for this session"
            return
        what = self._what(session, touchpoint)
        if what is None:
            yield "too few errors so far, and no page opened again and again"
            return
        session.told.append(self.kind)
        reason = f"{what}, at {moment(touchpoint.at)}."
        yield self.episode(session.key, "", journey, touchpoint.at, reason, [evidence_of(touchpoint)])

    def _what(self, session: Session, touchpoint: Touchpoint) -> str | None:
        if touchpoint.type == "click_frustrated":
            return "A click did not do what the customer hoped"
        if touchpoint.type == "error_shown":
            return f"{session.errors} errors were shown in this session" if session.errors >= self.errors else None
        page, since = touchpoint.facts.get("page"), touchpoint.at - micros(self.loop_within)
        views = [at for at, seen in session.pages if seen == page and at >= since]
        if page is None or len(views) < self.loop_views:
            return None
        return f"The same page was opened {len(views)} times within {span(self.loop_within)}"

    def expires_at(self, episode: Episode, journey: Journey) -> Instant | None:
        session = journey.session
        return session.ends_at if session is not None and session.key == episode.key else None
