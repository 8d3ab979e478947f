"""Freshdesk: webhooks of its automations (``freshdesk_webhook``), and tickets, conversations and ratings as its API gives them.

https://support.freshdesk.com/support/solutions/articles/132589-using-webhooks-in-automation-rules and
https://developers.freshdesk.com/api (v2); v1 for ``helpdesk_ticket`` and ``note``. A webhook says not when: the time of its
arrival is taken, and what it says with that time names the event.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from schemas.signals import text_of
from streams.collector.adapters.adapted import Adapted, Adapter, Made, Received
from streams.collector.adapters.helpdesk import DESK, HUMAN, PERSONAL, WRITTEN, channel_of, of_ticket, person
from streams.collector.adapters.making import email_of, finished, left_out, phone_of, unless_nothing
from streams.collector.adapters.reading import Reading
from streams.collector.adapters.tracking import when

SOURCES = {
    "1": "email",
    "2": "portal",
    "3": "phone",
    "5": "twitter",
    "6": "facebook",
    "7": "chat",
    "8": "mobile",
    "9": "feedback_widget",
    "10": "email",
    "11": "web",
    "12": "chat",
    "13": "whatsapp",
}
OUTBOUND = "10"
PRIORITIES = {"1": "low", "2": "medium", "3": "high", "4": "urgent"}
SETTLED = ("4", "5", "resolved", "closed")
RATINGS = {str(number): place for place, number in enumerate((-103, -102, -101, 100, 101, 102, 103))}
"""Extremely unhappy to extremely happy."""
_CHANGE = re.compile(r"([a-z_]+):(?:\{from:([^,{}]*),to:([^{}]*)\}|([^,{}]*))", re.ASCII)
"""What set a webhook off, as in ``{ticket_action:created}`` or ``{status:{from:2,to:4}}``."""
_OF_A_TICKET = {
    "subject": WRITTEN,
    "description": WRITTEN,
    "description_text": WRITTEN,
    "description_html": WRITTEN,
    "attachments": WRITTEN,
    "cc_email": PERSONAL,
    "cc_emails": PERSONAL,
    "fwd_emails": PERSONAL,
    "reply_cc_emails": PERSONAL,
    "requester": PERSONAL,
    "requester_name": PERSONAL,
    "responder_name": PERSONAL,
    "responder_id": DESK,
    "priority_name": "the priority's number says it",
    "source_name": "the source's number says it",
    "status": "its changes are told one by one",
    "status_name": "its changes are told one by one",
    "updated_at": "each event has a time of its own",
    "stats.agent_responded_at": "the conversation's own messages say it",
    "stats.requester_responded_at": "the conversation's own messages say it",
    "stats.first_responded_at": "the conversation's own messages say it",
    "stats.status_updated_at": "when it was solved or reopened says it",
    "stats.closed_at": "when it was solved says it",
}
_OF_A_MESSAGE = {
    "body": WRITTEN,
    "body_text": WRITTEN,
    "body_html": WRITTEN,
    "attachments": WRITTEN,
    "source": DESK,
    "deleted": DESK,
    "updated_at": "the message's own time is there",
    "to_emails": PERSONAL,
    "cc_emails": PERSONAL,
    "bcc_emails": PERSONAL,
    "from_email": PERSONAL,
    "support_email": "the shop's own",
}
_OF_A_WEBHOOK = {
    "ticket_subject": WRITTEN,
    "ticket_description": WRITTEN,
    "ticket_latest_public_comment": WRITTEN,
    "ticket_latest_private_comment": WRITTEN,
    "ticket_public_comments": WRITTEN,
    "ticket_contact_name": PERSONAL,
    "ticket_requester_name": PERSONAL,
    "ticket_agent_name": PERSONAL,
    "ticket_agent_email": PERSONAL,
    "ticket_cc_emails": PERSONAL,
}


def adapt(message: Any, received: Received) -> Adapted:
    whole = Reading(message)
    parts = whole.parts("") if isinstance(message, list) else [whole]
    return finished(whole, (one for part in parts for one in unless_nothing(part, _made(part, received))))


def _made(part: Reading, received: Received) -> Iterator[Made]:
    if isinstance(part.peek("freshdesk_webhook"), dict):
        yield from _webhook(part.part("freshdesk_webhook"), received)
    elif isinstance(part.peek("helpdesk_ticket"), dict):
        yield from _ticket(part.part("helpdesk_ticket"), received)
    elif isinstance(part.peek("ratings"), dict):
        yield from _rating(part, received)
    elif "incoming" in (part.value if isinstance(part.value, dict) else ()):
        yield from _message(part, part.text("ticket_id"), received)
    elif part.peek("requester_id") is not None:
        yield from _ticket(part, received)


def _ticket(ticket: Reading, received: Received) -> Iterator[Made]:
    """Opened, and where the statistics say so solved and reopened; then what was written to it."""
    if ticket.get("spam") is True or ticket.get("deleted") is True:
        return
    shown = "display_id" if ticket.peek("display_id") is not None else "id"
    source, number = ticket.text("source"), ticket.text(shown)
    names = {
        "channel": channel_of(SOURCES.get(source or "")),
        "email": email_of(ticket, "requester.email"),
        "phone": phone_of(ticket, "requester.mobile") or phone_of(ticket, "requester.phone"),
        "anonymous_id": person("freshdesk", ticket.text("requester_id")),
        "ticket_id": number,
    }
    left_out(ticket, _OF_A_TICKET | {"spam": "no spam", "deleted": "not deleted", "source": "the channel says it"})
    own = [*_opened(ticket, names, outbound=source == OUTBOUND, received=received), *_settled(ticket, names, received)]
    yield from own
    if not own:
        left_out(ticket, dict.fromkeys(("requester_id", "requester"), "only what was written to it is told"))
    for note in ticket.parts("notes"):
        yield from unless_nothing(note, _message(note.part("note"), number, received))
    for message in ticket.parts("conversations"):
        yield from unless_nothing(message, _message(message, number, received))


def _opened(ticket: Reading, names: dict[str, Any], *, outbound: bool, received: Received) -> Iterator[Made]:
    """By the customer. A ticket that the shop began by writing is no call for help."""
    topic = "type" if ticket.peek("type") else "ticket_type"
    at = when(ticket, "created_at")
    if outbound or at is None:
        left_out(ticket, dict.fromkeys(("created_at", topic, "priority"), "the customer did not open it, or nobody says when"))
        return
    left_out(ticket, {"priority": "no priority of ours"} if str(ticket.peek("priority")) not in PRIORITIES else {})
    properties = {"topic": ticket.text(topic), "priority": PRIORITIES.get(ticket.text("priority") or "")}
    yield of_ticket("freshdesk", "ticket_opened", at, ticket, received, names, properties=properties)


def _settled(ticket: Reading, names: dict[str, Any], received: Received) -> Iterator[Made]:
    for path, kind in (("stats.resolved_at", "ticket_solved"), ("stats.reopened_at", "ticket_reopened")):
        at = when(ticket, path)
        if at is not None:
            yield of_ticket("freshdesk", kind, at, ticket, received, names)


def _message(message: Reading, ticket: str | None, received: Received) -> Iterator[Made]:
    """Of the customer or of the shop. A private note is no reply."""
    if message.get("private") is True:
        message.leave_out("", "a private note is no reply")
        return
    at = when(message, "created_at")
    if at is None:
        return
    incoming = message.get("incoming") is True
    left_out(message, _OF_A_MESSAGE | {"incoming": "the kind of event says it", "private": "a private one is no event"})
    names, number = {"ticket_id": ticket}, message.text("id")
    key = f"{ticket}/{number}" if ticket and number else None
    if incoming:
        names["anonymous_id"] = person("freshdesk", message.text("user_id"))
        yield of_ticket("freshdesk", "customer_replied", at, message, received, names, key=key)
        return
    message.guess("user_id", HUMAN)
    left_out(message, {"user_id": DESK})
    yield of_ticket("freshdesk", "agent_replied", at, message, received, names, key=key, properties={"by": "human"})


def _rating(part: Reading, received: Received) -> Iterator[Made]:
    """The main question of a satisfaction survey, on seven steps."""
    answer, at = part.text("ratings.default_question"), when(part, "created_at")
    score = RATINGS.get(answer or "")
    if score is None or at is None:
        return
    left_out(part, {"agent_id": DESK, "group_id": DESK, "survey_id": DESK, "updated_at": "the answer's own time is there"})
    names = {"ticket_id": part.text("ticket_id"), "anonymous_id": person("freshdesk", part.text("user_id"))}
    properties = {"survey": "csat", "score": score, "scale_max": 6, "comment": part.text("feedback")}
    yield of_ticket("freshdesk", "survey_answered", at, part, received, names, properties=properties)


def _webhook(told: Reading, received: Received) -> Iterator[Made]:
    names = {
        "channel": channel_of(told.text("ticket_source")),
        "email": email_of(told, "ticket_contact_email"),
        "phone": phone_of(told, "ticket_contact_phone"),
        "ticket_id": told.text("ticket_id"),
    }
    opened = {"topic": told.text("ticket_type"), "priority": (told.text("ticket_priority") or "").lower() or None}
    kinds = list(_kinds(told))
    for kind, to in kinds:
        properties = (
            opened if kind == "ticket_opened" else {"to": to} if to else {"by": "human"} if kind == "agent_replied" else {}
        )
        yield of_ticket("freshdesk", kind, text_of(received.at), told, received, names, properties=properties)
    if not kinds:
        return
    told.guess("", "it says not when: the time of its arrival is taken")
    left_out(told, _OF_A_WEBHOOK | {"triggered_event": "the kind of event says it"})
    if ("ticket_opened", None) not in kinds:
        left_out(told, dict.fromkeys(("ticket_type", "ticket_priority"), "told when it was opened"))


def _kinds(told: Reading) -> Iterator[tuple[str, str | None]]:
    """What happened, by what set the webhook off; and who has the ticket now, where that is what happened."""
    text = told.text("triggered_event") or ""
    for name, before, now, value in _CHANGE.findall(re.sub(r"[\"\s]", "", text)):
        if (name, value) == ("ticket_action", "created"):
            yield "ticket_opened", None
        elif name == "reply_sent" or (name, value) == ("note_type", "public"):
            told.guess("triggered_event", HUMAN)
            yield "agent_replied", None
        elif name in ("customer_reply", "requester_reply"):
            yield "customer_replied", None
        elif name == "status" and (now.lower() in SETTLED) != (before.lower() in SETTLED):
            yield ("ticket_solved" if now.lower() in SETTLED else "ticket_reopened"), None
        elif name in ("responder_id", "group_id") and before not in ("", "--", "nil") and now not in ("", "--", "nil"):
            yield "ticket_handed_over", now


def recognise(message: Any, headers: Mapping[str, str]) -> int:
    whole = Reading(message)
    if isinstance(whole.peek("freshdesk_webhook"), dict) or isinstance(whole.peek("helpdesk_ticket"), dict):
        return 3
    first = next(iter(whole.parts("")), whole)
    ticket = all(first.peek(name) is not None for name in ("requester_id", "source", "status"))
    note = isinstance(first.peek("incoming"), bool) and first.peek("ticket_id") is not None
    return 2 if ticket or note or first.peek("ratings.default_question") is not None else 0


FRESHDESK = Adapter(
    name="freshdesk",
    words="Freshdesk: webhooks of its automations, and tickets, conversations and ratings as its API gives them.",
    adapt=adapt,
    recognise=recognise,
    mapping=(
        (
            "`triggered_event` of a webhook",
            "`ticket_opened`, `agent_replied`, `customer_replied` …",
            "at the time of arrival: it has none",
        ),
        ("a ticket's `created_at`", "`ticket_opened`", "not of spam, nor of one that the shop opened (source 10)"),
        (
            "a ticket's `stats`",
            "`ticket_solved`, `ticket_reopened`",
            "`resolved_at`, `reopened_at`; times of replies are left out",
        ),
        (
            "conversations, `notes`",
            "`agent_replied`, `customer_replied`",
            "by `incoming`; private notes are no event; `by` is guessed `human`",
        ),
        ("`ratings.default_question`", "`survey_answered`", "csat on seven steps: -103 is 0, 103 is 6"),
        ("`display_id`, else `id`", "`ticket_id`", "version 1 has both; the first is what people see"),
        ("`requester_id`", "`anonymous_id`", "`freshdesk:` and the number: it is no shop's customer"),
        ("subjects, texts, names, who gets copies", "–", "left out: what people wrote stays with the help desk"),
    ),
)
