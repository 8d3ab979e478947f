"""Every topic, declared once: name, key, partitions, how long it is kept and how it is cleaned.

The topic creator, Faust, the collector, the oracle and the published AsyncAPI document read it here. Partitions are the
default of the setting of the same name; the source topics and journey.log all have as many. The changelog of the workers'
state is Faust's own topic; it is compacted and has as many partitions as journey.log.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

STOREFRONT = "storefront.events"
CHECKOUT = "checkout.events"
DELIVERY = "delivery.events"
SUPPORT = "support.events"
JOURNEY_LOG = "journey.log"
FRICTION_SIGNALS = "friction.signals"
FRICTION_OPEN = "friction.open"
JOURNEYS = "journeys"
DEAD_LETTER = "events.dead-letter"

SOURCE_TOPICS = (STOREFRONT, CHECKOUT, DELIVERY, SUPPORT)
"""In this order: a topic's place here is its number in touchpoints and evidence, so new ones are added at the end."""

PARTITIONS = 4

CONTROL_HEADER = "throughline"
"""The Kafka header by which a record on a source topic is no event but a word of ours: ``tick`` or ``revoke``."""
TICK = "tick"
"""Value ``{"at": µs since 1970, "replay": bool}``: all of this partition up to ``at`` stands before this record."""
REVOKE = "revoke"
"""Value ``{"identifier", "target", "at", "event_id"}``: what tied the two up to ``at`` never did."""

Cleanup = Literal["delete", "compact"]


@dataclass(frozen=True)
class Topic:
    """A topic as it is to be created."""

    name: str
    key: str
    """What a record's key is, in words."""
    holds: str
    """What a record is, in words."""
    partitions: int = PARTITIONS
    retention: timedelta | None = timedelta(days=30)
    """``None``: for ever, as compaction alone removes."""
    cleanup: Cleanup = "delete"

    @property
    def config(self) -> dict[str, str]:
        """The topic configuration in Kafka's own words."""
        kept = -1 if self.retention is None else self.retention // timedelta(milliseconds=1)
        return {"cleanup.policy": self.cleanup, "retention.ms": str(kept)}


_STRONGEST = "the strongest identifier of the event"

TOPICS: tuple[Topic, ...] = (
    Topic(STOREFRONT, _STRONGEST, "What happens in the shop before checkout"),
    Topic(CHECKOUT, _STRONGEST, "From the first step of the checkout to the order and its money"),
    Topic(DELIVERY, _STRONGEST, "A parcel's way"),
    Topic(SUPPORT, _STRONGEST, "Tickets, surveys, reviews, complaints"),
    Topic(JOURNEY_LOG, "none; the partition is the subject's", "Entries, many to a record (msgpack); internal"),
    Topic(FRICTION_SIGNALS, "what the episode is about", "Every change of every episode", retention=timedelta(days=90)),
    Topic(
        FRICTION_OPEN,
        "the episode's signal_id",
        "The open episodes; an ended one becomes a tombstone",
        retention=None,
        cleanup="compact",
    ),
    Topic(JOURNEYS, "journey_id", "The latest state of each journey", retention=None, cleanup="compact"),
    Topic(DEAD_LETTER, "dead_letter_id", "What was refused, and why", retention=timedelta(days=90)),
)
