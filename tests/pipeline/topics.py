"""A driver that knows how far each source topic has come: its clock waits for the one that is furthest behind."""

from __future__ import annotations

import json
from collections.abc import Iterable

from schemas.topics import SOURCE_TOPICS, TICK
from streams.journey.entries import Instant
from streams.journey.routing import Source
from streams.journey.stitch import Stitcher
from tests.pipeline.restless import Restless

CHANNELS = [f"{topic}/0" for topic in SOURCE_TOPICS]


class ByTopic(Restless):
    def _start(self) -> None:
        super()._start()
        partitions = len(self.logs)
        self.stitchers = [
            Stitcher(partition, partitions, CHANNELS, self._rules, dict(self.changelogs[partition]))
            for partition in range(partitions)
        ]

    def pass_time(self, at: Instant, topics: Iterable[str] = SOURCE_TOPICS) -> None:
        """Everything that these topics got before ``at`` has been fed."""
        said = json.dumps({"at": at, "replay": False}).encode()
        self.feed([Source(SOURCE_TOPICS.index(topic), 0, -1, at, said, TICK) for topic in topics])
