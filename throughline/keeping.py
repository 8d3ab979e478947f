"""What an embedded broker would take along when it goes: the state of open journeys, kept in a file beside the lake.

The state is the workers' changelog. It is read as it grows and saved whole; the next start writes it into the new broker's
changelog, where workers find it as they would after a restart. Clocks are left out: a new broker's log begins its own time. What
was on the topics and not yet worked off is lost with the broker, and after ``kill -9`` so is what came since the last save.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
from aiokafka import AIOKafkaConsumer, TopicPartition

from schemas.failures import Stop
from streams.agents.topics import changelog_topic
from streams.journey.entries import partition_of
from streams.journey.stitch import KEY
from streams.publishing.publisher import Record
from throughline.kafka import publishing, reading

CLOCK = "clock/"
"""How the names of the clocks' states begin; no subject's does."""


class StateKeeper:
    """Copies a group's changelog into a file. One that is killed leaves the last whole file."""

    def __init__(self, file: Path, group: str, partitions: int, client: Mapping[str, Any]) -> None:
        self._file = file
        self._places = [TopicPartition(changelog_topic(group), partition) for partition in range(partitions)]
        self._client = client
        self._offsets = dict.fromkeys(self._places, 0)
        self._states: dict[str, bytes] = {}

    async def restore(self) -> int:
        """Write the file's states into the changelog, which must be empty; how many there were. None without a file."""
        if not self._file.exists():
            return 0
        self._states = _read(self._file)
        appends: dict[tuple[str, int], list[Record]] = {}
        for name, state in self._states.items():
            partition = partition_of(name.removeprefix(KEY), len(self._places))
            appends.setdefault((self._places[0].topic, partition), []).append(Record(name.encode(), state))
        async with publishing(self._client) as publisher:
            await publisher.publish(appends)
        return len(self._states)

    async def save(self) -> int:
        """Bring the file up to the changelog's present end; how many states it holds."""
        await self._catch_up()
        self._file.parent.mkdir(parents=True, exist_ok=True)
        draft = self._file.with_name(f"{self._file.name}.draft")
        draft.write_bytes(msgspec.msgpack.encode(self._states))
        os.replace(draft, self._file)
        return len(self._states)

    async def _catch_up(self) -> None:
        async with reading(self._client) as consumer:
            consumer.assign(self._places)
            ends = await consumer.end_offsets(self._places)
            for place, offset in self._offsets.items():
                consumer.seek(place, offset)
            while any(self._offsets[place] < ends[place] for place in self._places):
                await self._take(consumer)

    async def _take(self, consumer: AIOKafkaConsumer) -> None:
        for place, records in (await consumer.getmany(timeout_ms=200)).items():
            for record in records:
                self._note(record.key.decode(), record.value)
            self._offsets[place] = await consumer.position(place)

    def _note(self, name: str, state: bytes | None) -> None:
        if state is None:
            self._states.pop(name, None)
        elif not name.startswith(CLOCK):
            self._states[name] = state


def _read(file: Path) -> dict[str, bytes]:
    try:
        return msgspec.msgpack.decode(file.read_bytes(), type=dict[str, bytes])
    except (OSError, msgspec.MsgspecError) as error:
        raise Stop(f"The saved state {file} cannot be read ({error}). Move it away to start without it.") from error
