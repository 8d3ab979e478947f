"""From the checkout's first step to the order, and what becomes of the order's money."""

from __future__ import annotations

from typing import ClassVar, Literal

from schemas.events.envelope import Envelope, Properties
from schemas.events.fields import Actor, Currency, Instant, Minor, Name, Stage, Step, Text
from schemas.events.product import Products
from schemas.events.rules import OneOf, Rule


class CheckoutEvent(Envelope):
    topic: ClassVar[str] = "checkout.events"
    stage: ClassVar[Stage | None] = "checkout"


class OrderEvent(CheckoutEvent):
    """An event about an order names it."""

    stage: ClassVar[Stage | None] = None
    rules: ClassVar[tuple[Rule, ...]] = (OneOf(("order_id",)),)


class StartProperties(Properties):
    value_minor: Minor | None = None
    """What the order would be worth."""
    currency: Currency | None = None
    products: Products = ()


class CheckoutStarted(CheckoutEvent):
    """The customer went to check out."""

    type: Literal["checkout_started"] = "checkout_started"
    properties: StartProperties = StartProperties()


class StepProperties(Properties):
    step: Step
    shipping_method: Name | None = None
    payment_method: Name | None = None


class CheckoutStepViewed(CheckoutEvent):
    """A step of the checkout was shown."""

    type: Literal["checkout_step_viewed"] = "checkout_step_viewed"
    properties: StepProperties


class CheckoutStepCompleted(CheckoutEvent):
    """A step of the checkout was done."""

    type: Literal["checkout_step_completed"] = "checkout_step_completed"
    properties: StepProperties


class FormErrorProperties(Properties):
    field: Name
    message: Text | None = None
    step: Step | None = None


class FormErrorShown(CheckoutEvent):
    """A form did not take what was entered."""

    type: Literal["form_error_shown"] = "form_error_shown"
    properties: FormErrorProperties


class PaymentProperties(Properties):
    payment_method: Name | None = None


class PaymentInfoEntered(CheckoutEvent):
    """The customer said how they will pay."""

    type: Literal["payment_info_entered"] = "payment_info_entered"
    properties: PaymentProperties = PaymentProperties()


class PaymentFailedProperties(PaymentProperties):
    decline: Literal["hard", "soft"]
    """Hard: this card will never do. Soft: it may, later."""
    code: Name | None = None
    amount_minor: Minor | None = None
    currency: Currency | None = None


class PaymentFailed(CheckoutEvent):
    """A payment was declined."""

    type: Literal["payment_failed"] = "payment_failed"
    properties: PaymentFailedProperties


class PaymentMethodUnavailable(CheckoutEvent):
    """The customer found no way to pay that suits them."""

    type: Literal["payment_method_unavailable"] = "payment_method_unavailable"
    properties: PaymentProperties = PaymentProperties()


class OrderProperties(Properties):
    """``total`` = what is paid; ``revenue`` is without shipping and tax (Segment's meanings)."""

    total_minor: Minor | None = None
    revenue_minor: Minor | None = None
    shipping_minor: Minor | None = None
    tax_minor: Minor | None = None
    discount_minor: Minor | None = None
    currency: Currency | None = None
    coupon: Name | None = None
    payment_method: Name | None = None
    products: Products = ()
    dispatch_by: Instant | None = None
    """When it is to leave the house at the latest."""


class OrderCompleted(OrderEvent):
    """The order is placed."""

    stage: ClassVar[Stage | None] = "order"
    type: Literal["order_completed"] = "order_completed"
    properties: OrderProperties = OrderProperties()


class OrderUpdated(OrderEvent):
    """The order reads differently now."""

    actor: ClassVar[Actor] = "shop"
    type: Literal["order_updated"] = "order_updated"
    properties: OrderProperties = OrderProperties()


class CancelProperties(Properties):
    reason: Text | None = None
    whole: bool = True
    """False where only ``products`` are cancelled."""
    products: Products = ()


class OrderCancelled(OrderEvent):
    """The order, or a part of it, will not be fulfilled."""

    actor: ClassVar[Actor] = "shop"
    type: Literal["order_cancelled"] = "order_cancelled"
    properties: CancelProperties = CancelProperties()


class RefundProperties(Properties):
    amount_minor: Minor | None = None
    """Absent: all of it."""
    currency: Currency | None = None
    reason: Text | None = None


class OrderRefunded(OrderEvent):
    """Money went back to the customer."""

    actor: ClassVar[Actor] = "shop"
    type: Literal["order_refunded"] = "order_refunded"
    properties: RefundProperties = RefundProperties()
