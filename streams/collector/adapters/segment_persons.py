"""Whose a message of Segment's is: ``userId``, ``anonymousId``, and the e-mail or phone that its context knows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from streams.collector.adapters.adapted import Loss, Message
from streams.collector.adapters.translating import NOTHING, text_of

_EXTERNAL = {"user_id": "customer_id", "anonymous_id": "anonymous_id", "email": "email", "phone": "phone"}
"""Types of ``externalIds`` that are identifiers of ours."""


def identify(message: Message, context: Mapping[str, Any], at: str, where: str, event: dict[str, Any], lost: list[Loss]) -> None:
    """Puts the identifiers into the event; ``where`` is the context's path."""
    user = _text(message, "userId", at, lost)
    if user is not None:
        put_customer(event, user, f"{at}userId", lost)
    anonymous = _text(message, "anonymousId", at, lost)
    if anonymous is not None:
        event["anonymous_id"] = anonymous
    if "sessionId" in context:
        _session(context["sessionId"], f"{where}.sessionId", event, lost)
    if context.get("traits"):
        _traits(context["traits"], f"{where}.traits", event, lost)
    if context.get("externalIds"):
        _external(context["externalIds"], f"{where}.externalIds", event, lost)


def put_customer(event: dict[str, Any], user: str, at: str, lost: list[Loss]) -> None:
    """Who is logged in; an e-mail address is one, whatever it is called."""
    if "@" in user:
        event["email"] = user
        lost.append(Loss(at, "guessed", "an e-mail address: taken as the e-mail, because those are never kept in clear"))
    else:
        event["customer_id"] = user


def _text(message: Message, name: str, at: str, lost: list[Loss]) -> str | None:
    sent = message.get(name)
    text = text_of(sent)
    if text is None and sent is not None and sent != "":
        lost.append(Loss(f"{at}{name}", "unmapped", "is no text"))
    return text


def _session(sent: Any, at: str, event: dict[str, Any], lost: list[Loss]) -> None:
    """RudderStack's."""
    session = text_of(sent)
    if session is not None:
        event["session_id"] = session
    elif sent not in NOTHING:
        lost.append(Loss(at, "unmapped", "is no text"))


def _traits(sent: Any, at: str, event: dict[str, Any], lost: list[Loss]) -> None:
    """E-mail and phone; what else a customer is, an identify says."""
    traits = sent if isinstance(sent, dict) else {}
    taken = {name for name in ("email", "phone") if _take(event, name, traits.get(name))}
    if not isinstance(sent, dict):
        lost.append(Loss(at, "unmapped", "is no object"))
    lost += [
        Loss(f"{at}.{name}", "left out", "what a customer is, identify says")
        for name, value in traits.items()
        if name not in taken and value not in NOTHING
    ]


def _external(sent: Any, at: str, event: dict[str, Any], lost: list[Loss]) -> None:
    for place, one in enumerate(sent if isinstance(sent, list) else [sent]):
        path = f"{at}[{place}]" if isinstance(sent, list) else at
        known = one if isinstance(one, dict) else {}
        kind = known.get("type")
        ours = _EXTERNAL.get(kind) if isinstance(kind, str) and known.get("collection", "users") == "users" else None
        if ours is None or not _take(event, ours, known.get("id")):
            lost.append(Loss(path, "unmapped", "no identifier of ours, or the message names one already"))
            continue
        rest = [name for name in known if name not in ("id", "type") and known[name] not in NOTHING]
        lost += [Loss(f"{path}.{name}", "left out", "of an external id its type and value are kept") for name in rest]


def _take(event: dict[str, Any], name: str, sent: Any) -> bool:
    """Whether this is what the event names now."""
    value = text_of(sent)
    return value is not None and event.setdefault(name, value) == value
