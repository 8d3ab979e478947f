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
