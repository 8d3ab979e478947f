"""``form_trouble``: a form of the checkout refuses the same field again and again.

Errors are counted by field, from the last time that the step was completed; an error that names no step is of every step. It ends
when the step is completed, with the order, or by itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from streams.journey.carts import checkout_of, completes, error_place, worth
from streams.journey.detectors.detector import Detector, Found
from streams.journey.entries import Instant, Touchpoint, micros
from streams.journey.state import Episode, Fold, Journey, evidence_of
from streams.journey.words import moment, ordered


@dataclass(frozen=True)
class FormTrouble(Detector):
    kind: ClassVar[str] = "form_trouble"
    opened_by: ClassVar[frozenset[str]] = frozenset(["form_error_shown"])

    errors: int = 3
    """So many on one field (SPEC, section 3)."""
    expires: timedelta = timedelta(days=1)
    """By then the customer has managed or is gone."""

    def on_event(self, touchpoint: Touchpoint, journey: Journey, fold: Fold) -> Iterable[Found]:
        checkout = checkout_of(journey, touchpoint)
        place = error_place(touchpoint)
        if checkout is None or (count := checkout.errors.get(place)) != self.errors:
            yield "it is of no open checkout" if checkout is None else f"it is error {count} on this field, not {self.errors}"
            return
        reason = f"The field {touchpoint.facts.get('field')!r} was refused {self.errors} times, last at {moment(touchpoint.at)}."
        evidence = [evidence_of(touchpoint)]
        value = worth(checkout, journey)
        yield self.episode(checkout.key, touchpoint.event_id, journey, touchpoint.at, reason, evidence, worth=value, detail=place)

    def ended_by(self, episode: Episode, journey: Journey, touchpoint: Touchpoint) -> str | None:
        checkout = journey.checkouts.get(episode.key)
        if checkout is None:
            return None
        if checkout.ordered:
            return ordered(touchpoint.at)
        done = completes(touchpoint, episode.detail) and checkout_of(journey, touchpoint) is checkout
        return f"The step was completed at {moment(touchpoint.at)}." if done else None

    def expires_at(self, episode: Episode, journey: Journey) -> Instant | None:
        return episode.opened_at + micros(self.expires)
