"""``search_dead_end``: searches find nothing, and no product is looked at in between.

Counted within a session; a search that does not say how many it found counts as neither. It ends with the session.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from streams.journey.detectors.detector import Detector, Found
from streams.journey.entries import Instant, Touchpoint
from streams.journey.state import Episode, Fold, Journey, evidence_of
from streams.journey.words import moment


@dataclass(frozen=True)
class SearchDeadEnd(Detector):
    kind: ClassVar[str] = "search_dead_end"
    opened_by: ClassVar[frozenset[str]] = frozenset(["products_searched"])

    searches: int = 2
    """So many without results, with no product viewed between them (SPEC, section 3)."""

    def on_event(self, touchpoint: Touchpoint, journey: Journey, fold: Fold) -> Iterable[Found]:
        session = journey.session
        if session is None or self.kind in session.told:
            yield "told once for this session"
            return
        if session.dead_searches < self.searches:
            yield f"so far {session.dead_searches} searches found nothing, not {self.searches}"
            return
        session.told.append(self.kind)
        reason = f"{session.dead_searches} searches found nothing, the last at {moment(touchpoint.at)}."
        yield self.episode(session.key, "", journey, touchpoint.at, reason, [evidence_of(touchpoint)])

    def expires_at(self, episode: Episode, journey: Journey) -> Instant | None:
        session = journey.session
        return session.ends_at if session is not None and session.key == episode.key else None
