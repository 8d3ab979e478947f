"""What world to simulate. The same world gives the same bytes, on any machine.

For that, everything random comes from ``random.Random`` seeded with text, and only through integers and comparisons: a logarithm
may differ in its last bit from one C library to the next.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import accumulate

from schemas.instants import micros

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

TRANSIT = 3 * SECOND
"""What every record takes at most."""
DISORDER = 5 * MINUTE
"""What a record takes at most that comes out of order, if it is not late."""

_BUSY = (1, 1, 1, 1, 1, 2, 3, 5, 6, 7, 8, 8, 9, 8, 7, 7, 8, 9, 11, 12, 12, 10, 6, 3)
"""How busy the shop is, hour by hour (UTC)."""
_BUSY_BEFORE = (0, *accumulate(_BUSY))


@dataclass(frozen=True, kw_only=True)
class Rates:
    """How badly the world treats its events: shares from 0 to 1, of events unless it says otherwise."""

    disordered: float = 0.05
    """Arrive up to five minutes after they occurred, the rest within three seconds."""
    late: float = 0.01
    """Arrive up to ``late_by`` after they occurred."""
    late_by: timedelta = timedelta(hours=24)
    too_late: float = 0.0005
    """So often comes one more event, 31 to 60 days old: for the lake only."""
    duplicated: float = 0.01
    """Arrive a second time, up to ``late_by`` later."""
    conflicting: float = 0.0005
    """Arrive a second time with other content under the same id."""
    broken: float = 0.002
    """So often comes one more record that nobody can use."""
    skewed: float = 0.05
    """Of devices: their clock is wrong by up to six hours."""
    shared: float = 0.02
    """Of customers: a second customer uses one of their devices."""

    def __post_init__(self) -> None:
        for name, share in vars(self).items():
            if name != "late_by" and not 0 <= share <= 1:
                raise ValueError(f"rate {name} must be a share between 0 and 1, not {share}")
        if not timedelta(minutes=5) < self.late_by <= timedelta(days=14):
            raise ValueError("late_by must be over 5 minutes and at most 14 days: twice that is still within the lateness window")

    @property
    def longest_delay(self) -> int:
        """Of any record behind what it tells (µs)."""
        late_by = self.late_by // timedelta(microseconds=1)
        once = late_by if self.late else DISORDER if self.disordered else TRANSIT
        return once + (late_by if self.duplicated or self.conflicting else 0)


CALM = Rates(disordered=0, late=0, too_late=0, duplicated=0, conflicting=0, broken=0, skewed=0, shared=0)
"""Nothing is late, twice, broken or on a wrong clock."""


@dataclass(frozen=True, kw_only=True)
class World:
    """``shoppers`` first visit the shop over ``days`` from ``start``; nothing occurs from ``end`` on."""

    seed: int = 1
    shoppers: int = 1_000
    days: int = 14
    start: datetime = datetime(2026, 1, 5, tzinfo=UTC)
    rates: Rates = field(default_factory=Rates)

    def __post_init__(self) -> None:
        if self.shoppers < 0 or self.days < 1:
            raise ValueError("a world has 0 shoppers or more and lasts a day or longer")
        if self.start.tzinfo is None:
            raise ValueError("start needs a time zone")

    @property
    def start_at(self) -> int:
        return micros(self.start)

    @property
    def end_at(self) -> int:
        return self.start_at + self.days * DAY

    @property
    def as_of(self) -> int:
        """The truth is told as of this moment, when the last record arrives, which is the watchman's.

        Nothing else arrives so late: whoever reads the records to their end and ticks as they arrive knows as much as the truth.
        """
        return self.end_at + self.rates.longest_delay + MINUTE

    def first_visit(self, shopper: int) -> int:
        """When a shopper first comes: later ones later, and more of them in busy hours."""
        share = (2 * shopper + 1) * self.days * _BUSY_BEFORE[-1]
        day, within = divmod(share, 2 * self.shoppers * _BUSY_BEFORE[-1])
        busy = within // (2 * self.shoppers)
        hour = bisect_right(_BUSY_BEFORE, busy) - 1
        rest = within - _BUSY_BEFORE[hour] * 2 * self.shoppers
        return self.start_at + day * DAY + hour * HOUR + rest * HOUR // (2 * self.shoppers * _BUSY[hour])
