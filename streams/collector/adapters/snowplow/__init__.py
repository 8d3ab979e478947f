"""Snowplow's trackers: their tracker protocol, version 2, as they post it to ``/com.snowplowanalytics.snowplow/tp2``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from schemas.signals import named, text_of
from streams.collector.adapters.adapted import Adapted, Adapter, Loss, Made, Received
from streams.collector.adapters.picking import PERSONAL, Draft, filled, text_at
from streams.collector.adapters.reading import Reading
from streams.collector.adapters.snowplow.events import EVENTS, page
from streams.collector.adapters.snowplow.mapping import MAPPING
from streams.collector.adapters.snowplow.tracked import Tracked
from streams.collector.adapters.times import unix_millis

PAYLOAD = "iglu:com.snowplowanalytics.snowplow/payload_data/"
CHANNELS = {"web": "web", "mob": "app", "app": "app"}
"""Of the platform ``p``; a server (``srv``) does not say where the customer was."""
SILENT = {
    "pp": "a page ping: the page is still open, which nothing of ours follows from",
    "ti": "an item of an older transaction, apart from its order: two batches would tell the order differently",
    "se": "a structured event: what its category and action mean only its shop knows",
}
UNKNOWN = "nothing of ours follows from it"
PRIVATE = ("ip", "ua", "fp")
LONGEST_ID = 80


def adapt(message: Any, received: Received) -> Adapted:
    """The events of one post."""
    whole = Reading(message)
    if not isinstance(message, dict) or not isinstance(message.get("data"), list):
        whole.note("", "refused", "no payload_data: an object with the list of events in data")
        return Adapted([], whole.lost())
    whole.leave_out("schema", "says only that this is a tracker's payload")
    made: list[Made] = []
    inside: list[Loss] = []
    for event in whole.parts("data"):
        made += _told(event, received, inside)
    return Adapted(made, whole.lost() + inside)


def _told(event: Reading, received: Received, inside: list[Loss]) -> list[Made]:
    if not isinstance(event.value, dict):
        event.note("", "refused", "is no event of a tracker: an event is a JSON object")
        return []
    kind = event.peek("e")
    told = EVENTS.get(kind) if isinstance(kind, str) else None
    tracked = Tracked(event)
    drafts = told(tracked) if told is not None else []
    if not drafts:
        event.note("", "unmapped", SILENT.get(kind, UNKNOWN) if isinstance(kind, str) else UNKNOWN)
        return []
    event.take("e")
    outside = {"source": received.source, "received_at": text_of(received.at)} | _when(event, received) | _about(tracked)
    event_id = _id(event)
    _leave(event)
    inside += tracked.lost()
    return [
        Made({"event_id": f"{event_id}/{place}" if place else event_id} | outside | draft, event.at)
        for place, draft in enumerate(drafts)
    ]


def _id(event: Reading) -> str:
    said = event.peek("eid")
    if isinstance(said, str) and 0 < len(said) <= LONGEST_ID:
        event.take("eid")
        return said if len(said) == 36 else f"snowplow/{said}"
    return named(f"snowplow/{json.dumps({**event.value, 'stm': None}, sort_keys=True)}")


def _when(event: Reading, received: Received) -> Draft:
    """A true time needs no correction; the device's is told with the time it was sent at by the same clock."""
    true = unix_millis(event.peek("ttm"))
    if true is not None:
        event.take("ttm")
        return {"occurred_at": true}
    created = unix_millis(event.peek("dtm"))
    if created is None:
        event.guess("", "nothing in it says when it was: the time of receipt")
        return {"occurred_at": text_of(received.at)}
    event.take("dtm")
    sent = unix_millis(event.peek("stm"))
    if sent is None:
        return {"occurred_at": created}
    event.take("stm")
    rounded = float(event.peek("stm")) < float(event.peek("dtm"))  # the Python tracker sends whole seconds
    return {"occurred_at": created, "sent_at": created if rounded else sent}


def _about(tracked: Tracked) -> Draft:
    event, user, session = (
        tracked.event,
        tracked.entity("user"),
        tracked.entity("client_session", "com.snowplowanalytics.snowplow"),
    )
    channel = event.peek("p")
    known = CHANNELS.get(channel) if isinstance(channel, str) else None
    if known:
        event.take("p")
    customer = text_at(event, "uid") or _member(user)
    return filled(
        customer_id=customer,
        email=text_at(user, "email"),
        anonymous_id=text_at(event, "duid", "nuid", "tnuid") or text_at(session, "userId"),
        session_id=text_at(event, "sid") or text_at(session, "sessionId"),
        channel=known,
        context=filled(page=page(tracked), locale=text_at(event, "lang"), timezone=text_at(event, "tz")),
    )


def _member(user: Reading) -> str | None:
    """A guest's id is one of the visit, no customer's."""
    if user.peek("is_guest") is True:
        user.leave_out("is_guest", "so the id is no customer's")
        return None
    return text_at(user, "id")


def _leave(event: Reading) -> None:
    for name in PRIVATE:
        if event.peek(name) not in (None, ""):
            event.leave_out(name, PERSONAL)
    if event.peek("aid") not in (None, ""):
        event.leave_out("aid", "the source is known by the key it came with")


def recognise(message: Any, headers: Mapping[str, str]) -> int:
    schema = message.get("schema") if isinstance(message, dict) else None
    return 3 if isinstance(schema, str) and schema.startswith(PAYLOAD) else 0


SNOWPLOW = Adapter(
    name="snowplow",
    words="Snowplow's trackers (tracker protocol 2): page views, the e-commerce action with its entities, older carts, orders.",
    adapt=adapt,
    recognise=recognise,
    mapping=MAPPING,
)
