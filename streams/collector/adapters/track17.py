"""17TRACK: its webhooks and answers of version 2, and the older forms whose statuses are numbers.

https://api.17track.net/en/doc (v2.2, and v1 for ``track`` with ``z0``, ``z1``, ``z2``); the answers with ``FTrackNo`` are of its
web service, as the py17track library reads them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from streams.collector.adapters.adapted import Adapted, Adapter, Made, Received
from streams.collector.adapters.carriers import mapping, meaning
from streams.collector.adapters.making import finished, left_out, unless_nothing
from streams.collector.adapters.reading import Reading
from streams.collector.adapters.times import instant
from streams.collector.adapters.tracking import (
    PERSONAL,
    WHERE,
    Parcel,
    Scan,
    country,
    expected,
    parcel,
    place,
    scanned,
    when,
)

CARRIERS = {
    "1151": "Australia Post",
    "3011": "China Post",
    "3041": "Canada Post",
    "11031": "Royal Mail",
    "21051": "USPS",
    "100001": "DHL Express",
    "100002": "UPS",
    "100003": "FedEx",
}
"""By 17TRACK's numbers, where a message does not say the name: res.17track.net/asset/carrier/info/apicarrier.all.json."""
SAME = "the events say the same"
_OF_A_CARRIER = ("key", "alias", "tips", "country", "homepage", "tel")
ESTIMATE = "time_metrics.estimated_delivery_date"
_OF_TRACK_INFO = {"shipping_info": PERSONAL, "milestone": SAME}
_OF_A_SCAN = {
    "time_raw": "the time with its zone is there",
    "description_translation": "the carrier's own words are there",
    "address.street": PERSONAL,
    "address.postal_code": WHERE,
    "address.coordinates": WHERE,
}


def adapt(message: Any, received: Received) -> Adapted:
    whole = Reading(message)
    return finished(whole, _made(whole, received))


def _made(whole: Reading, received: Received) -> Iterator[Made]:
    left_out(whole, {"event": "the tracking that it brings says the same"} if whole.peek("data.number") else {})
    for tracking in [whole.part("data"), *whole.parts("data.accepted")]:
        if isinstance(tracking.peek("track_info"), dict):
            yield from unless_nothing(tracking, _tracking(tracking, received))
        elif isinstance(tracking.peek("track"), dict):
            yield from unless_nothing(tracking, _numbered(tracking, received))
    for package in whole.parts("Json"):
        if package.peek("FTrackNo"):
            yield from unless_nothing(package, _package(package, received))


def _tracking(tracking: Reading, received: Received) -> Iterator[Made]:
    info = tracking.part("track_info")
    followed = _followed(tracking, _carrier(tracking, info), info.text("misc_info.service_type"))
    if followed is None:
        return
    left_out(info, _OF_TRACK_INFO)
    events = [event for provider in info.parts("tracking.providers") for event in provider.parts("events")]
    if events:
        left_out(info, {"latest_event": SAME, "latest_status": SAME})
        yield from scanned(followed, map(_scan, events), received)
    else:
        yield from scanned(followed, [_latest(info)], received)
    yield from _expected(followed, info, received)


def _followed(tracking: Reading, carrier: str | None, service: str | None = None) -> Parcel | None:
    order = tracking.text("tag")
    if order is not None:
        tracking.guess("tag", "the shop's own tag is its order's id")
    return parcel("17track", tracking, carrier, tracking.text("number"), service, order_id=order)


def _carrier(tracking: Reading, info: Reading) -> str | None:
    """The name that is told of the carrier's number, else the one we know, else the first that is told."""
    providers = [part.part("provider") for part in info.parts("tracking.providers")]
    number = tracking.text("carrier")
    told = next((provider for provider in providers if str(provider.peek("key")) == number), None)
    known = CARRIERS.get(number or "")
    names = told or next((provider for provider in providers if known is None), None)
    for provider in providers:
        left_out(
            provider,
            dict.fromkeys(_OF_A_CARRIER if provider is names else ("name", *_OF_A_CARRIER), "the carrier's, not the parcel's"),
        )
    if names is None:
        return known
    left_out(tracking, {"carrier": "its name is told"})
    return names.text("name")


def _by_number(number: str | None) -> str | None:
    """Zero is no carrier yet."""
    return CARRIERS.get(number or "") or (f"17track {number}" if number and number != "0" else None)


def _scan(part: Reading) -> Scan:
    """Of events between two stages only the words are told: they are the carrier's, so it saw the parcel."""
    detail = part.text("sub_status")
    left_out(part, {"stage": "the sub-status says it"} if detail else {})
    status = detail.partition("_")[0] if detail else part.text("stage")
    if status is None:
        part.guess("", "no stage is told: the carrier saw the parcel")
        status = "InTransit"
    return _seen(part, part, status, detail)


