"""What followers of parcels have in common: a parcel, its scans, and when it is expected.

Their messages repeat a parcel's whole story each time. A scan's event says only what the scan says and what names the parcel, so
that it is the same event in every message; what changes from message to message, like the estimate, stays out of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from streams.collector.adapters.adapted import Made, Received, What
from streams.collector.adapters.carriers import meaning
from streams.collector.adapters.making import made
from streams.collector.adapters.reading import Reading
from streams.collector.adapters.shipments import shipment_id
from streams.collector.adapters.times import day, instant

PERSONAL = "personal: it is not needed to follow a parcel"
WHERE = "its city and state say where"
CONSTANT = "says only what kind of object this is"
LONGEST = 255
"""Of a name in the contract."""


class Parcel(NamedTuple):
    """Whose scans these are."""

    sender: str
    names: dict[str, Any]
    """``shipment_id``, ``order_id``, ``email`` … as the envelope has them."""
    properties: dict[str, Any]
    """Of all its events: carrier, service, tracking number."""


class Scan(NamedTuple):
    """What was said of a parcel once, in the sender's words."""

    part: Reading
    at: str | None
    status: str | None
    detail: str | None = None
    words: str | None = None
    location: str | None = None
    country: str | None = None
    accounts: tuple[str, ...] = ("",)
    """Where in the part it stands, if not all of it does: what becomes no event is said of that."""


def parcel(
    sender: str, part: Reading, carrier: str | None, code: str | None, service: str | None = None, **names: Any
) -> Parcel | None:
    """``None``, and the part refused, where no code is named."""
    if code is None:
        part.note("", "refused", "names no tracking code")
        return None
    name = shipment_id(carrier, code)
    if name is None:
        part.guess("", "names no carrier: the parcel is called by the service that follows it")
    properties = {"carrier": carrier, "service": service, "tracking_number": code}
    return Parcel(sender, {"shipment_id": name or f"{sender}:{code}", **names}, properties)


def scanned(of: Parcel, scans: Iterable[Scan], received: Received) -> Iterator[Made]:
    """An event a scan, of those that say something of ours."""
    for scan in scans:
        row = meaning(of.sender, scan.status, scan.detail)
        if row is None:
            _note(scan, "unmapped", f"{_status(scan) or 'no status'} is no step of a parcel's way")
        elif scan.at is None:
            _note(scan, "refused", "says no time")
        else:
            found = {"exception": row.exception, "detail": scan.words} if row.exception else {}
            reason = {"reason": scan.words} if row.type == "delivery_attempt_failed" else {}
            yield told(of, row.type, scan.at, scan.part, received, **_seen(scan), **found, **reason)


def told(of: Parcel, kind: str, at: str, part: Reading, received: Received, **properties: Any) -> Made:
    """An event of the parcel's."""
    known = {name: value for name, value in (of.properties | properties).items() if value is not None}
    event = {"type": kind, "occurred_at": at, "channel": "carrier", **of.names, "properties": known}
    return made(of.sender, event, part.at, received)


def expected(of: Parcel, part: Reading, path: str, told_by: Reading, since: str, received: Received) -> Iterator[Made]:
    """When the parcel is to arrive, as of ``since``: a moment, or a day where no zone says which moment."""
    text = part.peek(path)
    moment, date = instant(text), day(text)
    if not text:
        return
    if (moment or date) is None or instant(told_by.peek(since), "UTC") is None:
        part.note(path, "refused", "says no time" if (moment or date) is None else "nobody says since when that is expected")
        return
    part.take(path)
    if moment is None and len(text) > len("2024-05-01"):
        part.guess(path, "has no zone: taken as the day")
    arrives = {"estimated_date": date} if moment is None else {"estimated_at": moment}
    yield told(of, "estimate_updated", when(told_by, since) or "", part, received, **arrives)


def when(part: Reading, path: str) -> str | None:
    """A scan's time. Without a zone it is taken as UTC, without a time of day as the day's beginning."""
    text = part.text(path)
    moment, date = instant(text, "UTC"), day(text)
    if moment is not None and instant(text) is None:
        part.guess(path, "has no zone: taken as UTC")
    if moment is None and date is not None:
        part.guess(path, "says only the day: taken as its beginning in UTC")
        return f"{date}T00:00:00Z"
    return moment


def place(part: Reading, *names: str) -> str | None:
    """City, state …, those that are said."""
    return ", ".join(text for name in names if (text := part.text(name))) or None


def country(part: Reading, path: str) -> str | None:
    """Two letters of ISO 3166-1; another spelling is no country of ours."""
    code = part.peek(path)
    if not isinstance(code, str) or len(code) != 2 or not (code.isascii() and code.isalpha()):
        return None
    part.take(path)
    return code.upper()


def _note(scan: Scan, what: What, why: str) -> None:
    for path in scan.accounts:
        scan.part.note(path, what, why)


def _seen(scan: Scan) -> dict[str, Any]:
    words = scan.words[:LONGEST] if scan.words else None
    return {"status": words, "location": scan.location, "country": scan.country, "sender_status": _status(scan)}


def _status(scan: Scan) -> str | None:
    return "/".join(word for word in (scan.status, scan.detail) if word) or None
