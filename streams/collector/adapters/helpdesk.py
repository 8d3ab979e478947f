"""What help desks have in common: tickets, who wrote, and where.

What people wrote stays with the help desk: the contract has no place for it, only for a survey's comment. A help desk's own
number for a person is no shop's customer; it stands as ``anonymous_id`` (``zendesk:844…``), so that the tickets of one person are
known to be of one person, and of the shop's customer once anything links the two.
"""

from __future__ import annotations

from typing import Any

from streams.collector.adapters.adapted import Made, Received
from streams.collector.adapters.making import made
from streams.collector.adapters.reading import Reading

WRITTEN = "what people wrote stays with the help desk"
PERSONAL = "personal: not needed to follow a ticket"
DESK = "the help desk's own bookkeeping"
HUMAN = "a person, as nothing says that it is a bot"

CHANNELS = {
    "api": "other",
    "chat": "chat",
    "conversation": "chat",
    "customer_initiated": "chat",
    "email": "email",
    "facebook": "social",
    "feedback_widget": "web",
    "help_center": "web",
    "instagram": "social",
    "instagram_dm": "social",
    "mail": "email",
    "messaging": "chat",
    "mobile": "app",
    "mobile_sdk": "app",
    "native_messaging": "chat",
    "phone": "phone",
    "phone_call": "phone",
    "phone_switch": "phone",
    "portal": "web",
    "push": "app",
    "sms": "sms",
    "twitter": "social",
    "voice": "phone",
    "web": "web",
    "web_form": "web",
    "web_service": "web",
    "web_widget": "web",
    "whatsapp": "social",
}
"""Their words for where a customer wrote, ours; others are ``other``."""


def channel_of(word: str | None) -> str | None:
    return None if word is None else CHANNELS.get(word.lower().replace(" ", "_"), "other")


def person(sender: str, number: str | None) -> str | None:
    """A help desk's own number for a person."""
    return f"{sender}:{number}" if number else None


def of_ticket(
    sender: str,
    kind: str,
    at: str,
    part: Reading,
    received: Received,
    names: dict[str, Any],
    *,
    key: str | None = None,
    properties: dict[str, Any] | None = None,
) -> Made:
    """An event of a ticket's, with who and where in ``names``."""
    known = {name: value for name, value in (properties or {}).items() if value is not None}
    return made(sender, {"type": kind, "occurred_at": at, **names, "properties": known}, part.at, received, key)
