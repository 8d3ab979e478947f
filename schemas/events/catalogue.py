"""Every event there is, as data: name, topic, whose doing, what it reaches, and the model that defines it."""

from __future__ import annotations

from dataclasses import dataclass
from types import ModuleType

from schemas.events import checkout, delivery, storefront, support
from schemas.events.envelope import Envelope, Properties
from schemas.events.fields import Actor, Stage


@dataclass(frozen=True)
class EventType:
    """One line of the catalogue."""

    name: str
    topic: str
    actor: Actor
    stage: Stage | None
    model: type[Envelope]
    properties: type[Properties]

    @property
    def own(self) -> bool:
        """The customer's own doing: it opens sessions and restarts quiet times."""
        return self.actor == "customer"

    @property
    def words(self) -> str:
        """What it means, in a sentence."""
        return (self.model.__doc__ or "").strip()


def _listed(model: type[Envelope]) -> EventType:
    name = model.model_fields["type"].default
    properties = model.model_fields["properties"].annotation
    if not isinstance(name, str) or not isinstance(properties, type) or not issubclass(properties, Properties):
        raise TypeError(f"{model.__name__} does not say its type and properties")
    return EventType(name, model.topic, model.actor, model.stage, model, properties)


def _models(domain: ModuleType) -> list[type[Envelope]]:
    """The event models of a domain's file in the order of the file: those that set their ``type``."""
    own = [value for value in vars(domain).values() if isinstance(value, type) and value.__module__ == domain.__name__]
    return [model for model in own if issubclass(model, Envelope) and not model.model_fields["type"].is_required()]


DOMAINS: tuple[ModuleType, ...] = (storefront, checkout, delivery, support)

CATALOGUE: dict[str, EventType] = {
    listed.name: listed for domain in DOMAINS for model in _models(domain) for listed in [_listed(model)]
}

NUMBERED: tuple[str, ...] = (
    "page_viewed",
    "products_searched",
    "product_list_viewed",
    "product_viewed",
    "product_added",
    "product_removed",
    "cart_viewed",
    "coupon_applied",
    "coupon_denied",
    "wishlist_added",
    "promotion_viewed",
    "promotion_clicked",
    "feature_used",
    "click_frustrated",
    "error_shown",
    "experiment_viewed",
    "identified",
    "logged_out",
    "consent_changed",
    "loyalty_changed",
    "checkout_started",
    "checkout_step_viewed",
    "checkout_step_completed",
    "form_error_shown",
    "payment_info_entered",
    "payment_failed",
    "payment_method_unavailable",
    "order_completed",
    "order_updated",
    "order_cancelled",
    "order_refunded",
    "delivery_promised",
    "shipment_created",
    "shipment_dispatched",
    "shipment_scanned",
    "estimate_updated",
    "out_for_delivery",
    "delivery_attempt_failed",
    "ready_for_pickup",
    "delivered",
    "delivery_exception",
    "returned_to_sender",
    "return_requested",
    "return_received",
    "ticket_opened",
    "agent_replied",
    "customer_replied",
    "ticket_handed_over",
    "ticket_solved",
    "ticket_reopened",
    "article_viewed",
    "survey_answered",
    "review_posted",
    "complaint_raised",
    "privacy_requested",
)
"""Every type at its number, by which logs and states name it. **Append only**: a number once given means the same for ever."""
NUMBERS: dict[str, int] = {name: number for number, name in enumerate(NUMBERED)}
