"""CloudEvents 1.0 whose ``type`` is one of ours: structured, batched, or binary with the attributes in ``ce-`` headers.

``source`` and ``id`` together name an event, as the specification has it; data that is one of our events whole keeps its own
``event_id``. Types of others are refused: what they mean is not for us to guess.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from schemas.events import CATALOGUE, IDENTIFIERS
from schemas.signals import named
from schemas.signals import text_of as written
from streams.collector.adapters.adapted import Adapted, Adapter, Loss, Made, Message, Received
from streams.collector.adapters.segment_context import TRACE
from streams.collector.adapters.times import instant
from streams.collector.adapters.translating import NOTHING, text_of

PREFIXES = ("dev.throughline.event.", "dev.throughline.")
"""May stand before our types."""
_OUTSIDE = (*IDENTIFIERS, "session_id", "cart_id", "checkout_id", "channel")
"""What attributes may say of an event beside what it is, from whom, and when."""
_EXTENSIONS = {name.replace("_", ""): name for name in _OUTSIDE}
"""Attributes have no underscores: ``customerid``."""
_WHOLE = frozenset({"event_id", "occurred_at", "type", "properties"})
"""An object with one of these is an event of ours; any other is its properties."""
_READ = frozenset({"specversion", "type", "source", "id", "time", "data", "traceparent", *_EXTENSIONS})
_HEADER = "ce-"


def adapt(message: Any, received: Received) -> Adapted:
    adapted = Adapted()
    attributes = {
        name.removeprefix(_HEADER): unquote(value) for name, value in received.headers.items() if name.startswith(_HEADER)
    }
    if "specversion" in attributes and not _is_structured(message):
        _adapt({**attributes, "data": message}, "", "", received, adapted)
    elif isinstance(message, list):
        for place, one in enumerate(message):
            _adapt(one, f"[{place}]", f"[{place}].data", received, adapted)
    else:
        _adapt(message, "", "data", received, adapted)
    return adapted


def _adapt(cloud: Any, at: str, data_at: str, received: Received, adapted: Adapted) -> None:
    why = _refusal(cloud)
    if why is not None:
        adapted.lost.append(Loss(at, "refused", why))
        return
    lost: list[Loss] = []
    data = cloud.get("data") if isinstance(cloud.get("data"), dict) else {}
    event = dict(data) if _WHOLE & data.keys() else _around(data)
    kind = _type_of(cloud["type"])
    if event.get("type") not in (None, kind):
        adapted.lost.append(Loss(at, "refused", "its data is an event of another type than it says itself"))
        return
    event["type"] = kind
    _name(cloud, event, at, lost)
    _date(cloud, event, at, data_at, received, lost)
    _extend(cloud, event, at, data_at != "", lost)
    if not event.get("source"):
        event["source"] = received.source
    adapted.lost += lost
    adapted.made.append(Made(event, at))


def _refusal(cloud: Any) -> str | None:
    if not isinstance(cloud, dict):
        return "is no CloudEvent: an object"
    if not str(cloud.get("specversion", "")).startswith("1."):
        return "is no CloudEvent of version 1.0"
    if not all(isinstance(cloud.get(name), str) and cloud[name] for name in ("type", "source", "id")):
        return "a CloudEvent names its type, source and id"
    if _type_of(cloud["type"]) is None:
        return "its type is none of ours: one of the catalogue, plain or with dev.throughline. before it"
    if cloud.get("data") not in NOTHING and not isinstance(cloud["data"], dict):
        return "its data is no JSON object"
    return None if cloud.get("data_base64") in NOTHING else "its data is in base64: send it as JSON"


def _type_of(name: str) -> str | None:
    for prefix in PREFIXES:
        name = name.removeprefix(prefix)
    return name if name in CATALOGUE else None


def _around(data: Message) -> Message:
    """Properties as data: identifiers among them belong outside."""
    outside = {name: data[name] for name in _OUTSIDE if data.get(name) is not None}
    return {**outside, "properties": {name: value for name, value in data.items() if name not in outside}}


def _name(cloud: Message, event: Message, at: str, lost: list[Loss]) -> None:
    if event.get("event_id"):
        lost += [Loss(_path(at, name), "left out", "the event in its data has an id of its own") for name in ("id", "source")]
        return
    name = f"{cloud['source']}#{cloud['id']}"
    event["event_id"] = name if len(name) <= 100 else named(f"cloudevents/{name}")


def _date(cloud: Message, event: Message, at: str, data_at: str, received: Received, lost: list[Loss]) -> None:
    time = instant(cloud.get("time"))
    if cloud.get("time") not in NOTHING and (time is None or event.get("occurred_at")):
        why = ("unmapped", "is no time in RFC 3339") if time is None else ("left out", "the event in its data says when it was")
        lost.append(Loss(_path(at, "time"), *why))  # type: ignore[arg-type]
    if not event.get("occurred_at"):
        event["occurred_at"] = time or written(received.at)
        if time is None:
            lost.append(Loss(_path(at, "time"), "guessed", "no time is said: when it arrived"))
    if event.get("received_at") is not None:
        lost.append(Loss(_path(data_at, "received_at"), "left out", "the collector says when it received an event"))
    event["received_at"] = written(received.at)


def _extend(cloud: Message, event: Message, at: str, told: bool, lost: list[Loss]) -> None:
    """Extensions that name somebody, and the trace. Of a binary event these are headers, no part of the message."""
    for name, ours in _EXTENSIONS.items():
        value = text_of(cloud.get(name))
        if value is not None and event.get(ours) is None:
            event[ours] = value
        elif cloud.get(name) not in NOTHING:
            lost.append(Loss(_path(at, name), "left out", "the data names one, or this is no text"))
    trace = cloud.get("traceparent")
    context = event.get("context", {})
    if isinstance(trace, str) and TRACE.fullmatch(trace) and isinstance(context, dict) and "traceparent" not in context:
        event["context"] = {**context, "traceparent": trace}
    elif trace not in NOTHING:
        lost.append(Loss(_path(at, "traceparent"), "left out", "the data names one, or this is no W3C trace context"))
    rest = [name for name, value in cloud.items() if name not in _READ and value not in NOTHING] if told else []
    lost += [Loss(_path(at, name), "left out", "an attribute of the message, not of what happened") for name in rest]


def _path(at: str, name: str) -> str:
    return f"{at}.{name}" if at else name


def _is_structured(message: Any) -> bool:
    one = message[0] if isinstance(message, list) and message else message
    return isinstance(one, dict) and "specversion" in one and "type" in one


def recognise(message: Any, headers: Mapping[str, str]) -> int:
    by_header = "ce-specversion" in headers or headers.get("content-type", "").lower().startswith("application/cloudevents")
    return 3 if by_header or _is_structured(message) else 0


CLOUDEVENTS = Adapter(
    name="cloudevents",
    words="CloudEvents 1.0 over HTTP, structured, batched or binary, whose type is one of our events.",
    adapt=adapt,
    recognise=recognise,
    mapping=(
        ("`type`", "`type`", "one of the catalogue, plain or with `dev.throughline.` before it; another is refused"),
        ("`source` and `id`", "`event_id`", "`source#id`, or its hash where that is longer than 100 characters"),
        ("`time`", "`occurred_at`", "missing: when it arrived"),
        ("`data`: one of our events", "the event", "what it says itself comes before what the attributes say"),
        ("`data`: any other object", "`properties`", "identifiers among them go outside"),
        (
            "`customerid`, `anonymousid`, `orderid` … (extensions)",
            "`customer_id`, `anonymous_id`, `order_id` …",
            "our names without `_`",
        ),
        ("`traceparent`", "`context.traceparent`", ""),
        ("`subject`, `dataschema`, `partitionkey`, other extensions", "nothing", "left out"),
    ),
)
