"""``bad_score``: a customer says that they are unhappy.

NPS: a detractor, 6 or less of 10. CSAT and reviews: the bottom two of five. CES: the hardest two of seven, where a low score is
hard (CES 2.0). Other scales in proportion. It is about the order, else the ticket, else the session in which it was given, and
nothing ends it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from streams.journey.detectors.detector import Detector, Found
from streams.journey.entries import Touchpoint
from streams.journey.state import Fold, Journey, evidence_of
from streams.journey.words import moment

_BAD = {"nps": (6, 10), "csat": (2, 5), "review": (2, 5), "ces": (2, 7)}
"""By survey: a score of so many or less is bad, on a scale to so many."""


@dataclass(frozen=True)
class BadScore(Detector):
    kind: ClassVar[str] = "bad_score"
    opened_by: ClassVar[frozenset[str]] = frozenset(["survey_answered", "review_posted"])

    def on_event(self, touchpoint: Touchpoint, journey: Journey, fold: Fold) -> Iterable[Found]:
        facts, refs = touchpoint.facts, touchpoint.refs
        survey = str(facts.get("survey", "review"))
        most, of = _BAD[survey]
        score, scale = facts["score"], facts.get("scale_max", of)
        assert isinstance(score, int | float)
        assert isinstance(scale, int | float)
        if score * of > most * scale:
            yield f"{score:g} of {scale:g} is no bad score"
            return
        about = next((f"{kind}:{refs[kind]}" for kind in ("order", "ticket") if kind in refs), None)
        assert journey.session is not None
        reason = f"{'A review' if survey == 'review' else survey.upper()}: {score:g} of {scale:g}, at {moment(touchpoint.at)}."
        key = about or journey.session.key
        yield self.episode(key, touchpoint.event_id, journey, touchpoint.at, reason, [evidence_of(touchpoint)])
