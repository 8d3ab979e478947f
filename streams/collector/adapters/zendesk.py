"""Zendesk's event webhooks about tickets: ``{type, id, time, subject, detail, event}``, one change each.

https://developer.zendesk.com/api-reference/webhooks/event-types/ticket-events. What a trigger sends has whatever form its author
gave it, and is not read here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from streams.collector.adapters.adapted import Adapted, Adapter, Made, Received
from streams.collector.adapters.helpdesk import DESK, HUMAN, PERSONAL, WRITTEN, channel_of, of_ticket, person
from streams.collector.adapters.making import finished, left_out, unless_nothing
from streams.collector.adapters.reading import Reading
from streams.collector.adapters.tracking import when

PREFIX = "zen:event-type:ticket."
SETTLED = ("SOLVED", "CLOSED")
NOBODY = ("", "0", "None")
SCORES = {"GOOD": 5, "BAD": 1}
_OF_A_MESSAGE = {"account_id": DESK, "zendesk_event_version": DESK, "subject": "the ticket's id says it", "event.meta": DESK}
_OF_A_TICKET = {
    "subject": WRITTEN,
    "description": WRITTEN,
    "actor_id": "who did it is told by what was done",
    "assignee_id": DESK,
    "brand_id": DESK,
    "custom_status": DESK,
    "form_id": DESK,
    "group_id": DESK,
    "is_public": DESK,
    "organization_id": DESK,
    "status": "its changes are told one by one",
    "updated_at": "the event's own time is there",
}


class Told(NamedTuple):
    """What became of a message: our type, and its properties."""

    kind: str
    properties: dict[str, Any]


def adapt(message: Any, received: Received) -> Adapted:
    whole = Reading(message)
    return finished(whole, unless_nothing(whole, _made(whole, received)))


def _made(whole: Reading, received: Received) -> Iterator[Made]:
    name = whole.peek("type")
    read = _EVENTS.get(name.removeprefix(PREFIX)) if isinstance(name, str) and name.startswith(PREFIX) else None
    ticket, event, at = whole.part("detail"), whole.part("event"), when(whole, "time")
    told = read(ticket, event) if read is not None else None
    if told is None or at is None:
        return
    left_out(whole, _OF_A_MESSAGE | {"type": "what was made of it says it"})
    properties = told.properties
    if told.kind != "ticket_opened":
        left_out(ticket, dict.fromkeys(("type", "priority", "created_at", "submitter_id"), "told when it was opened"))
    left_out(ticket, _OF_A_TICKET)
    names = {
        "channel": channel_of(ticket.text("via.channel")),
        "anonymous_id": person("zendesk", ticket.text("requester_id")),
        "ticket_id": ticket.text("id"),
    }
    yield of_ticket("zendesk", told.kind, at, whole, received, names, key=whole.text("id"), properties=properties)


def _created(ticket: Reading, event: Reading) -> Told:
    if ticket.peek("submitter_id") != ticket.peek("requester_id"):
        ticket.guess("submitter_id", "somebody opened it for the customer, as the customer wished")
    left_out(ticket, {"submitter_id": DESK, "created_at": "the event's own time is there"})
    return Told("ticket_opened", {"topic": ticket.text("type"), "priority": (ticket.text("priority") or "").lower() or None})


def _commented(ticket: Reading, event: Reading) -> Told | None:
    """A public comment, of the customer or of the shop. A private one is no reply."""
    if event.peek("comment.is_public") is not True:
        event.leave_out("comment", "a private comment is no reply")
        return None
    comment = event.part("comment")
    staff, author = comment.get("author.is_staff") is True, str(comment.peek("author.id"))
    reasons = {"id": DESK, "body": WRITTEN, "is_public": "a private one is no event", "author.name": PERSONAL}
    left_out(comment, reasons | {"author.is_staff": "the kind of event says it", "author.id": DESK, "attachments": WRITTEN})
    if not staff:
        return Told("customer_replied", {})
    bot = author == "-1"
    if not bot:
        comment.guess("author", HUMAN)
    return Told("agent_replied", {"by": "bot" if bot else "human"})


def _status(ticket: Reading, event: Reading) -> Told | None:
    before, now = (str(event.peek(name)).upper() for name in ("previous", "current"))
    left_out(event, dict.fromkeys(("previous", "current"), "the kind of event says it"))
    if now in SETTLED and before not in SETTLED:
        return Told("ticket_solved", {})
    return Told("ticket_reopened", {}) if before in SETTLED and now not in SETTLED else None


def _assigned(ticket: Reading, event: Reading) -> Told | None:
    """From one to another. The first to have it was not handed it by anybody."""
    if str(event.peek("previous") or "") in NOBODY or str(event.peek("current") or "") in NOBODY:
        return None
    left_out(event, {"previous": "who had it before"})
    return Told("ticket_handed_over", {"to": event.text("current")})


def _rated(ticket: Reading, event: Reading) -> Told | None:
    """``GOOD`` and ``BAD`` of the older survey, numbers from one to five of the newer one."""
    rating = event.part("satisfaction_score") if event.peek("satisfaction_score") else event.part("csat")
    word = rating.text("score") or rating.text("rating")
    score = SCORES.get((word or "").upper())
    if score is not None:
        rating.guess("score", "good is the best of five, bad the worst")
    elif word is not None and word.isascii() and word.isdigit() and 0 < int(word[:3]) <= 5:
        score = int(word)
    if score is None:
        return None
    return Told("survey_answered", {"survey": "csat", "score": score, "scale_max": 5, "comment": rating.text("comment")})


_EVENTS: dict[str, Callable[[Reading, Reading], Told | None]] = {
    "created": _created,
    "comment_added": _commented,
    "status_changed": _status,
    "agent_assignment_changed": _assigned,
    "group_assignment_changed": _assigned,
    "csat_received": _rated,
}


def recognise(message: Any, headers: Mapping[str, str]) -> int:
    name = Reading(message).peek("type")
    ours = isinstance(name, str) and name.startswith("zen:event-type:")
    return 3 if ours or "x-zendesk-webhook-signature" in headers else 0


ZENDESK = Adapter(
    name="zendesk",
    words="Zendesk's event webhooks about tickets: opened, answered, handed over, solved, reopened, rated.",
    adapt=adapt,
    recognise=recognise,
    mapping=(
        ("`ticket.created`", "`ticket_opened`", "`topic` is the ticket's type"),
        (
            "`ticket.comment_added`, public",
            "`agent_replied`, `customer_replied`",
            "by `author.is_staff`; a private one is no event",
        ),
        ("the comment's author", "`by`", "guessed to be `human`; the author `-1` is a bot"),
        ("`ticket.status_changed`", "`ticket_solved`, `ticket_reopened`", "into or out of `SOLVED` and `CLOSED`, else no event"),
        ("`ticket.agent_assignment_changed`, `.group_…`", "`ticket_handed_over`", "from one to another; the first is no event"),
        ("`ticket.csat_received`", "`survey_answered`", "`GOOD` is guessed to be 5 of 5, `BAD` 1"),
        ("`id`", "`event_id`", "Zendesk's own: a retry is the same event"),
        ("`detail.requester_id`", "`anonymous_id`", "`zendesk:` and the number: it is no shop's customer"),
        ("subject, description, comments, names", "–", "left out: what people wrote stays with the help desk"),
    ),
)
