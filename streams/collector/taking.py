"""From a sender's message to records for the topics, with a word about each event.

What is refused goes to its topic all the same: there ``route`` refuses it once more, in the same words, and it becomes a dead
letter like any direct producer's. So nothing is lost because a sender does not read answers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from msgspec import Struct, field

from schemas.codec import Event, Fault, Rejected, decode
from schemas.events import CATALOGUE
from schemas.topics import STOREFRONT
from streams.collector.adapters.adapted import Adapted, Adapter, Loss, Received
from streams.collector.delivery import Addressed
from streams.journey.hashing import hash_persons_in
from streams.journey.reading import objection, strongest
from streams.journey.refusals import Unmade, kept, plain, too_large

LARGEST = 900_000
"""Bytes of an event: what fits into a record batch of Kafka's default limit."""
_STEPS = re.compile(r"([^.\[\]]+)|\[(\d+)\]")
_json = msgspec.json.Encoder().encode
HashIdentifier = Callable[[str, str], str]


class Verdict(Struct):
    """What became of an event. ``reason`` and ``faults`` say why it was refused, as its dead letter does."""

    event_id: str | None
    of: str
    """The part of the message it was made of."""
    reason: str | None = None
    faults: list[Fault] = field(default_factory=list)


class Taken(Struct):
    """What became of a message."""

    verdicts: list[Verdict] = field(default_factory=list)
    lost: list[Loss] = field(default_factory=list)
    records: list[Addressed] = field(default_factory=list)

    @property
    def refused(self) -> int:
        return sum(verdict.reason is not None for verdict in self.verdicts)

    def refuse_after_all(self, reasons: Mapping[int, Unmade]) -> None:
        """The events of the records at these places, which their topics did not take; what was refused before stays so told."""
        for place, unmade in reasons.items():
            verdict, rejected = self.verdicts[place], unmade.verdict
            if verdict.reason is None:
                self.verdicts[place] = Verdict(verdict.event_id, verdict.of, rejected.reason, rejected.faults)

    def refuse(self, unmade: Unmade, topic: str) -> None:
        """One more part that is no event, for ``route`` to refuse; it is nobody's yet, and has no key."""
        rejected = unmade.verdict
        self.verdicts.append(Verdict(rejected.event_id, unmade.path, rejected.reason, rejected.faults))
        self.records.append(Addressed(topic, None, kept(unmade)))


class Judge:
    """Judges as ``route`` will; ``future``, in microseconds, is how far ahead of its receipt an event may be."""

    def __init__(self, hash_identifier: HashIdentifier, future: int) -> None:
        self._hash = hash_identifier
        self._future = future

    def take(self, adapter: Adapter, message: Any, received: Received) -> Taken:
        adapted = adapter.adapt(message, received)
        taken = self._judged(adapter.name, adapted, received)
        for loss in adapted.lost:
            if loss.what == "refused":
                part = plain(part_at(message, loss.path), self._hash)
                taken.refuse(Unmade(loss.path, loss.note, adapter.name, part), STOREFRONT)
        return taken

    def _judged(self, sender: str, adapted: Adapted, received: Received) -> Taken:
        taken = Taken(lost=adapted.lost)
        for made in adapted.made:
            value = self._written(made.event)
            if len(value) > LARGEST:
                why = f"has {len(value)} bytes; at most {LARGEST} are taken in one event"
                taken.refuse(too_large(value, why, made.of, sender), _topic(made.event))
                continue
            verdict, record = self._one(made.event, made.of, value, received)
            taken.verdicts.append(verdict)
            taken.records.append(record)
        return taken

    def _one(self, said: dict[str, Any], of: str, value: bytes, received: Received) -> tuple[Verdict, Addressed]:
        event = decode(value)
        if isinstance(event, Rejected):
            return Verdict(event.event_id, of, event.reason, event.faults), Addressed(_topic(said), None, value)
        return self._addressed(event, of, value, received)

    def _addressed(self, event: Event, of: str, value: bytes, received: Received) -> tuple[Verdict, Addressed]:
        key = strongest(event)
        refusal = objection(event, key is not None, event.received_at or received.at, self._future)
        record = Addressed(CATALOGUE[event.type].topic, key, value)
        if refusal is None:
            return Verdict(event.event_id, of), record
        reason, fault = refusal
        return Verdict(event.event_id, of, reason, [fault]), record

    def _written(self, said: dict[str, Any]) -> bytes:
        """The event's bytes, with e-mails and phones hashed however deep they stand."""
        value = _json(said)
        if b'"email"' in value or b'"phone"' in value:
            return _json(hash_persons_in(said, self._hash))
        return value


def part_at(message: Any, path: str) -> Any:
    """What stands at a path like ``batch[3].properties``; of a path that leads nowhere, the last that it led to."""
    for name, place in _STEPS.findall(path):
        try:
            message = message[int(place)] if place else message[name]
        except (KeyError, IndexError, TypeError):
            break
    return message


def _topic(said: dict[str, Any]) -> str:
    """Where an event that was refused is refused once more."""
    kind = said.get("type")
    listed = CATALOGUE.get(kind) if isinstance(kind, str) else None
    return listed.topic if listed is not None else STOREFRONT
