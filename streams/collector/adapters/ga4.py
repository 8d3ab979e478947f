"""GA4: bodies of the Measurement Protocol, and the same events as a page pushes them to its dataLayer or says them to gtag.

GA4 has no event ids. What is said and when makes one, so that a request sent twice is counted once; where no time is said, the
time of arrival is the event's, and each request is another. A purchase is known by its ``transaction_id``, as in GA4 itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import msgspec

from schemas.signals import named
from schemas.signals import text_of as written
from streams.collector.adapters.adapted import Adapted, Adapter, Loss, Made, Message, Received
from streams.collector.adapters.ga4_events import FIELDS, ITEM, MAPPING, MEANINGS, ONE_EACH
from streams.collector.adapters.ga4_request import Sent, sender_of
from streams.collector.adapters.money import units_of
from streams.collector.adapters.refunds import refunded
from streams.collector.adapters.segment_calls import CUSTOM
from streams.collector.adapters.times import unix_micros
from streams.collector.adapters.translating import NOTHING, translated

_json = msgspec.json.Encoder(order="sorted").encode
_NO_EVENT = "is no event: an object with a name"


class _Said(NamedTuple):
    """An event of theirs and where it stands."""

    name: Any
    params: Message
    of: str
    at: str
    """Of the parameters."""
    name_at: str
    time: Any
    time_at: str


def adapt(message: Any, received: Received) -> Adapted:
    adapted = Adapted()
    said = list(_said(message, adapted.lost))
    sent = sender_of(message, received, adapted.lost) if said else Sent({})
    for place, one in enumerate(said):
        _adapt(one, place, sent, received, adapted)
    if not adapted.made:
        adapted.lost.append(Loss("", "unmapped", "no event could be made of it"))
    elif all(one.time_at != "timestamp_micros" for one in said) and isinstance(message, dict) and message.get("timestamp_micros"):
        adapted.lost.append(Loss("timestamp_micros", "left out", "every event names a time of its own"))
    return adapted


def _said(message: Any, lost: list[Loss]) -> Iterator[_Said]:
    """The events of a body, of a push, or of a call to gtag."""
    if isinstance(message, list) and len(message) >= 2 and message[0] == "event":
        params = message[2] if len(message) > 2 and isinstance(message[2], dict) else {}
        lost += [
            Loss(f"[{n}]", "unmapped", "gtag takes a name and parameters") for n in range(2 if not params else 3, len(message))
        ]
        yield _Said(message[1], params, "", "[2]", "[1]", None, "")
    elif not isinstance(message, dict):
        lost.append(Loss("", "refused", "is neither a body of the Measurement Protocol nor a push to the dataLayer"))
    elif isinstance(message.get("events"), list):
        for place, event in enumerate(message["events"]):
            yield from _of_body(event, f"events[{place}]", message, lost)
    elif isinstance(message.get("event"), str):
        yield _pushed(message, lost)
    else:
        lost.append(Loss("", "refused", "has neither events nor an event"))


def _of_body(event: Any, at: str, message: Message, lost: list[Loss]) -> Iterator[_Said]:
    if not isinstance(event, dict):
        lost.append(Loss(at, "refused", _NO_EVENT))
        return
    params = event.get("params")
    own = event.get("timestamp_micros") is not None
    time, time_at = (event if own else message).get("timestamp_micros"), f"{at}.timestamp_micros" if own else "timestamp_micros"
    rest = [name for name, value in event.items() if name not in ("name", "params", "timestamp_micros") and value not in NOTHING]
    lost += [Loss(f"{at}.{name}", "unmapped", "stands beside the event's name and parameters") for name in rest]
    if not isinstance(params, dict) and params not in NOTHING:
        lost.append(Loss(f"{at}.params", "unmapped", "is no object"))
    yield _Said(event.get("name"), params if isinstance(params, dict) else {}, at, f"{at}.params", f"{at}.name", time, time_at)


_OF_A_PUSH = ("event", "ecommerce", "client_id", "user_id", "timestamp_micros", "consent")


def _pushed(message: Message, lost: list[Loss]) -> _Said:
    """The parameters are ``ecommerce``; where there is none, what stands in the push itself."""
    params, at = message.get("ecommerce"), "ecommerce"
    rest = {name: value for name, value in message.items() if name not in _OF_A_PUSH}
    if isinstance(params, dict):
        lost += [Loss(name, "unmapped", "stands beside ecommerce") for name, value in rest.items() if value not in NOTHING]
    else:
        if params not in NOTHING:
            lost.append(Loss("ecommerce", "unmapped", "is no object"))
        params, at = rest, ""
    return _Said(message["event"], params, "", at, "event", message.get("timestamp_micros"), "timestamp_micros")


def _adapt(said: _Said, place: int, sent: Sent, received: Received, adapted: Adapted) -> None:
    meaning = MEANINGS.get(said.name) if isinstance(said.name, str) else None
    if meaning is None:
        unknown = isinstance(said.name, str) and said.name != ""
        adapted.lost.append(Loss(said.of, "unmapped", CUSTOM) if unknown else Loss(said.of, "refused", _NO_EVENT))
        return
    lost: list[Loss] = []
    event: dict[str, Any] = {"event_id": "", "type": meaning.type, "source": received.source} | sent.event
    _date(event, said, received, lost)
    made = translated(said.params, FIELDS[meaning.type], ITEM, None, said.at, event, lost)
    if said.name != meaning.type:
        made.setdefault("sent_as", said.name)
    if meaning.guess:
        lost.append(Loss(said.name_at, "guessed", meaning.guess))
    refused = _finished(meaning.type, said, made, lost)
    if refused is not None:
        adapted.lost.append(refused)
        return
    event["event_id"] = _id_of(said, place, event, received)
    adapted.lost += lost
    adapted.made += [Made(one, said.of) for one in _apart(event, made)]


def _date(event: dict[str, Any], said: _Said, received: Received, lost: list[Loss]) -> None:
    time = unix_micros(said.time)
    event["occurred_at"] = time or written(received.at)
    event["received_at"] = written(received.at)
    if time is None and said.time not in NOTHING:
        lost.append(Loss(said.time_at, "unmapped", "is no time in microseconds since 1970"))
    if time is None:
        lost.append(Loss(said.time_at or said.name_at, "guessed", "no time is said: when it arrived"))


def _id_of(said: _Said, place: int, event: dict[str, Any], received: Received) -> str:
    if said.name == "purchase" and "order_id" in event:
        return named(f"ga4/purchase/{received.source}/{event['order_id']}")
    who = [event.get(name) for name in ("anonymous_id", "customer_id", "email")]
    return named(f"ga4/{_json([who, event['occurred_at'], place, said.name, said.params]).decode()}")


def _finished(kind: str, said: _Said, made: dict[str, Any], lost: list[Loss]) -> Loss | None:
    """What GA4 says by an event's name or leaves to be summed up."""
    if said.name == "add_shipping_info":
        made.setdefault("step", "shipping")
    if kind == "feature_used":
        made.setdefault("feature", said.name)
    worth = units_of(made, "revenue")
    if kind == "order_completed" and worth is not None and "total_minor" not in made and "total" not in made:
        made["total_minor"] = worth + (units_of(made, "shipping") or 0) + (units_of(made, "tax") or 0)
        lost.append(
            Loss(f"{said.at}.value".lstrip("."), "guessed", "the total: with shipping and tax, which GA4's value is without")
        )
    if kind == "order_refunded" and (why := refunded(said.params, made, said.at, "items", lost)) is not None:
        return Loss(said.of, "refused", why)
    return None