def _latest(info: Reading) -> Scan:
    event = info.part("latest_event")
    left_out(event, {"stage": "the status says it", "sub_status": "the status says it"})
    left_out(info, {"latest_status.sub_status_descr": "the words for the sub-status"})
    seen = _seen(info, event, info.text("latest_status.status"), info.text("latest_status.sub_status"))
    return seen._replace(accounts=("latest_status", "latest_event"))


def _seen(part: Reading, event: Reading, status: str | None, detail: str | None) -> Scan:
    utc = instant(event.peek("time_utc")) is not None
    left_out(event, _OF_A_SCAN | ({"time_iso": "the time in UTC is there"} if utc else {}))
    if event.peek("location"):
        left_out(event, {"address.city": WHERE, "address.state": WHERE})
    where = event.text("location") or place(event, "address.city", "address.state")
    at = when(event, "time_utc" if utc else "time_iso")
    return Scan(part, at, status, detail, event.text("description"), where, country(event, "address.country"))


def _expected(followed: Parcel, info: Reading, received: Received) -> Iterator[Made]:
    """The later end of what is expected, as of the latest time that 17TRACK asked the carrier."""
    left_out(info, {f"{ESTIMATE}.from": "the later end is the one to count on", f"{ESTIMATE}.source": "whose estimate it is"})
    if info.peek("latest_status.status") == "Delivered":
        left_out(info, {f"{ESTIMATE}.to": "the parcel is no longer expected"})
        return
    providers = info.parts("tracking.providers")
    if providers:
        yield from expected(followed, info, f"{ESTIMATE}.to", providers[0], "latest_sync_time", received)


def _numbered(tracking: Reading, received: Received) -> Iterator[Made]:
    """Version 1: one number for the parcel, which is the latest event's; of the others only the words are told."""
    track = tracking.part("track")
    followed = _followed(tracking, _by_number(tracking.text("carrier")))
    if followed is None:
        return
    events, latest = [*track.parts("z1"), *track.parts("z2")], track.part("z0")
    if events:
        left_out(track, {"z0": SAME})
    for event in events or ([latest] if latest.value else []):
        state = _state(track, "e", event) if event.value == latest.value else "10"
        yield from scanned(followed, [_old(event, event, state)], received)


def _package(package: Reading, received: Received) -> Iterator[Made]:
    """Of a list of parcels: the latest event as JSON within the JSON."""
    latest = _read(package.peek("FLastEvent"))
    if latest is None:
        return
    followed = parcel("17track", package, _by_number(package.text("FFirstCarrier")), package.text("FTrackNo"))
    if followed is None:
        return
    package.take("FLastEvent")
    event = Reading(latest)
    scan = _old(package, event, _state(package, "FTrackStateType", package))
    for loss in event.lost():
        package.note("FLastEvent", loss.what, f"{loss.path} in it: {loss.note}")
    yield from scanned(followed, [scan], received)


def _state(part: Reading, path: str, event: Reading) -> str:
    """The parcel's number. One that says nothing of ours beside an event that does: the carrier saw the parcel."""
    state = part.text(path) or ""
    if meaning("17track", state, None) is not None:
        return state
    event.guess("", f"the state {state or 'that is missing'} says nothing of it: the carrier saw the parcel")
    return "10"


def _old(part: Reading, event: Reading, state: str) -> Scan:
    """An event whose names are letters: ``a`` its time, ``c`` and ``d`` its place, ``z`` its words."""
    return Scan(part, when(event, "a"), state, None, event.text("z"), place(event, "c", "d"))


def _read(text: Any) -> dict[str, Any] | None:
    try:
        event = json.loads(text) if isinstance(text, str) else None
    except (ValueError, RecursionError):
        return None
    return event if isinstance(event, dict) else None


def recognise(message: Any, headers: Mapping[str, str]) -> int:
    whole = Reading(message)
    if whole.peek("event") in ("TRACKING_UPDATED", "TRACKING_STOPPED"):
        return 3
    one = next(iter(whole.parts("data.accepted")), None)
    if isinstance(whole.peek("Json"), list | dict) or (one is not None and "track_info" in (one.value or ())):
        return 2
    return 0


TRACK17 = Adapter(
    name="17track",
    words="17TRACK's webhooks and answers, the new ones and those with numbers: every event, and the estimate.",
    adapt=adapt,
    recognise=recognise,
    mapping=(
        (
            "`tracking.providers[].events[]`",
            "an event each",
            "by `stage` or `sub_status`; without either it is guessed to be a scan",
        ),
        *mapping("17track"),
        (
            "`z1[]`, `z2[]`, `FLastEvent`",
            "an event each",
            "the latest by the parcel's number, the others are guessed to be scans",
        ),
        ("times without a zone", "`occurred_at`", "guessed to be UTC"),
        (f"`{ESTIMATE}.to`", "`estimate_updated`", "as of `latest_sync_time`; not of a parcel that has arrived"),
        ("`number`, `carrier`", "`shipment_id`", "the carrier by its name; where it is unknown, `17track:` and the number"),
        ("`tag`", "`order_id`", "guessed"),
        ("`NotFound`, `Expired`", "–", "no news is no delay, and nothing of ours"),
    ),
)
