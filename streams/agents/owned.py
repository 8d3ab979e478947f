"""A partition of journey.log in a worker's hands."""

from __future__ import annotations

import logging

from msgspec import MsgspecError

from schemas.topics import JOURNEY_LOG
from streams.agents.commit import Share
from streams.journey.effects import Effects
from streams.journey.stitch import Stitcher

logger = logging.getLogger(__name__)

WRITTEN_DOWN_AT = 256
"""Entries: as many subjects at most take some 10 ms."""
LIVE = 5.0
"""Seconds between the clock of a partition and that of the wall; ticks come every second."""
MICROSECONDS = 1_000_000
PROGRESS = "progress"


class Owned:
    """A partition in our hands: its stitcher, and what has come of it since the last commit."""

    def __init__(self, partition: int, stitcher: Stitcher) -> None:
        self.partition = partition
        self.stitcher = stitcher
        self.effects = Effects()
        self.through = -1
        """The last offset processed."""
        self.resumed_at: int | None = None
        """The first one since the last commit."""
        self.committed = False
        """Some stretch of it has been handed to a commit."""
        self._touched = 0
        """Entries since the stitcher last wrote down what they touched."""

    def process(self, offset: int, value: bytes | None) -> None:
        """Take one record in, unless it was taken before: after a rebalance Faust may deliver old batches again."""
        if offset <= self.through:
            return
        if self.resumed_at is None:
            self.resumed_at = offset
        before = self.effects.counts["entries"]
        try:
            self.stitcher.process(offset, value or b"", self.effects)
        except MsgspecError as error:
            logger.error("%s/%s offset %s holds no entries and is passed over: %s", JOURNEY_LOG, self.partition, offset, error)
            self.stitcher.take(offset, [], self.effects)
        self.through = offset
        self._touched += self.effects.counts["entries"] - before

    def hole_before(self, offset: int) -> range:
        """The offsets that neither the state has seen nor the reading will, if ``offset`` is the first that comes."""
        return range(0) if self.through >= 0 else range(self.stitcher.clock.state.applied[1] + 1, offset)

    def is_live(self, now: float) -> bool:
        """Whether what is being read has just happened (``now``: epoch seconds), rather than being worked off or replayed."""
        return now - self.stitcher.clock.arrival / MICROSECONDS < LIVE

    def write_down(self) -> None:
        """Make rows and states of what was touched, once that is enough, for the commit to find them made.

        A commit that makes them all keeps the loop for as long as it takes, and whoever is to hear of a cart waits. Of what is
        touched again before the commit this makes more than one version: so it is done only where there is somebody who waits.
        """
        if self._touched >= WRITTEN_DOWN_AT:
            self.stitcher.commit(self.effects)
            self._touched = 0

    def say(self, said: Effects) -> None:
        """Hand on what is for others, behind what is there already; what must last stays for the commit."""
        effects = self.effects
        for partition, entries in effects.log.items():
            said.log.setdefault(partition, []).extend(entries)
        said.signals += effects.signals
        said.dead_letters += effects.dead_letters
        said.counts.update(effects.counts)
        effects.log, effects.signals, effects.dead_letters = {}, [], []
        effects.counts.clear()

    def share(self) -> Share | None:
        """What it brings to a commit, which begins a new stretch; None if nothing was read."""
        if self.resumed_at is None:
            return None
        self.stitcher.commit(self.effects)
        self.effects.rows[PROGRESS] = self.effects.rows[PROGRESS][-1:]  # of several the last one counts
        share = Share(self.partition, self.stitcher.epoch, self.resumed_at, self.through, self.effects, not self.committed)
        self.effects, self.resumed_at, self.committed, self._touched = Effects(), None, True, 0
        return share
