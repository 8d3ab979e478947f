"""What a request of GA4's says of all its events: who, with which consent, on what device."""

from __future__ import annotations

from typing import Any, NamedTuple

from streams.collector.adapters.adapted import Loss, Received
from streams.collector.adapters.segment_context import context_of
from streams.collector.adapters.segment_persons import put_customer
from streams.collector.adapters.translating import NOTHING, text_of

_READ = frozenset({"events", "event", "ecommerce", "client_id", "app_instance_id", "user_id", "timestamp_micros", "consent"})
_LEFT_OUT = {
    "user_properties": "what a customer is: not of this event",
    "user_data": "hashed otherwise than ours, so it names nobody here",
    "ip_override": "an address names a person",
    "non_personalized_ads": "consent says it",
    "validation_behavior": "is about the sending",
}


class Sent(NamedTuple):
    event: dict[str, Any]
    """What every event of the request begins with."""


def sender_of(message: Any, received: Received, lost: list[Loss]) -> Sent:
    if not isinstance(message, dict):
        return Sent({"channel": "web"})
    event: dict[str, Any] = {"channel": "app" if message.get("app_instance_id") and not message.get("client_id") else "web"}
    for name in ("client_id", "app_instance_id"):
        _device_id(message.get(name), name, event, lost)
    user = text_of(message.get("user_id"))
    if user is not None:
        put_customer(event, user, "user_id", lost)
    elif message.get("user_id") not in NOTHING:
        lost.append(Loss("user_id", "unmapped", "is no text"))
    context = _context(message, lost) | _consent(message.get("consent"), lost)
    return Sent(event | {"context": context} if context else event)


def _device_id(value: Any, name: str, event: dict[str, Any], lost: list[Loss]) -> None:
    identity = text_of(value)
    if identity is None and value not in NOTHING:
        lost.append(Loss(name, "unmapped", "is no text"))
    elif identity is not None and event.setdefault("anonymous_id", identity) != identity:
        lost.append(Loss(name, "left out", "client_id names the device"))


def _consent(sent: Any, lost: list[Loss]) -> dict[str, Any]:
    answers = sent if isinstance(sent, dict) else {}
    if not isinstance(sent, dict) and sent not in NOTHING:
        lost.append(Loss("consent", "unmapped", "is no object"))
    said = {name: value.upper() for name, value in answers.items() if isinstance(value, str)}
    consent = {name: value == "GRANTED" for name, value in said.items() if value in ("GRANTED", "DENIED")}
    rest = [name for name, value in answers.items() if name not in consent and value not in NOTHING]
    lost += [Loss(f"consent.{name}", "unmapped", "is neither GRANTED nor DENIED") for name in rest]
    return {"consent": consent} if consent else {}


def _context(message: dict[str, Any], lost: list[Loss]) -> dict[str, Any]:
    """The device's kind, system and language and the country; the rest of a body of the Measurement Protocol is told as lost."""
    if "events" not in message:
        return {}
    made: dict[str, Any] = {}
    for name, value in message.items():
        if name in _READ or value in NOTHING:
            continue
        if name == "device" and isinstance(value, dict):
            _part(value, {"category": "device", "operating_system": "os", "language": "locale"}, name, made, lost)
        elif name == "user_location" and isinstance(value, dict):
            country = value.get("country_id")
            known = (
                isinstance(country, str) and len(country) == 2 and country.isascii() and country.isalpha() and country.isupper()
            )
            _part(value, {"country_id": "country"} if known else {}, name, made, lost)
        elif name == "user_agent":
            made = context_of({"userAgent": value}, "", []) | made
            lost.append(Loss(name, "left out", "of the browser only device and system are kept"))
        elif name in _LEFT_OUT:
            lost.append(Loss(name, "left out", _LEFT_OUT[name]))
        else:
            lost.append(Loss(name, "unmapped", "stands around the events"))
    return made


def _part(part: dict[str, Any], names: dict[str, str], at: str, made: dict[str, Any], lost: list[Loss]) -> None:
    for name, value in part.items():
        said = text_of(value) if name in names else None
        if said is not None:
            made[names[name]] = said
        elif value not in NOTHING:
            lost.append(Loss(f"{at}.{name}", "unmapped", "our context has no place for it"))
