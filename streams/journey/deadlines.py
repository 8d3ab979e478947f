"""Who is to be asked again, and when: an index over states at rest that costs a few bytes for each of them.

Names wait in *periods* of about a minute, unsorted. Only when the clock reaches a period are the exact deadlines of its names
looked up and sorted. What a name is due is never kept here but asked for, so an entry that no longer holds is dropped when its
period comes, and what falls first is a function of the states alone, whatever happened to them before.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable

from streams.journey.entries import Instant

PERIOD_BITS = 26
"""A period is 2²⁶ µs: 67 s."""

DueOf = Callable[[str], Instant | None]


def period_of(due: Instant) -> int:
    return max(due, 0) >> PERIOD_BITS


class Deadlines:
    """An index over the deadlines that ``due_of(name)`` tells as they are now.

    Who changes a deadline says so (``move``); then every name with one stands in its period, or, once that is open, in the heap.
    """

    def __init__(self, due_of: DueOf) -> None:
        self._due_of = due_of
        self._periods: dict[int, list[str]] = {}
        self._coming: list[int] = []
        """A heap of the periods above."""
        self._opened = -1
        """The last period whose names are in the heap below."""
        self._near: list[tuple[Instant, str]] = []

    def wait(self, name: str, period: int) -> None:
        """A state was found whose deadline falls in this period."""
        names = self._periods.get(period)
        if names is None:
            names = self._periods[period] = []
            heapq.heappush(self._coming, period)
        names.append(name)

    def move(self, name: str, was: Instant | None, due: Instant | None) -> None:
        """The deadline of ``name`` was another."""
        if due is None or due == was:
            return
        period = period_of(due)
        if period <= self._opened:
            heapq.heappush(self._near, (due, name))
        elif was is None or period_of(was) != period:
            self.wait(name, period)

    def pop(self, before: Instant) -> str | None:
        """Whose deadline is the earliest, if it falls before that; it must be moved before the next is asked for."""
        self._open(period_of(before))
        while self._near and self._near[0][0] < before:
            due, name = heapq.heappop(self._near)
            if self._due_of(name) == due:
                return name
        return None

    def _open(self, through: int) -> None:
        while self._coming and self._coming[0] <= through:
            period = heapq.heappop(self._coming)
            for name in set(self._periods.pop(period)):
                due = self._due_of(name)
                if due is not None and period_of(due) == period:
                    heapq.heappush(self._near, (due, name))
        self._opened = max(self._opened, through)
