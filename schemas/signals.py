"""What we conclude: a friction signal, one record per change of an episode. SPEC, section 3.

In Python instants are integer microseconds since 1970 (UTC), as everywhere in the core; in JSON they are RFC 3339.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal
from uuid import NAMESPACE_URL, UUID, uuid5

from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainSerializer, WithJsonSchema

from schemas.events.fields import Currency, EventId, Minor
from schemas.instants import micros, moment, read_instant

NAMESPACE: UUID = uuid5(NAMESPACE_URL, "https://throughline.dev/")
"""Of every id that we give: ids are functions of what they name."""

Status = Literal["opened", "updated", "resolved", "expired", "retracted"]
Severity = Literal["info", "warning", "error", "critical"]
About = Literal["cart", "checkout", "order", "shipment", "ticket", "session"]


def _at(value: object) -> object:
    return value if isinstance(value, int) else micros(read_instant(value))


Instant = Annotated[
    int,
    BeforeValidator(_at),
    PlainSerializer(lambda at: moment(at).isoformat().replace("+00:00", "Z"), return_type=str, when_used="json"),
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
    )
}


def signal_id(kind: str, key: str, anchor: str) -> str:
    """The episode's id. ``anchor`` tells two episodes of one key apart; empty where there can be only one."""
    return str(uuid5(NAMESPACE, f"{kind}/{key}/{anchor}"))
