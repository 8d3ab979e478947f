"""EasyPost: trackers, as events bring them (``tracker.created``, ``tracker.updated``) or its API gives them, and bought labels.

https://docs.easypost.com/docs/trackers, https://docs.easypost.com/docs/events
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from streams.collector.adapters.adapted import Adapted, Adapter, Made, Received
from streams.collector.adapters.carriers import mapping
from streams.collector.adapters.making import email_of, finished, left_out, phone_of, unless_nothing
from streams.collector.adapters.reading import Reading
from streams.collector.adapters.tracking import (
    CONSTANT,
    PERSONAL,
    WHERE,
    Parcel,
    Scan,
    country,
    expected,
    parcel,
    place,
    scanned,
    told,
    when,
)

OVER = ("delivered", "return_to_sender", "cancelled")
ATTEMPT, DAY = "carrier_detail.initial_delivery_attempt", "carrier_detail.est_delivery_date_local"
SAME = "the scans say the same; it only tells whether the estimate still holds"
TEST = "a test's parcel is taken as any other: give tests a source of their own"
_OF_A_TRACKER = {"object": CONSTANT, "mode": TEST, "signed_by": PERSONAL}
_OF_A_SCAN = {"object": CONSTANT, "tracking_location.object": CONSTANT, "tracking_location.zip": WHERE}
_OF_A_LABEL = {
    "object": CONSTANT,
    "mode": TEST,
    "from_address": "the shop's own",
    "return_address": "the shop's own",
    "to_address": PERSONAL,
    "buyer_address": PERSONAL,
}


def adapt(message: Any, received: Received) -> Adapted:
    whole = Reading(message)
    return finished(whole, (one for part in _objects(whole) for one in _KINDS[_kind(part)](part, received)))


def _objects(whole: Reading) -> list[Reading]:
    """A tracker, a shipment or an event, or the lists of them that the API gives."""
    lists = [*whole.parts(""), *whole.parts("trackers"), *whole.parts("events"), *whole.parts("shipments")]
    return lists or [whole]


def _kind(part: Reading) -> str:
    kind = part.peek("object")
    return kind if isinstance(kind, str) and kind in _KINDS else "other"


def _event(event: Reading, received: Received) -> Iterator[Made]:
    result = event.part("result")
    if _kind(result) not in ("Tracker", "Shipment"):
        event.note("", "unmapped", "it brings no tracker and no shipment")
        return
    left_out(event, {"object": CONSTANT, "mode": TEST, "description": "the tracker that it brings says the same"})
    yield from _KINDS[_kind(result)](result, received)


def _tracker(tracker: Reading, received: Received) -> Iterator[Made]:
    return unless_nothing(tracker, _followed(tracker, received))


def _followed(tracker: Reading, received: Received) -> Iterator[Made]:
    carrier, service = tracker.text("carrier"), tracker.text("carrier_detail.service")
    followed = parcel("easypost", tracker, carrier, tracker.text("tracking_code"), service)
    if followed is None:
        return
    left_out(tracker, _OF_A_TRACKER)
    scans = [_scan(part) for part in tracker.parts("tracking_details")]
    if scans:
        left_out(tracker, {"status": SAME, "status_detail": SAME})
    else:
        at, accounts = when(tracker, "updated_at"), ("status", "status_detail")
        scans = [Scan(tracker, at, tracker.text("status"), tracker.text("status_detail"), accounts=accounts)]
    yield from scanned(followed, scans, received)
    yield from _attempted(followed, tracker, scans, received)
    yield from _expected(followed, tracker, received)


def _attempted(followed: Parcel, tracker: Reading, scans: list[Scan], received: Received) -> Iterator[Made]:
    """The first attempt, where it is not the delivery."""
    at = when(tracker, ATTEMPT)
    if at is not None and not any(scan.at == at and scan.status == "delivered" for scan in scans):
        tracker.guess(ATTEMPT, "it failed, as no scan says that it delivered")
        yield told(followed, "delivery_attempt_failed", at, tracker, received)


def _expected(followed: Parcel, tracker: Reading, received: Received) -> Iterator[Made]:
    """The day where the parcel goes if that is told, else the moment."""
    path = DAY if tracker.peek(DAY) else "est_delivery_date"
    if tracker.peek("status") in OVER or not tracker.peek(path):
        left_out(tracker, dict.fromkeys(("est_delivery_date", DAY, "updated_at"), "the parcel is not, or no longer, expected"))
        return
    if path == DAY:
        left_out(tracker, {"est_delivery_date": "the day where the parcel goes says it better"})
    yield from expected(followed, tracker, path, tracker, "updated_at", received)


def _scan(part: Reading) -> Scan:
    left_out(part, _OF_A_SCAN | {"source": "the parcel's carrier"})
    return Scan(
        part,
        when(part, "datetime"),
        part.text("status"),
        part.text("status_detail"),
        part.text("message"),
        place(part, "tracking_location.city", "tracking_location.state"),
        country(part, "tracking_location.country"),
    )


def _shipment(shipment: Reading, received: Received) -> Iterator[Made]:
    """A label that was bought. Its tracker speaks for itself."""
    at, rate = when(shipment, "postage_label.created_at"), shipment.part("selected_rate")
    if at is None or shipment.get("is_return") is True:
        shipment.note("", "unmapped", "no label that takes a parcel to a customer")
        return
    sent = parcel(
        "easypost",
        shipment,
        rate.text("carrier"),
        shipment.text("tracking_code"),
        rate.text("service"),
        order_id=shipment.text("reference"),
        email=email_of(shipment, "to_address.email"),
        phone=phone_of(shipment, "to_address.phone"),
    )
    if sent is None:
        return
    if sent.names["order_id"] is not None:
        shipment.guess("reference", "the shop's own reference is its order's id")
    left_out(shipment, _OF_A_LABEL)
    yield told(sent, "shipment_created", at, shipment, received)
    if _kind(shipment.part("tracker")) == "Tracker":
        yield from _tracker(shipment.part("tracker"), received)


def _other(part: Reading, received: Received) -> Iterator[Made]:
    part.note("", "unmapped", "neither a tracker nor an event that brings one, nor a shipment")
    yield from ()


_KINDS: dict[str, Callable[[Reading, Received], Iterator[Made]]] = {
    "Event": _event,
    "Tracker": _tracker,
    "Shipment": _shipment,
    "other": _other,
}


def recognise(message: Any, headers: Mapping[str, str]) -> int:
    if "x-hmac-signature" in headers or "x-hmac-signature-v2" in headers:
        return 3
    first = _objects(Reading(message))[0]
    marks = {"Event": "evt_", "Tracker": "trk_", "Shipment": "shp_"}
    return 3 if str(first.peek("id")).startswith(marks.get(_kind(first), "\0")) else 0


EASYPOST = Adapter(
    name="easypost",
    words="EasyPost's trackers, by webhook or as its API gives them: every scan, attempts, estimates; and bought labels.",
    adapt=adapt,
    recognise=recognise,
    mapping=(
        ("`tracking_details[]`", "an event each", "by `status`, where a finer `status_detail` does not say more; below"),
        *mapping("easypost"),
        ("`carrier_detail.initial_delivery_attempt`", "`delivery_attempt_failed`", "unless a scan says it delivered then"),
        ("`est_delivery_date`", "`estimate_updated`", "as of `updated_at`; not of a parcel that has arrived or gone back"),
        ("a `Shipment` with its label", "`shipment_created`", "`reference` is guessed to be the order's id; a return's is none"),
        ("`carrier`, `tracking_code`", "`shipment_id`", "both together: codes are used again, and by several carriers"),
        ("`signed_by`, addresses", "–", "left out: personal"),
    ),
)
