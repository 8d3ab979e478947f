"""Intercom's webhook notifications about conversations and tickets: ``{topic, id, created_at, data: {item}}``.

https://developers.intercom.com/docs/references/webhooks/webhook-models. In older versions (1.x) the customer is ``user`` and the
first message ``conversation_message``; in newer ones they are ``contacts`` and ``source``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from streams.collector.adapters.adapted import Adapted, Adapter, Made, Received
from streams.collector.adapters.helpdesk import DESK, HUMAN, PERSONAL, WRITTEN, channel_of, of_ticket, person
from streams.collector.adapters.making import email_of, finished, left_out, unless_nothing
from streams.collector.adapters.reading import Reading
from streams.collector.adapters.times import unix_seconds

TOPICS = {
    "conversation.user.created": "ticket_opened",
    "conversation.user.replied": "customer_replied",
    "conversation.admin.replied": "agent_replied",
    "conversation.operator.replied": "agent_replied",
    "conversation.admin.assigned": "ticket_handed_over",
    "conversation.admin.closed": "ticket_solved",
    "conversation.admin.opened": "ticket_reopened",
    "conversation.rating.added": "survey_answered",
    "ticket.created": "ticket_opened",
    "ticket.closed": "ticket_solved",
}
"""By Intercom's topic our type; of the others nothing is ours (``conversation.admin.noted``: a note is no reply)."""
BOTS = ("bot", "operator")
_OF_A_MESSAGE = {
    "type": DESK,
    "app_id": DESK,
    "topic": "the kind of event says it",
    "delivery_status": DESK,
    "delivery_attempts": DESK,
    "delivered_at": DESK,
    "first_sent_at": "when it was first tried",
    "data.type": DESK,
}
_OF_A_CONVERSATION = {
    "type": DESK,
    "updated_at": "the message's own time is there",
    "conversation_message": WRITTEN,
    "source.body": WRITTEN,
    "source.subject": WRITTEN,
    "title": WRITTEN,
    "open": "its changes are told one by one",
    "state": "its changes are told one by one",
    "read": DESK,
    "links": DESK,
}
_OF_A_PART = {
    "type": DESK,
    "id": DESK,
    "part_type": "the topic says it",
    "body": WRITTEN,
    "attachments": WRITTEN,
    "updated_at": "the message's own time is there",
    "notified_at": "the message's own time is there",
    "author.name": PERSONAL,
    "author.email": PERSONAL,
    "author.id": DESK,
}


def adapt(message: Any, received: Received) -> Adapted:
    whole = Reading(message)
    return finished(whole, unless_nothing(whole, _made(whole, received)))


def _made(whole: Reading, received: Received) -> Iterator[Made]:
    topic, item = whole.peek("topic"), whole.part("data.item")
    kind = TOPICS.get(topic) if isinstance(topic, str) else None
    if kind is None or not item.value:
        return
    part = _latest(item)
    at = _at(whole, item, part, kind)
    properties = _properties(kind, item, part)
    if at is None or properties is None:
        return
    left_out(whole, _OF_A_MESSAGE)
    names = {"channel": channel_of(item.text("source.type") or "chat"), **_who(item), "ticket_id": item.text("id")}
    left_out(part, _OF_A_PART)
    left_out(item, _OF_A_CONVERSATION)
    yield of_ticket("intercom", kind, at, item, received, names, key=whole.text("id"), properties=properties)


def _latest(item: Reading) -> Reading:
    """The part that the notification is about; earlier ones have had their own."""
    parts = item.parts("conversation_parts.conversation_parts") or item.parts("ticket_parts.ticket_parts")
    for earlier in parts[:-1]:
        earlier.leave_out("", "an earlier part, told in its own time")
    return parts[-1] if parts else item.part("conversation_parts.none")


