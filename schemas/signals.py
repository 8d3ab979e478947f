"""What we conclude: a friction signal, one record per change of an episode. SPEC, section 3.

In Python instants are integer microseconds since 1970 (UTC), as everywhere in the core; in JSON they are RFC 3339.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha1
from typing import Annotated, Literal
from uuid import NAMESPACE_URL, UUID, uuid5

from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainSerializer, WithJsonSchema

from schemas.events.fields import Currency, EventId, Minor
from schemas.instants import micros, moment, read_instant

NAMESPACE: UUID = uuid5(NAMESPACE_URL, "https://throughline.dev/")
"""Of every id that we give: ids are functions of what they name."""
_NAMESPACE = NAMESPACE.bytes

Status = Literal["opened", "updated", "resolved", "expired", "retracted"]
Severity = Literal["info", "warning", "error", "critical"]
About = Literal["cart", "checkout", "order", "shipment", "ticket", "session"]


def _at(value: object) -> object:
    return value if isinstance(value, int) else micros(read_instant(value))


def text_of(at: int) -> str:
    """RFC 3339 in UTC."""
    return moment(at).isoformat().replace("+00:00", "Z")


Instant = Annotated[
    int,
    BeforeValidator(_at),
    PlainSerializer(text_of, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
"""Microseconds since 1970 (UTC); read also from RFC 3339, written as such."""


class Evidence(BaseModel):
    """An event that shows it, and the record it came in."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)

    event_id: EventId
    topic: str
    partition: int
    offset: int


class Signal(BaseModel):
    """One change of an episode. The same change is always the same ``signal_id``, ``status`` and ``changed_at``."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)

    signal_id: str
    """UUIDv5 of kind, key and episode."""
    kind: str
    """One of ``KINDS``; consumers should pass over kinds they do not know."""
    status: Status
    severity: Severity
    key: str
    """What it is about: ``cart:42``, ``order:7`` …"""
    journey_id: str
    subject: str
    """Whose journey: the strongest identifier known, like ``customer:ada``; e-mail and phone are hashed."""
    opened_at: Instant
    due_at: Instant
    """When what should have happened was due."""
    ended_at: Instant | None = None
    changed_at: Instant
    """Log time: the firing clock at which it became known."""
    reason: str
    """In words, for people."""
    evidence: tuple[Evidence, ...] = ()
    value_minor: Minor | None = None
    currency: Currency | None = None
    detector: str
    detector_version: int
    settings_digest: str
    """Tells two runs under different thresholds apart."""
    action: str
    """The recommended next step."""
    holdout: bool = False
    """True: this customer is in the control group, so nobody should act."""
    replay: bool = False
    """True: told again from history; do not alert."""


@dataclass(frozen=True)
class Kind:
    """A kind of friction, as detectors declare it and documents list it."""

    name: str
    about: About
    words: str
    severity: Severity
    action: str
    lasting: bool = True
    """False: it has happened and that is that, nothing ends it; it never stands on ``friction.open``."""


KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind(
            "cart_abandoned",
            "cart",
            "A cart was left: not empty, no checkout since its last change, its owner quiet for 30 minutes",
            "warning",
            "Remind the customer of the cart, with help rather than a discount first.",
        ),
        Kind(
            "checkout_abandoned",
            "checkout",
            "A checkout was left: started, no order, its owner quiet for 15 minutes",
            "error",
            "Ask what went wrong and offer a way to finish: the saved checkout, another payment method, a person.",
        ),
        Kind(
            "dispatch_late",
            "order",
            "An order was not dispatched within 48 hours, or by its own dispatch_by",
            "warning",
            "Find the order in the warehouse; tell the customer the new date before they ask.",
        ),
        Kind(
            "delivery_late",
            "order",
            "A promise has passed, and the parcel is neither delivered, attempted nor ready for pickup",
            "error",
            "Tell the customer before they ask, with the new date; make it good.",
        ),
        Kind(
            "browse_abandoned",
            "session",
            "Somebody looked at products, put nothing into a cart and went quiet",
            "info",
            "Nothing urgent: let it inform recommendations and the next visit.",
            lasting=False,
        ),
        Kind(
            "payment_trouble",
            "checkout",
            "Paying did not work: failed twice, declined for good, or no method that suits",
            "error",
            "Offer another way to pay at once; keep the checkout open; look whether others fail with this method too.",
        ),
        Kind(
            "form_trouble",
            "checkout",
            "A form refused the same field three times",
            "warning",
            "Offer help at the field; look what it refuses.",
        ),
        Kind(
            "search_dead_end",
            "session",
            "Two searches found nothing, and no product was looked at in between",
            "info",
            "Suggest what comes near; tell the assortment team what was looked for.",
        ),
        Kind(
            "page_frustration",
            "session",
            "A page got in the way: a frustrated click, three errors, or the same page three times within 15 seconds",
            "warning",
            "Look at the page and at the errors shown there.",
        ),
        Kind(
            "coupon_trouble",
            "session",
            "A coupon was denied, and the session ended without an order",
            "info",
            "Say why it was denied and what would work instead.",
        ),
        Kind(
            "carrier_silent",
            "order",
            "The carrier has not said a word: no first scan 48 hours after dispatch, or no scan for 72 hours on the way",
            "warning",
            "Ask the carrier for a trace before the customer asks you.",
        ),
        Kind(
            "delay_expected",
            "order",
            "The newest estimate is later than the promise, which is not yet past",
            "warning",
            "Tell the customer the new date now: the promise can still be mended.",
        ),
        Kind(
            "delivery_failed",
            "order",
            "The carrier was at the door in vain, or the parcel lies unclaimed at the pickup point",
            "warning",
            "Check the address with the customer; arrange another attempt or remind them of the pickup.",
        ),
        Kind(
            "delivery_exception",
            "order",
            "The parcel is damaged, lost, on its way back, or stuck in customs",
            "error",
            "Send a replacement or refund; open a claim with the carrier.",
        ),
        Kind(
            "reply_late",
            "ticket",
            "A ticket has waited four hours for a human reply",
            "warning",
            "Answer now, or say when.",
        ),
        Kind(
            "ticket_reopened",
            "ticket",
            "A ticket that was held to be solved is not",
            "warning",
            "Give it to somebody senior, with the whole history.",
        ),
        Kind(
            "repeat_contact",
            "ticket",
            "The second ticket about one order, or the third in seven days",
            "error",
            "One person takes all of it over and calls the customer.",
        ),
        Kind(
            "where_is_my_order",
            "order",
            "The customer is looking for a parcel that is on its way",
            "warning",
            "Send the tracking and the expected day unasked.",
        ),
        Kind(
            "bad_score",
            "order",
            "A score that says unhappy: NPS 6 or less, the bottom two of five, the hardest two",
            "warning",
            "Call back and ask; note what was said.",
            lasting=False,
        ),
        Kind(
            "refund_late",
            "order",
            "A return was received five days ago and nothing was refunded",
            "error",
            "Refund today, and say so.",
        ),
    )
}


def signal_id(kind: str, key: str, anchor: str) -> str:
    """The episode's id. ``anchor`` tells two episodes of one key apart; empty where there can be only one."""
    return named(f"{kind}/{key}/{anchor}")


def named(name: str) -> str:
    """``str(uuid5(NAMESPACE, name))``, three times as fast: ids are made for every row and every claim."""
    digest = bytearray(sha1(_NAMESPACE + name.encode(), usedforsecurity=False).digest()[:16])
    digest[6] = digest[6] & 0x0F | 0x50
    digest[8] = digest[8] & 0x3F | 0x80
    text = digest.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
