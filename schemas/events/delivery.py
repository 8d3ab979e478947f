"""A parcel's way: promised, sent, scanned, delivered or not, and back again."""

from __future__ import annotations

from typing import ClassVar, Literal

from schemas.events.envelope import Envelope, Properties
from schemas.events.fields import Actor, Country, Day, Instant, Name, Stage, Text
from schemas.events.product import Products
from schemas.events.rules import ExactlyOneOf, KnownZone, OneOf, Rule


class DeliveryEvent(Envelope):
    """An event about a parcel names the order or the shipment."""

    topic: ClassVar[str] = "delivery.events"
    actor: ClassVar[Actor] = "carrier"
    rules: ClassVar[tuple[Rule, ...]] = (OneOf(("order_id", "shipment_id")),)


class ReturnEvent(DeliveryEvent):
    """An event about a return names the order."""

    stage: ClassVar[Stage | None] = "return"
    rules: ClassVar[tuple[Rule, ...]] = (OneOf(("order_id",)),)


class PromiseProperties(Properties):
    """A moment, or a day, which ends at 23:59:59 where the parcel goes."""

    rules: ClassVar[tuple[Rule, ...]] = (
        ExactlyOneOf(("promised_at", "promised_date")),
        KnownZone("destination_timezone"),
    )
    promised_at: Instant | None = None
    promised_date: Day | None = None
    destination_timezone: Name | None = None
    """IANA; an unknown one is refused."""
    destination_country: Country | None = None


class DeliveryPromised(DeliveryEvent):
    """The shop said when the order will be there."""

    actor: ClassVar[Actor] = "shop"
    type: Literal["delivery_promised"] = "delivery_promised"
    properties: PromiseProperties


class ParcelProperties(Properties):
    carrier: Name | None = None
    service: Name | None = None
    tracking_number: Name | None = None
    status: Name | None = None
    """The carrier's own word."""
    location: Text | None = None
    country: Country | None = None


class ShipmentCreated(DeliveryEvent):
    """A label was made; the parcel is still here."""

    actor: ClassVar[Actor] = "shop"
    type: Literal["shipment_created"] = "shipment_created"
    properties: ParcelProperties = ParcelProperties()


class ShipmentDispatched(DeliveryEvent):
    """The parcel was handed to the carrier."""

    actor: ClassVar[Actor] = "shop"
    stage: ClassVar[Stage | None] = "dispatch"
    type: Literal["shipment_dispatched"] = "shipment_dispatched"
    properties: ParcelProperties = ParcelProperties()


class ShipmentScanned(DeliveryEvent):
    """The carrier saw the parcel."""

    type: Literal["shipment_scanned"] = "shipment_scanned"
    properties: ParcelProperties = ParcelProperties()


class EstimateProperties(ParcelProperties):
    rules: ClassVar[tuple[Rule, ...]] = (
        ExactlyOneOf(("estimated_at", "estimated_date")),
        KnownZone("destination_timezone"),
    )
    estimated_at: Instant | None = None
    estimated_date: Day | None = None
    destination_timezone: Name | None = None
    """IANA; an unknown one is refused."""


class EstimateUpdated(DeliveryEvent):
    """The carrier now thinks it will arrive then."""

    type: Literal["estimate_updated"] = "estimate_updated"
    properties: EstimateProperties


class OutForDelivery(DeliveryEvent):
    """The parcel is on the van."""

    type: Literal["out_for_delivery"] = "out_for_delivery"
    properties: ParcelProperties = ParcelProperties()


class AttemptProperties(ParcelProperties):
    reason: Text | None = None


class DeliveryAttemptFailed(DeliveryEvent):
    """The carrier was at the door in vain. It counts as an attempt: the promise was kept if it was in time."""

    type: Literal["delivery_attempt_failed"] = "delivery_attempt_failed"
    properties: AttemptProperties = AttemptProperties()


class ReadyForPickup(DeliveryEvent):
    """The parcel waits for the customer at a shop or locker."""

    type: Literal["ready_for_pickup"] = "ready_for_pickup"
    properties: ParcelProperties = ParcelProperties()


class Delivered(DeliveryEvent):
    """The parcel is there."""

    stage: ClassVar[Stage | None] = "delivery"
    type: Literal["delivered"] = "delivered"
    properties: ParcelProperties = ParcelProperties()


class ExceptionProperties(ParcelProperties):
    exception: Literal["damaged", "lost", "customs", "address", "refused", "weather", "other"]
    detail: Text | None = None


class DeliveryException(DeliveryEvent):
    """Something went wrong on the way."""

    type: Literal["delivery_exception"] = "delivery_exception"
    properties: ExceptionProperties


class ReturnedToSender(DeliveryEvent):
    """The parcel went back undelivered."""

    type: Literal["returned_to_sender"] = "returned_to_sender"
    properties: ParcelProperties = ParcelProperties()


class ReturnProperties(Properties):
    reason: Text | None = None
    products: Products = ()


class ReturnRequested(ReturnEvent):
    """The customer wants to send something back."""

    actor: ClassVar[Actor] = "customer"
    type: Literal["return_requested"] = "return_requested"
    properties: ReturnProperties = ReturnProperties()


class ReturnReceived(ReturnEvent):
    """What was sent back has arrived."""

    actor: ClassVar[Actor] = "shop"
    type: Literal["return_received"] = "return_received"
    properties: ReturnProperties = ReturnProperties()
