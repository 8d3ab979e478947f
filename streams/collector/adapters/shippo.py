"""Shippo's ``track_updated`` webhooks, and trackings as its API gives them.

https://docs.goshippo.com/docs/tracking/webhooks, https://docs.goshippo.com/docs/tracking/tracking
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from streams.collector.adapters.adapted import Adapted, Adapter, Made, Received
from streams.collector.adapters.carriers import mapping
from streams.collector.adapters.making import finished, left_out, unless_nothing
from streams.collector.adapters.reading import Reading
from streams.collector.adapters.tracking import PERSONAL, WHERE, Parcel, Scan, country, expected, parcel, place, scanned, when

OVER = ("DELIVERED", "RETURNED")
SAME = "the history says the same; it only tells whether the estimate still holds"
_ORDER = re.compile(r"order\W*([\w-]{1,255})", re.IGNORECASE | re.ASCII)
"""``Order 000123``, as Shippo's documents have it in ``metadata``."""
_OF_A_TRACKING = {
    "test": "a test's parcel is taken as any other: give tests a source of their own",
    "address_from": "the shop's own",
    "address_to": PERSONAL,
}
_OF_A_SCAN = {
    "object_id": "what the scan says names it",
    "object_created": "when Shippo heard of it",
    "object_updated": "when Shippo heard of it",
    "location.zip": WHERE,
    "substatus.text": "the words for the code",
    "substatus.action_required": "the code says it",
}


def adapt(message: Any, received: Received) -> Adapted:
    whole = Reading(message)
    return finished(whole, unless_nothing(whole, _made(whole, received)))


def _made(whole: Reading, received: Received) -> Iterator[Made]:
    tracking = whole.part("data") if isinstance(whole.peek("data"), dict) else whole
    if not isinstance(tracking.peek("tracking_status"), dict) and not isinstance(tracking.peek("tracking_history"), list):
        return
    if tracking is not whole:
        left_out(whole, {name: "the tracking that it brings says the same" for name in ("event", "carrier", "test")})
    service = tracking.text("servicelevel.name") or tracking.text("servicelevel.token")
    followed = parcel(
        "shippo",
        tracking,
        tracking.text("carrier"),
        tracking.text("tracking_number"),
        service,
        order_id=_order(tracking),
    )
    if followed is None:
        return
    left_out(
        tracking, _OF_A_TRACKING | ({"servicelevel.token": "its name says it"} if tracking.peek("servicelevel.name") else {})
    )
    yield from scanned(followed, _scans(tracking), received)
    yield from _expected(followed, tracking, received)


def _order(tracking: Reading) -> str | None:
    """The order that a free text names, if it does."""
    text = tracking.peek("metadata")
    named = _ORDER.fullmatch(text.strip()) if isinstance(text, str) else None
    if named is None:
        return None
    tracking.guess("metadata", "the text names an order")
    tracking.take("metadata")
    return named[1]


def _scans(tracking: Reading) -> list[Scan]:
    """The history; what is said now stands beside it only where the history does not have it yet."""
    now, history = tracking.part("tracking_status"), tracking.parts("tracking_history")
    if any(all(part.peek(name) == now.peek(name) for name in ("status", "status_date")) for part in history):
        left_out(tracking, {"tracking_status": SAME})
        return [_scan(part) for part in history]
    return [_scan(part) for part in [*history, *([now] if now.value else [])]]


def _scan(part: Reading) -> Scan:
    left_out(part, _OF_A_SCAN)
    return Scan(
        part,
        when(part, "status_date"),
        part.text("status"),
        part.text("substatus.code") or part.text("substatus"),
        part.text("status_details"),
        place(part, "location.city", "location.state"),
        country(part, "location.country"),
    )


def _expected(followed: Parcel, tracking: Reading, received: Received) -> Iterator[Made]:
    now = tracking.part("tracking_status")
    if now.peek("status") in OVER or not tracking.peek("eta"):
        left_out(tracking, {"eta": "the parcel is no longer expected"})
        return
    since = "object_updated" if now.peek("object_updated") else "object_created" if now.peek("object_created") else "status_date"
    yield from expected(followed, tracking, "eta", now, since, received)


def recognise(message: Any, headers: Mapping[str, str]) -> int:
    if "shippo-auth-signature" in headers:
        return 3
    whole = Reading(message)
    tracking = whole.part("data") if isinstance(whole.peek("data"), dict) else whole
    ours = isinstance(tracking.peek("tracking_status"), dict) and "tracking_history" in tracking.value
    return 3 if ours and whole.peek("event") == "track_updated" else 2 if ours else 0


SHIPPO = Adapter(
    name="shippo",
    words="Shippo's trackings, by `track_updated` or as its API gives them: every step of the history, and the estimate.",
    adapt=adapt,
    recognise=recognise,
    mapping=(
        (
            "`tracking_history[]`, `tracking_status`",
            "an event each",
            "by `status`, where a finer `substatus.code` does not say more",
        ),
        *mapping("shippo"),
        (
            "`eta`",
            "`estimate_updated`",
            "as of when `tracking_status` was updated; not of a parcel that has arrived or gone back",
        ),
        ("`metadata`", "`order_id`", "guessed where it reads like `Order 000123`"),
        ("`UNKNOWN`", "–", "nothing of ours"),
        ("`address_to`", "–", "left out: personal"),
    ),
)
