"""``carrier_silent``: nobody has said a word of the parcel for too long.

Each parcel of an order by itself: no first scan so long after its dispatch, or, on its way, none so long after the last. A parcel
that waits at a pickup point, is delivered, goes back, or is held up by an exception that explains the silence has no such clock.
It ends with the next word, or when the whole order is cancelled.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import ClassVar

from streams.journey.detectors.detector import Detector, Due, Watched
from streams.journey.entries import Instant, Touchpoint, micros
from streams.journey.state import Episode, Journey, Order, Parcel
from streams.journey.words import CANCELLED, cancelled, moment, money, span


@dataclass(frozen=True)
class CarrierSilent(Detector):
    kind: ClassVar[str] = "carrier_silent"
    watches: ClassVar[Watched | None] = "orders"

    first_scan_within: timedelta = timedelta(hours=48)
    """From dispatch to the first scan (Narvar's carrier processing delay: day 2)."""
    scan_gap: timedelta = timedelta(hours=72)
    """From scan to scan (a merchant portal's help text: no movement for 48 to 72 h)."""

    @cached_property
    def _patience(self) -> dict[str, Instant]:
        return {"first scan": micros(self.first_scan_within), "scan": micros(self.scan_gap)}

    def due(self, order: Order, journey: Journey) -> Due:
        if order.cancelled_at is not None:
            return CANCELLED
        dues = [due for parcel in order.parcels.values() if (due := self._due(parcel)) is not None]
        return min(dues) if dues else "no scan of a parcel is awaited, or its silence was told"

    def _due(self, parcel: Parcel) -> Instant | None:
        if parcel.awaits is None or parcel.silent:
            return None
        return parcel.word_at + self._patience[parcel.awaits]

    def on_deadline(self, order: Order, journey: Journey, at: Instant, standing: Sequence[Episode]) -> Episode | None:
        silent = next(parcel for parcel in order.parcels.values() if self._due(parcel) == at)
        assert silent.word is not None
        for parcel in order.parcels.values():
            parcel.silent = parcel.silent or parcel.word == silent.word
        patience = span(self._patience[silent.awaits or "scan"])
        reason = (
            f"An order of {money(*order.worth)}: no {silent.awaits} within {patience} after the last word of "
            f"{moment(silent.word_at)}."
        )
        return self.episode(order.key, silent.word[0], journey, at, reason, [silent.word], worth=order.worth, by_deadline=True)

    def ended_by(self, episode: Episode, journey: Journey, touchpoint: Touchpoint) -> str | None:
        order = journey.orders.get(episode.key)
        if order is None:
            return None
        if all(parcel.word is None or parcel.word[0] != episode.anchor for parcel in order.parcels.values()):
            return f"The carrier spoke at {moment(touchpoint.at)} ({touchpoint.type})."
        return cancelled(order.cancelled_at)
