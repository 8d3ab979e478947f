"""AfterShip's tracking webhooks: ``{event, event_id, ts, msg}``, where ``msg`` is the whole tracking with its checkpoints.

https://www.aftership.com/docs/tracking/2026-07/webhook/webhook-specifications; of years before too, where names differ.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from streams.collector.adapters.adapted import Adapted, Adapter, Made, Received
from streams.collector.adapters.carriers import mapping
from streams.collector.adapters.making import email_of, finished, left_out, phone_of, unless_nothing
from streams.collector.adapters.reading import Reading
from streams.collector.adapters.times import day, instant
from streams.collector.adapters.tracking import PERSONAL, WHERE, Parcel, Scan, expected, parcel, place, scanned, told, when

CITY = ("city", "state", "country_iso3", "country_region")
"""A country has three letters here, and ours two: so it stands in the place's name."""
OVER = ("Delivered", "Expired")
SAME = "the checkpoints say the same; it only tells whether the estimate still holds"
ESTIMATES = ("latest_estimated_delivery.datetime", "courier_estimated_delivery_date.estimated_delivery_date", "expected_delivery")
"""The newest first, whoever made it; the last is what older messages have."""
_OF_A_MESSAGE = {"event": "the tracking that it brings says the same"}
_OF_A_TRACKING = {
    "customer_name": PERSONAL,
    "customers": PERSONAL,
    "emails": "those who are written to, who may be the shop's own people",
    "smses": "those who are written to, who may be the shop's own people",
    "subscribed_emails": PERSONAL,
    "subscribed_smses": PERSONAL,
    "signed_by": PERSONAL,
    "title": "free text, often with a name in it",
    "note": "free text, often with a name in it",
    "tracking_postal_code": PERSONAL,
    "destination_raw_location": PERSONAL,
    "destination_postal_code": PERSONAL,
    "origin_raw_location": "the shop's own",
}
_OF_A_CHECKPOINT = {
    "subtag_message": "the words for the subtag",
    "raw_tag": "AfterShip's tag says it in words of ours",
    "created_at": "when AfterShip heard of it",
    "slug": "the parcel's carrier",
    "zip": WHERE,
    "postal_code": WHERE,
    "coordinates": WHERE,
    "coordinate": WHERE,
    "country_name": "the country's code says it",
    "country_region_name": "the country's code says it",
}


def adapt(message: Any, received: Received) -> Adapted:
    whole = Reading(message)
    return finished(whole, unless_nothing(whole, _made(whole, received)))


def _made(whole: Reading, received: Received) -> Iterator[Made]:
    tracking = whole.part("msg")
    if not tracking.value:
        return
    left_out(whole, _OF_A_MESSAGE)
    order, number = tracking.text("order_id"), tracking.text("order_number")
    followed = parcel(
        "aftership",
        tracking,
        tracking.text("slug"),
        tracking.text("tracking_number"),
        order_id=order or number,
        email=_of_customer(tracking, "email"),
        phone=_of_customer(tracking, "phone_number"),
    )
    if followed is None:
        return
    left_out(tracking, _OF_A_TRACKING | ({"order_number": "the order's id says which"} if order else {}))
    yield from _scanned(followed, tracking, received)
    yield from _promised(followed, tracking, received)
    yield from _expected(followed, tracking, received)


def _of_customer(tracking: Reading, name: str) -> str | None:
    """Of the first customer who has one."""
    read = email_of if name == "email" else phone_of
    return next((text for customer in tracking.parts("customers") if (text := read(customer, name))), None)


def _scanned(followed: Parcel, tracking: Reading, received: Received) -> Iterator[Made]:
    checkpoints = tracking.parts("checkpoints")
    if not checkpoints:
        at = when(tracking, "updated_at")
        now = Scan(tracking, at, tracking.text("tag"), tracking.text("subtag"), accounts=("tag", "subtag", "subtag_message"))
        yield from scanned(followed, [now], received)
        return
    left_out(tracking, {"tag": SAME, "subtag": SAME, "subtag_message": SAME})
    yield from scanned(followed, map(_scan, checkpoints), received)


def _scan(part: Reading) -> Scan:
    named = any(isinstance(part.peek(name), str) for name in CITY)
    left_out(part, _OF_A_CHECKPOINT | ({"location": WHERE} if named else {}))
    where = place(part, *CITY) if named else place(part, "location")
    return Scan(part, when(part, "checkpoint_time"), part.text("tag"), part.text("subtag"), part.text("message"), where)


def _promised(followed: Parcel, tracking: Reading, received: Received) -> Iterator[Made]:
    """What the shop said, as it told AfterShip: a day."""
    path = "order_promised_delivery_date"
    since = next((name for name in ("order_date", "created_at") if instant(tracking.peek(name), "UTC")), None)
    promised = day(tracking.peek(path))
    if promised is None or since is None:
        return
    tracking.take(path)
    tracking.guess(path, "promised when the order was placed, or else when AfterShip was told of the parcel")
    named = followed._replace(properties={})
    yield told(named, "delivery_promised", when(tracking, since) or "", tracking, received, promised_date=promised)


def _expected(followed: Parcel, tracking: Reading, received: Received) -> Iterator[Made]:
    known = [path for path in ESTIMATES if tracking.peek(path)]
    if tracking.peek("tag") in OVER or not known:
        left_out(tracking, dict.fromkeys((*ESTIMATES, "updated_at"), "the parcel is not, or no longer, expected"))
        return
    left_out(tracking, dict.fromkeys(known[1:], "a newer estimate is there"))
    yield from expected(followed, tracking, known[0], tracking, "updated_at", received)


def recognise(message: Any, headers: Mapping[str, str]) -> int:
    if "aftership-hmac-sha256" in headers or "as-signature-hmac-sha256" in headers:
        return 3
    whole = Reading(message)
    return 2 if whole.peek("msg.tracking_number") and (whole.peek("msg.tag") or whole.peek("msg.checkpoints")) else 0


AFTERSHIP = Adapter(
    name="aftership",
    words="AfterShip's tracking webhooks: every checkpoint, the shop's promise, and the newest estimate.",
    adapt=adapt,
    recognise=recognise,
    mapping=(
        ("`msg.checkpoints[]`", "an event each", "by `tag`, where a finer `subtag` does not say more; below"),
        *mapping("aftership"),
        ("`checkpoint_time`", "`occurred_at`", "without a zone it is guessed to be UTC"),
        ("`Expired`, `Pending`", "–", "no news is no delay, and nothing of ours"),
        ("`msg.order_promised_delivery_date`", "`delivery_promised`", "as of `order_date`, else of `created_at`"),
        (", ".join(f"`msg.{path}`" for path in ESTIMATES), "`estimate_updated`", "the first of them, as of `updated_at`"),
        ("`msg.order_id`, else `msg.order_number`", "`order_id`", ""),
        ("`msg.customers[].email`, `.phone_number`", "`email`, `phone`", "the first of each; hashed before anything is written"),
        ("names, addresses, who is written to", "–", "left out: personal"),
    ),
)
