"""``repeat_contact``: the customer has to ask again.

A second ticket about one order, or a third within some days. Each such ticket is one episode, which is no longer news after a
while.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from streams.journey.detectors.detector import Detector, Found
from streams.journey.entries import Instant, Touchpoint, micros
from streams.journey.state import Episode, Fold, Journey, Ticket, evidence_of
from streams.journey.words import moment, span


@dataclass(frozen=True)
class RepeatContact(Detector):
    kind: ClassVar[str] = "repeat_contact"
    opened_by: ClassVar[frozenset[str]] = frozenset(["ticket_opened"])

    contacts: int = 3
    """So many tickets within ``window``, whatever they are about (SPEC, section 3)."""
    window: timedelta = timedelta(days=7)
    """From the first of them to the last (the field's window of first contact resolution)."""
    expires: timedelta = timedelta(days=7)
    """Then it is no longer news (SPEC, section 3)."""

    def on_event(self, touchpoint: Touchpoint, journey: Journey, fold: Fold) -> Iterable[Found]:
        ticket = journey.tickets[touchpoint.refs["ticket"]]
        if ticket.opened_by != evidence_of(touchpoint):
            yield "this ticket was opened before"
            return
        opened = [other for other in journey.tickets.values() if other.opened_at is not None and other is not ticket]
        same = [other for other in opened if ticket.order is not None and other.order == ticket.order]
        recent = [other for other in opened if (other.opened_at or 0) >= touchpoint.at - micros(self.window)]
        if same:
            yield self._again(ticket, same, f"ticket number {len(same) + 1} about order {ticket.order}", journey, touchpoint)
        elif len(recent) + 1 >= self.contacts:
            yield self._again(ticket, recent, f"{len(recent) + 1} tickets in {span(self.window)}", journey, touchpoint)
        else:
            yield f"it is ticket {len(recent) + 1} in {span(self.window)}, not {self.contacts}, and the first about its order"

    def _again(self, ticket: Ticket, before: list[Ticket], what: str, journey: Journey, touchpoint: Touchpoint) -> Episode:
        reason = f"The customer has to ask again: {what}, at {moment(touchpoint.at)}."
        evidence = [other.opened_by for other in before if other.opened_by is not None]
        return self.episode(ticket.key, "", journey, touchpoint.at, reason, [*evidence, evidence_of(touchpoint)])

    def expires_at(self, episode: Episode, journey: Journey) -> Instant | None:
        return episode.opened_at + micros(self.expires)