def _at(whole: Reading, item: Reading, part: Reading, kind: str) -> str | None:
    """When it was written, or the conversation begun, or else when Intercom told of it."""
    begun = [(item, "conversation_rating.created_at")] if kind == "survey_answered" else [(part, "created_at")]
    if kind == "ticket_opened":
        begun = [(item, "created_at")]
    found: str | None = None
    for place, path in [*begun, (whole, "created_at"), (part, "created_at"), (item, "created_at")]:
        if found is None and (found := unix_seconds(place.peek(path))) is not None:
            place.take(path)
        else:
            left_out(place, {path: "a better time is there"})
    return found


def _who(item: Reading) -> dict[str, str | None]:
    """The shop's own id of the customer, the e-mail address, and Intercom's id."""
    contacts = item.parts("contacts.contacts") or item.parts("contacts")
    contact = contacts[0] if contacts else item.part("user")
    for other in contacts[1:]:
        other.leave_out("", "the first one speaks for all")
    left_out(contact, {"type": DESK, "name": PERSONAL})
    own = contact.text("external_id") or contact.text("user_id")
    email = email_of(contact, "email")
    if email is None and item.peek("source.author.type") in ("user", "lead", "contact"):
        email = email_of(item, "source.author.email")
    left_out(item, {f"source.author.{name}": PERSONAL for name in ("id", "name", "type", *(["email"] if email is None else []))})
    return {"customer_id": own, "email": email, "anonymous_id": person("intercom", contact.text("id"))}


def _properties(kind: str, item: Reading, part: Reading) -> dict[str, Any] | None:
    """``None``: what Intercom told is not what its topic says."""
    author = part.text("author.type")
    rest = dict.fromkeys(("conversation_rating", "assignee"), "told in its own time")
    if kind == "survey_answered":
        rating = item.part("conversation_rating")
        score = rating.get("rating")
        left_out(rating, {name: PERSONAL for name in ("customer", "contact", "teammate")})
        left_out(part, {"author.type": DESK})
        good = isinstance(score, int) and not isinstance(score, bool) and 0 < score <= 5
        return {"survey": "csat", "score": score, "scale_max": 5, "comment": rating.text("remark")} if good else None
    if kind == "ticket_handed_over":
        left_out(item, {"conversation_rating": "told in its own time"})
        whom = part.text("assigned_to.id") or item.text("assignee.id") or item.text("admin_assignee_id")
        left_out(part, {f"assigned_to.{name}": PERSONAL for name in ("type", "name", "email")})
        left_out(part, {"author.type": DESK})
        left_out(item, {f"assignee.{name}": PERSONAL for name in ("type", "name", "email")})
        return {"to": whom}
    left_out(item, rest)
    if kind != "agent_replied":
        left_out(part, {"author.type": "the topic says it"})
        return {}
    bot = author in BOTS or part.get("author.from_ai_agent") is True
    if not bot:
        part.guess("author.type", HUMAN)
    left_out(part, {"author.type": "`by` says it"})
    return {"by": "bot" if bot else "human"}


def recognise(message: Any, headers: Mapping[str, str]) -> int:
    whole = Reading(message)
    topic = whole.peek("topic")
    if whole.peek("type") == "notification_event" and isinstance(topic, str):
        return 3
    return 1 if "x-hub-signature" in headers else 0


INTERCOM = Adapter(
    name="intercom",
    words="Intercom's notifications about conversations and tickets: opened, answered, handed over, closed, reopened, rated.",
    adapt=adapt,
    recognise=recognise,
    mapping=(
        *((f"`{topic}`", f"`{kind}`", "") for topic, kind in TOPICS.items()),
        ("the latest part's author", "`by`", "`bot`, `operator` and Intercom's AI are bots; others are guessed to be human"),
        ("`conversation_rating`", "`survey_answered`", "csat, 1 to 5, with the remark"),
        ("`id`", "`event_id`", "Intercom's own: a retry is the same event"),
        ("`external_id`, `user_id` of the customer", "`customer_id`", "it is the shop's own id"),
        ("messages, names", "–", "left out: what people wrote stays with the help desk"),
    ),
)
