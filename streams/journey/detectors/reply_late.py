"""``reply_late``: a customer waits in a ticket for a human's answer.

The clock starts at the first word that nobody has answered: asking again does not start it anew. A bot's reply and a handover
answer nothing. It ends with the answer, or when the ticket is solved.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import ClassVar

from streams.journey.detectors.detector import Detector, Due, Watched
from streams.journey.entries import Instant, Touchpoint, micros
from streams.journey.state import Episode, Journey, Ticket
from streams.journey.words import TOLD, moment, span


@dataclass(frozen=True)
class ReplyLate(Detector):
    kind: ClassVar[str] = "reply_late"
    watches: ClassVar[Watched | None] = "tickets"

    within: timedelta = timedelta(hours=4)
    """From the customer's word to a human's answer (SPEC, section 3)."""

    @cached_property
    def _within(self) -> Instant:
        return micros(self.within)

    def due(self, ticket: Ticket, journey: Journey) -> Due:
        if ticket.waiting_by is None:
            return "nothing waits for an answer"
        if ticket.late_for == ticket.waiting_by[0]:
            return TOLD
        return ticket.waiting_at + self._within

    def on_deadline(self, ticket: Ticket, journey: Journey, at: Instant, standing: Sequence[Episode]) -> Episode | None:
        assert ticket.waiting_by is not None
        ticket.late_for = ticket.waiting_by[0]
        reason = f"The customer wrote at {moment(ticket.waiting_at)}; no human has answered within {span(self.within)}."
        return self.episode(ticket.key, ticket.late_for, journey, at, reason, [ticket.waiting_by], by_deadline=True)

    def ended_by(self, episode: Episode, journey: Journey, touchpoint: Touchpoint) -> str | None:
        ticket = journey.tickets.get(episode.key.removeprefix("ticket:"))
        if ticket is not None and (ticket.waiting_by is None or ticket.waiting_by[0] != episode.anchor):
            how = "solved" if touchpoint.type == "ticket_solved" else "answered"
            return f"The ticket was {how} at {moment(touchpoint.at)}."
        return None
