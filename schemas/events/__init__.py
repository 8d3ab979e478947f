"""What producers say. Start at ``catalogue.CATALOGUE``; one file a domain, ``envelope`` for what all share."""

from schemas.events.catalogue import CATALOGUE, NUMBERED, NUMBERS, EventType
from schemas.events.envelope import Context, Envelope, Properties

__all__ = ["CATALOGUE", "NUMBERED", "NUMBERS", "Context", "Envelope", "EventType", "Properties"]
