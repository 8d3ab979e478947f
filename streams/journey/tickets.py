"""Tickets of a journey: whether they are open, and since when the customer waits for an answer in them."""

from __future__ import annotations

from streams.journey.entries import Touchpoint
from streams.journey.state import Journey, Ticket, evidence_of

ASKED = frozenset(["ticket_opened", "customer_replied", "ticket_reopened"])
"""The customer's words, which want an answer."""
TYPES = ASKED | {"ticket_solved", "agent_replied"}


def apply(journey: Journey, touchpoint: Touchpoint) -> Ticket | None:
    """The ticket that the touchpoint has changed."""
    kind, name = touchpoint.type, touchpoint.refs.get("ticket")
    by_person = kind == "agent_replied" and touchpoint.facts.get("by") == "human"
    journey.replies += by_person
    if name is None or (kind == "agent_replied" and name not in journey.tickets):
        return None
    ticket = journey.tickets.get(name)
    if ticket is None:
        ticket = journey.tickets[name] = Ticket(f"ticket:{name}")
    if ticket.journey != journey.number and kind != "agent_replied":
        ticket.journey = journey.number
        journey.ticket_count += 1
    ticket.touched_at = touchpoint.at
    if kind in ASKED:
        _asked(ticket, touchpoint)
    elif by_person or kind == "ticket_solved":
        ticket.waiting_by = None
    if kind in ("ticket_opened", "ticket_reopened", "ticket_solved"):
        ticket.open = kind != "ticket_solved"
    return ticket


def _asked(ticket: Ticket, touchpoint: Touchpoint) -> None:
    if ticket.waiting_by is None:
        ticket.waiting_by, ticket.waiting_at = evidence_of(touchpoint), touchpoint.at
    if touchpoint.type == "ticket_opened" and ticket.opened_at is None:
        ticket.opened_at, ticket.opened_by = touchpoint.at, evidence_of(touchpoint)
        ticket.order = touchpoint.refs.get("order")
