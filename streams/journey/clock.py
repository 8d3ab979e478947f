"""The two clocks of a journey partition, kept by ticks that stand in the log.

A tick T of a channel says: everything of this channel up to T stands before me. At level 1 the channels are the partitions of
the source topics, and their minimum is the *arrival clock*. Whenever it moves, the partition broadcasts a tick of level 2 behind
the forwards it has sent; level 2's channels are the journey partitions, and so on for as many hops as links may have. The
minimum at the last level is the *firing clock*: deadlines before it may fall. (Flink's watermarks, with the feedback edge
unrolled.)

A channel that is more than ``hold_at_most`` behind the furthest is left out, if it has also missed as many ticks as come in that
time: one tick that leaps, after a night without workers or in a thin history, shuts nobody out. This is decided from the log
alone, so a replay decides the same.
"""

from __future__ import annotations

from collections.abc import Collection

from streams.journey.entries import Instant, TickEntry
from streams.journey.state import ClockState

NEVER: Instant = -1
TICK: Instant = 1_000_000
"""Between two ticks of the leader."""


class Clock:
    """Levels of ticks over a :class:`ClockState`, which is what outlives a restart."""

    def __init__(
        self, state: ClockState, sources: Collection[str], journeys: Collection[str], levels: int, hold_at_most: Instant
    ):
        self.state = state
        self._expected = [frozenset(sources)] + [frozenset(journeys)] * (levels - 1)
        self._hold_at_most = hold_at_most
        while len(state.levels) < levels:
            state.levels.append({})
            state.sent.append(NEVER)

    def take(self, tick: TickEntry) -> Instant | None:
        """Note a tick; the level's new minimum if that has moved."""
        level = tick.level - 1
        if level >= len(self._expected):
            return None
        if not any([self._note(level, channel, tick) for channel in tick.channels]):
            return None
        moved = self._minimum(level)
        if moved <= self.state.sent[level]:
            return None
        self.state.sent[level] = moved
        return moved

    def _note(self, level: int, channel: str, tick: TickEntry) -> bool:
        """Whether it was news of that channel."""
        seen = self.state.levels[level]
        at, count = seen.get(channel, (NEVER, 0))
        if channel not in self._expected[level] or tick.at <= at:
            return False
        seen[channel] = (tick.at, count + 1)
        self.state.replay = tick.replay
        return True

    def _minimum(self, level: int) -> Instant:
        seen = self.state.levels[level]
        if len(seen) < len(self._expected[level]):
            return NEVER
        furthest, most = (max(values) for values in zip(*seen.values(), strict=True))
        waited_for = furthest - self._hold_at_most
        missed = most - self._hold_at_most // TICK
        return min(at for at, count in seen.values() if at >= waited_for or count >= missed)

    @property
    def last_level(self) -> int:
        return len(self._expected)

    @property
    def arrival(self) -> Instant:
        """Everything that had arrived by then is in."""
        return self.state.sent[0]

    @property
    def firing(self) -> Instant:
        """Deadlines before it may fall."""
        return self.state.sent[-1]

    def held_back_by(self) -> tuple[str, Instant] | None:
        """The slowest source channel, and how far it is behind the furthest (µs): a health warning long before it is left out."""
        seen = self.state.levels[0]
        missing = self._expected[0] - seen.keys()
        if missing:
            return min(missing), NEVER
        slowest = min(seen, key=lambda channel: (seen[channel][0], channel))
        return slowest, max(at for at, _ in seen.values()) - seen[slowest][0]
