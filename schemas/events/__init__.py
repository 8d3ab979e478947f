"""What producers say. Start at ``catalogue.CATALOGUE``; one file a domain, ``envelope`` for what all share."""

from schemas.events.catalogue import CATALOGUE, NUMBERED, NUMBERS, EventType
from schemas.events.envelope import IDENTIFIERS, Context, Envelope, Properties
from schemas.events.fields import CHANNELS

__all__ = ["CATALOGUE", "CHANNELS", "IDENTIFIERS", "NUMBERED", "NUMBERS", "Context", "Envelope", "EventType", "Properties"]
