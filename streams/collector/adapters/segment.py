"""Segment and RudderStack: track, page, screen, identify, group, alias, alone or in a batch.

A message's time is the client's (``originalTimestamp``, else ``timestamp``) with its ``sentAt``; `route` puts a wrong clock right
by Segment's own rule. A message that Segment itself has received says ``receivedAt``: then ``timestamp`` is already put right.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from schemas.signals import named
from schemas.signals import text_of as written
from streams.collector.adapters.adapted import Adapted, Adapter, Loss, Made, Message, Received
from streams.collector.adapters.segment_calls import CALLS
from streams.collector.adapters.segment_context import channel_of, context_of
from streams.collector.adapters.segment_page import MAPPING
from streams.collector.adapters.segment_persons import identify
from streams.collector.adapters.times import instant
from streams.collector.adapters.translating import NOTHING, text_of

_UUID = re.compile(r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}", re.ASCII)
_TIMES = ("originalTimestamp", "timestamp", "sentAt")
_COMMON = frozenset({"type", "userId", "anonymousId", "messageId", "receivedAt", "context", "channel", *_TIMES})
_READ = {call: (read, _COMMON | names) for call, (read, names) in CALLS.items()}
"""How each call is read, and all that is read of its message."""
_json = msgspec.json.Encoder(order="sorted").encode


class _Around:
    """What a batch says for those of its messages that do not say it themselves."""

    def __init__(self, batch: Message, received: Received) -> None:
        self.batch = batch
        self.now = written(received.at)
        self.used: set[str] = set()
        self._sent = instant(batch.get("sentAt"), "UTC")

    def take(self, name: str) -> Any:
        self.used.add(name)
        return self.batch.get(name)

    def sent(self) -> str | None:
        self.used.add("sentAt")
        return self._sent


def adapt(message: Any, received: Received) -> Adapted:
    """A batch's messages each by itself. ``type`` may be missing where the shape says it: the doors put the call's name there."""
    adapted = Adapted()
    batch = message.get("batch") if isinstance(message, dict) else None
    if not isinstance(batch, list):
        _adapt(message, "", _Around({}, received), received, adapted)
        return adapted
    around = _Around({name: message[name] for name in ("sentAt", "context") if message.get(name)}, received)
    for place, one in enumerate(batch):
        _adapt(one, f"batch[{place}]", around, received, adapted)
    for name, value in message.items():
        if name != "batch" and name not in around.used and value not in NOTHING:
            adapted.lost.append(Loss(name, "left out", "stands around the messages, and none of them needs it"))
    return adapted


def _adapt(message: Any, path: str, around: _Around, received: Received, adapted: Adapted) -> None:
    lost = adapted.lost
    call = _call_of(message)
    if call not in _READ:
        lost.append(_no_call(message, path, call))
        return
    at = f"{path}." if path else ""
    made: list[Loss] = []
    event: dict[str, Any] = {
        "event_id": _id_of(message, at, received, made),
        "source": received.source,
        "received_at": around.now,
    }
    context, where = _context(message, at, around, made)
    identify(message, context, at, where, event, made)
    _date(message, at, around, received, event, made)
    ours = context_of(context, where, made)
    if ours:
        event["context"] = ours
    channel = channel_of(message, context)
    if channel is not None:
        event["channel"] = channel
    elif message.get("channel"):
        made.append(Loss(f"{at}channel", "unmapped", "does not say where the customer was"))
    read, known = _READ[call]
    refused = read(message, ours.get("currency"), at, event, made)
    if refused is not None:
        lost.append(refused)
        return
    for name, value in message.items():
        if name not in known and value not in NOTHING:
            made.append(Loss(f"{at}{name}", "left out", "is about the sending, not about the customer"))
    lost += made
    adapted.made.append(Made(event, path))


def _call_of(message: Any) -> str:
    """The call by its ``type``, else by its shape; nothing where neither says it."""
    if not isinstance(message, dict):
        return ""
    said = message.get("type")
    if isinstance(said, str) and said:
        return said
    shapes = (("event", "track"), ("previousId", "alias"), ("groupId", "group"), ("traits", "identify"), ("name", "page"))
    return next((call for name, call in shapes if message.get(name)), "")


def _no_call(message: Any, path: str, call: str) -> Loss:
    if call == "group":
        return Loss(path, "unmapped", "journeys are of persons, not of groups")
    if not call and isinstance(message, dict) and "batch" in message:
        return Loss(path, "refused", "its batch is no list of messages")
    return Loss(path, "refused", "is no call of Segment's: track, page, screen, identify, group or alias")


def _context(message: Message, at: str, around: _Around, lost: list[Loss]) -> tuple[dict[str, Any], str]:
    """The message's context, else the batch's, and where it stands."""
    own = message.get("context")
    if isinstance(own, dict) and own:
        return own, f"{at}context"
    if own:
        lost.append(Loss(f"{at}context", "unmapped", "is no object"))
    shared = around.batch.get("context")
    if isinstance(shared, dict):
        return around.take("context"), "context"
    return {}, f"{at}context"


def _id_of(message: Message, at: str, received: Received, lost: list[Loss]) -> str:
    """``messageId``; without one, what the message says, and when it came where it names no time itself."""
    sent = text_of(message.get("messageId"))
    if sent is not None:
        if len(sent) > 92:
            return named(f"segment/{sent}")
        return sent if len(sent) == 36 and _UUID.fullmatch(sent) else f"segment:{sent}"
    if message.get("messageId") not in NOTHING:
        lost.append(Loss(f"{at}messageId", "unmapped", "is no text"))
    said = {name: value for name, value in message.items() if name != "sentAt"}
    arrival = "" if said.get("timestamp") or said.get("originalTimestamp") else received.at
    return named(f"segment/{arrival}/{_json(said).decode()}")


def _date(message: Message, at: str, around: _Around, received: Received, event: dict[str, Any], lost: list[Loss]) -> None:
    """When it happened and, on the same clock, when it was sent; naive times are UTC, as Segment's are."""
    original = _time(message, "originalTimestamp", at, lost)
    corrected = _time(message, "timestamp", at, lost)
    passed_on = "receivedAt" in message and instant(message["receivedAt"], "UTC") is not None
    sent = _time(message, "sentAt", at, lost)
    if sent is None and around.batch:
        sent = around.sent()
    if passed_on and corrected is not None:
        event["occurred_at"] = corrected
        unread: tuple[str, ...] = ("originalTimestamp", "sentAt")
        why = "the timestamp is already on the receiver's clock"
    else:
        occurred = original or corrected
        event["occurred_at"] = occurred or around.now
        if occurred and sent:
            event["sent_at"] = sent
        unread = ("receivedAt", "sentAt") if occurred is None else ("receivedAt", "timestamp") if original else ("receivedAt",)
        why = "the client's own clock says it, and what it was when this was sent"
        if occurred is None:
            lost.append(Loss(f"{at}timestamp", "guessed", "no time is said: when it arrived"))
    for name in unread:
        if message.get(name):
            lost.append(Loss(f"{at}{name}", "left out", why))


def _time(message: Message, name: str, at: str, lost: list[Loss]) -> str | None:
    sent = message.get(name)
    if not sent:
        return None
    time = instant(sent, "UTC")
    if time is None:
        lost.append(Loss(f"{at}{name}", "unmapped", "is no time in ISO 8601"))
    return time


def recognise(message: Any, headers: Mapping[str, str]) -> int:
    if not isinstance(message, dict):
        return 0
    batch = message.get("batch")
    one = batch[0] if isinstance(batch, list) and batch else message
    if not isinstance(one, dict):
        return 0
    called = one.get("type") in (*CALLS, "group") if isinstance(one.get("type"), str) else False
    who = "messageId" in one or "anonymousId" in one or "userId" in one
    if called and who:
        return 3 if "messageId" in one else 2
    return (
        2 if who and isinstance(one.get("event"), str) else 1 if isinstance(one.get("event"), str) and "properties" in one else 0
    )


SEGMENT = Adapter(
    name="segment",
    words=(
        "Segment and RudderStack: track, page, screen, identify and alias, alone or in a batch, with the e-commerce events of "
        "version 2 and their older names, live chat and experiments."
    ),
    adapt=adapt,
    recognise=recognise,
    mapping=MAPPING,
)
