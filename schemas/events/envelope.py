"""What every event says, whatever it is about: who, when, where from. SPEC, section 1.

An event is frozen once made. Unknown fields are kept, because producers move before consumers do.
"""

from __future__ import annotations

from typing import Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict, model_validator
from pydantic.config import JsonDict
from pydantic_core import PydanticCustomError

from schemas.events.fields import (
    Actor,
    Channel,
    Country,
    Currency,
    EventId,
    Identifier,
    Instant,
    Name,
    Stage,
    Text,
    TraceParent,
)
from schemas.events.rules import Rule


class Fact(BaseModel):
    """An object inside an event, or the event itself: frozen, strict, open to fields it does not know."""

    model_config = ConfigDict(frozen=True, strict=True, extra="allow", allow_inf_nan=False, use_attribute_docstrings=True)
    rules: ClassVar[tuple[Rule, ...]] = ()

    @model_validator(mode="after")
    def _keeps_its_rules(self) -> Self:
        for rule in self.rules:
            words = rule.broken(lambda field: getattr(self, field))
            if words:
                raise PydanticCustomError("rule", "{words}", {"words": words, "path": rule.path})
        return self

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: Any, handler: Any) -> JsonDict:
        """The fields' schema, and the rules that JSON Schema can say."""
        schema: JsonDict = handler(core_schema)
        said = [words for rule in cls.rules if (words := rule.schema())]
        if said:
            handler.resolve_ref_schema(schema)["allOf"] = said
        return schema


class Properties(Fact):
    """What an event says beyond the envelope; a type without fields of its own uses this."""


class Campaign(Fact):
    """What brought the customer here (the ``utm_`` parameters)."""

    id: Name | None = None
    name: Name | None = None
    source: Name | None = None
    medium: Name | None = None
    term: Name | None = None
    content: Name | None = None


class Page(Fact):
    """The page an event happened on."""

    url: Text | None = None
    path: Text | None = None
    title: Text | None = None
    referrer: Text | None = None


class Context(Fact):
    """The circumstances of an event, as far as the producer knows them."""

    device: Name | None = None
    os: Name | None = None
    locale: Name | None = None
    """BCP 47, like ``pt-BR``."""
    country: Country | None = None
    currency: Currency | None = None
    timezone: Name | None = None
    """IANA, like ``America/Sao_Paulo``."""
    campaign: Name | Campaign | None = None
    referrer: Text | None = None
    page: Text | Page | None = None
    """Its URL, or more."""
    experiments: dict[str, str] | None = None
    """Experiment to variation."""
    consent: dict[str, bool] | None = None
    """Purpose to yes or no."""
    traceparent: TraceParent | None = None


class Envelope(Fact):
    """The outside of every event. ``occurred_at`` is on the producer's clock; ``received_at`` on the collector's."""

    topic: ClassVar[str] = ""
    actor: ClassVar[Actor] = "customer"
    stage: ClassVar[Stage | None] = None
    """The stage of a journey that it reaches, if any."""

    event_id: EventId
    """Unique; the same id again is the same event again."""
    type: str
    occurred_at: Instant
    sent_at: Instant | None = None
    """On the producer's clock, when it left; with ``received_at`` it tells how wrong that clock is."""
    received_at: Instant | None = None
    source: Name | None = None
    channel: Channel | None = None
    customer_id: Identifier | None = None
    email: Identifier | None = None
    phone: Identifier | None = None
    anonymous_id: Identifier | None = None
    """The device or browser."""
    order_id: Identifier | None = None
    shipment_id: Identifier | None = None
    ticket_id: Identifier | None = None
    session_id: Identifier | None = None
    cart_id: Identifier | None = None
    checkout_id: Identifier | None = None
    context: Context | None = None
    properties: Properties = Properties()


IDENTIFIERS = ("customer_id", "email", "phone", "anonymous_id", "order_id", "shipment_id", "ticket_id")
"""Of the envelope: whom or what an event is about, the strongest first. An event names at least one."""
