"""An order as its shop knows it, and the chances that its deadlines are met to the microsecond."""

from __future__ import annotations

from dataclasses import dataclass

from throughline.simulator.person import Person
from throughline.simulator.world import HOUR, SECOND

BESIDE = (-1, 0, 1)
"""A deadline and its two neighbours."""


@dataclass(slots=True)
class Placed:
    order_id: str
    at: int
    dispatch_by: int | None

    @property
    def key(self) -> str:
        return f"order:{self.order_id}"


def later(person: Person, at: int, low_hours: int, high_hours: int) -> int:
    """Some hours after ``at``, never on the hour."""
    return at + person.between(low_hours * HOUR, high_hours * HOUR) + SECOND
