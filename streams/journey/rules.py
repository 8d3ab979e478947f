"""Every threshold of the core, by name, with its unit in the type and its source beside it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import timedelta

from streams.journey.detectors import DETECTORS, Detector
from streams.journey.entries import micros

__all__ = ["Rules", "micros"]


@dataclass(frozen=True)
class Rules:
    """What a shop may set about its journeys; the defaults are SPEC's."""

    session_gap: timedelta = timedelta(minutes=30)
    """The longest pause within a session (Google Analytics, Snowplow)."""
    journey_quiet: timedelta = timedelta(days=30)
    """A journey closes after so long with nothing open."""
    order_waits: timedelta = timedelta(days=365)
    """An order nobody delivers holds its journey open for so long after the last word of it."""
    lateness: timedelta = timedelta(days=30)
    """An event older than this when received goes to the lake only."""
    future: timedelta = timedelta(hours=24)
    """An event further ahead of its receipt is a broken clock, not an event."""
    hold_at_most: timedelta = timedelta(hours=6)
    """A source further behind than this no longer holds the clock."""
    levels: int = 5
    """Clock levels: one more than the links a chain may have before its signals can be premature. A shipment is its order's, that
    is an e-mail's or a device's, that an e-mail's, and that a customer's: four links."""
    touchpoints_max: int = 1_000
    """Of a journey longer than this the oldest touchpoints are summarised."""
    store_timezone: str = "UTC"
    """Where a promised day ends if nobody says where the parcel goes."""
    holdout_share: float = 0.0
    """The share of keys marked ``holdout``: signalled, not to be acted on."""
    detectors: tuple[Detector, ...] = field(default=DETECTORS)

    @property
    def digests(self) -> dict[str, str]:
        """Of each detector's settings, by kind: two signals with one digest were found by the same rule."""
        return {detector.kind: hashlib.sha256(repr(detector).encode()).hexdigest()[:12] for detector in self.detectors}
