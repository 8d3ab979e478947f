"""What a detector is: what happened, and what time does.

A detector watches one kind of thing in a journey (carts, checkouts, orders …). It answers three questions, each a pure function
of the journey so far: when will this be trouble if nothing else happens (``due``), what is the trouble (``open``), and does this
touchpoint end it (``ended_by``)? The fold asks them at the right moments and keeps the episodes: a detector never sees a clock.
What an event alone makes trouble is due at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any, ClassVar, Protocol

from streams.journey.entries import Instant, Touchpoint
from streams.journey.state import Episode, Journey


class Detector(Protocol):
    kind: ClassVar[str]
    version: ClassVar[int]
    """Raised when the same settings would find something else."""

    @property
    def expires(self) -> timedelta | None:
        """An episode that is open for so long ends by itself."""

    def things(self, journey: Journey) -> Iterable[Any]:
        """What it watches in this journey."""

    def due(self, thing: Any, journey: Journey) -> Instant | None:
        """When an episode opens if nothing happens before; None while there is nothing to wait for."""

    def open(self, thing: Any, journey: Journey, at: Instant, standing: Sequence[Episode]) -> Episode | None:
        """It is due: the episode, or None where one of those standing explains it. Marks the thing: it is not due again."""

    def ended_by(self, episode: Episode, journey: Journey, touchpoint: Touchpoint) -> str | None:
        """How this touchpoint resolves the open episode, in words; None if it does not."""
