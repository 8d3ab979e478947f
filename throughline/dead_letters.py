"""Dead letters: reading them, and sending one again, mended or as it was."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import duckdb
import msgspec

from schemas.codec import Event, Rejected, decode
from schemas.events import CATALOGUE
from schemas.failures import Stop
from schemas.instants import micros
from schemas.tables import DeadLetterRow
from schemas.topics import DEAD_LETTER, JOURNEY_LOG, SOURCE_TOPICS
from streams.journey.entries import DeadLetterEntry, pack, partition_of
from streams.journey.refusals import as_told
from streams.publishing.publisher import Record
from throughline.arrivals import Arrival
from throughline.kafka import publishing
from throughline.replay import as_sent

COLUMNS = 'dead_letter_id, reason, faults, topic, partition, "offset", received_at, size, value, event_id, retried_as'


@dataclass(frozen=True)
class DeadLetter:
    """A refused record as the lake knows it."""

    dead_letter_id: str
    reason: str
    faults: str | None
    topic: str
    partition: int
    offset: int
    received_at: datetime
    size: int
    value: str
    event_id: str | None
    retried_as: str | None

    @property
    def bytes(self) -> bytes:
        """What was kept of the record."""
        return base64.b64decode(self.value)

    @property
    def faults_in_words(self) -> list[str]:
        return [
            f"{fault['path'] or 'the record'}: {fault['rule']}" + _found(fault["value"])
            for fault in json.loads(self.faults or "[]")
        ]


def dead_letters(lake: duckdb.DuckDBPyConnection, where: str = "true", *values: Any) -> list[DeadLetter]:
    """The latest first. ``where`` is our own SQL, its ``?`` are ``values``."""
    query = f"SELECT {COLUMNS} FROM dead_letters WHERE {where} ORDER BY received_at DESC, dead_letter_id"  # noqa: S608
    return [DeadLetter(*row) for row in lake.execute(query, list(values)).fetchall()]


def one_dead_letter(lake: duckdb.DuckDBPyConnection, dead_letter_id: str) -> DeadLetter:
    """By its id or an unmistakable beginning of it. Raises ``Stop``."""
    found = dead_letters(lake, "starts_with(dead_letter_id, ?)", dead_letter_id)
    if len(found) != 1:
        how_many = "no dead letter" if not found else f"{len(found)} dead letters"
        raise Stop(f"There is {how_many} whose id begins with {dead_letter_id}. `throughline dead-letters list` lists ids.")
    return found[0]


def mended(letter: DeadLetter, value: bytes | None) -> tuple[bytes, Event]:
    """What to send: ``value``, else what was kept. Raises ``Stop`` where it would only be refused again."""
    if value is None and len(letter.bytes) < letter.size:
        raise Stop(f"Only {len(letter.bytes)} of the {letter.size} bytes were kept. Give the whole event with --with FILE.")
    sent = letter.bytes if value is None else value
    event = decode(sent)
    if isinstance(event, Rejected):
        told = as_told(sent, event)
        faults = "; ".join(f"{fault.path or 'the record'}: {fault.rule}" for fault in told.faults)
        raise Stop(f"It would be refused again as {told.reason}: {faults}. Give a mended event with --with FILE.")
    return sent, event


async def send_again(letter: DeadLetter, value: bytes, event: Event, client: Mapping[str, Any], partitions: int) -> None:
    """On return the event is on its topic, received when the letter was, and the letter says in the log what it became.

    Twice is once: the event has its id, and of the letter's versions the last one stands.
    """
    topic = CATALOGUE[event.type].topic
    record = as_sent(Arrival(micros(letter.received_at), 0, SOURCE_TOPICS.index(topic), value))
    async with publishing(client) as publisher:
        await publisher.publish({(topic, partition_of((record.key or b"").decode(), partitions)): [record]})
        await publisher.publish(_linked(letter, event.event_id, partitions))


def _linked(letter: DeadLetter, event_id: str, partitions: int) -> dict[tuple[str, int], Sequence[Record]]:
    fields = {name: getattr(letter, name) for name in DeadLetterRow.__struct_fields__ if hasattr(letter, name)}
    row = DeadLetterRow(**{**fields, "received_at": micros(letter.received_at), "retried_as": event_id})
    line = msgspec.json.encode(row)
    entry = DeadLetterEntry(letter.dead_letter_id, line)
    partition = partition_of(letter.dead_letter_id, partitions)
    return {
        (JOURNEY_LOG, partition): [Record(None, pack.encode([entry]))],
        (DEAD_LETTER, partition): [Record(letter.dead_letter_id.encode(), line)],
    }


def _found(value: str) -> str:
    return f" (found {value})" if value else ""