def _apart(event: dict[str, Any], made: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """An event of one product for each of its items."""
    products = made.get("products")
    apart = isinstance(products, list) and all(isinstance(product, dict) for product in products)
    if event["type"] not in ONE_EACH or not products or not apart:
        yield event | {"properties": made}
        return
    shared = {name: value for name, value in made.items() if name != "products"}
    for number, product in enumerate(products, 1):
        identity = event["event_id"] if len(products) == 1 else f"{event['event_id']}/{number}"
        yield event | {"event_id": identity, "properties": shared | product}


def recognise(message: Any, headers: Mapping[str, str]) -> int:
    if isinstance(message, list):
        return 2 if len(message) > 1 and message[0] == "event" and isinstance(message[1], str) else 0
    if not isinstance(message, dict):
        return 0
    events = message.get("events")
    if isinstance(events, list):
        if "client_id" in message or "app_instance_id" in message:
            return 3
        return 1 if events and isinstance(events[0], dict) and "params" in events[0] else 0
    known = isinstance(message.get("event"), str) and message["event"] in MEANINGS
    return 2 if known and isinstance(message.get("ecommerce"), dict) else 1 if known and "properties" not in message else 0


GA4 = Adapter(
    name="ga4",
    words="Google Analytics 4: the Measurement Protocol, and dataLayer pushes and gtag calls with its recommended events.",
    adapt=adapt,
    recognise=recognise,
    mapping=MAPPING,
)
