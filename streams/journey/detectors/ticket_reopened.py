"""``ticket_reopened``: a ticket that was held to be solved is not. It ends when the ticket is solved again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from streams.journey.detectors.detector import Detector, Found
from streams.journey.entries import Touchpoint
from streams.journey.state import Episode, Fold, Journey, evidence_of
from streams.journey.words import STANDS, moment


@dataclass(frozen=True)
class TicketReopened(Detector):
    kind: ClassVar[str] = "ticket_reopened"
    opened_by: ClassVar[frozenset[str]] = frozenset(["ticket_reopened"])

    def on_event(self, touchpoint: Touchpoint, journey: Journey, fold: Fold) -> Iterable[Found]:
        key = f"ticket:{touchpoint.refs['ticket']}"
        if self.stands(key, fold.episodes):
            yield STANDS
        else:
            reason = f"The customer took the ticket up again at {moment(touchpoint.at)}."
            yield self.episode(key, touchpoint.event_id, journey, touchpoint.at, reason, [evidence_of(touchpoint)])

    def ended_by(self, episode: Episode, journey: Journey, touchpoint: Touchpoint) -> str | None:
        mine = touchpoint.type == "ticket_solved" and episode.key == f"ticket:{touchpoint.refs.get('ticket')}"
        return f"The ticket was solved at {moment(touchpoint.at)}." if mine else None
