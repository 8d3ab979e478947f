"""Dead letters: what was refused, why, and enough of it to mend it and send it again."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Literal
from uuid import uuid5

import msgspec
from msgspec import Struct

from schemas.codec import Fault, Rejected
from schemas.events import Envelope
from schemas.instants import moment as moment_of
from schemas.signals import NAMESPACE
from schemas.tables import DeadLetterRow
from schemas.topics import SOURCE_TOPICS
from streams.journey.effects import Moment
from streams.journey.entries import EventEntry, Instant
from streams.journey.hashing import hash_persons, hash_persons_in, is_hash

KEPT_BYTES = 64 * 1024
"""Of a refused record's bytes."""
MASKED = "***"
LONGEST = 100
"""Characters of a text that is kept of a sender's message: no id and no status is longer."""
_json = msgspec.json.Encoder().encode
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+|[0-9]+")
_ENDINGS = frozenset(
    {"id", "at", "date", "datetime", "time", "timestamp", "status", "type", "currency", "price", "amount", "total", "quantity"}
)
_NAMES = frozenset(
    {"event", "object", "topic", "kind", "carrier", "sku", "revenue", "specversion", "currency_code"}
    | {"number", "order_number", "tracking_number", "tracking_code"}
)
_OF_PERSONS = frozenset({"birth", "caller", "national", "passport", "tax", "vat"})
"""In a name that ends like a plain one: ``birth_date``, ``tax_id``."""
_ENVELOPE = tuple(
    name for name in Envelope.model_fields if name not in ("occurred_at", "sent_at", "received_at", "context", "properties")
)


class Unmade(Struct, forbid_unknown_fields=True, omit_defaults=True):
    """What the collector was sent and made no event of, as it lies on a topic: for ``route`` to refuse in the same words."""

    path: str
    """Which part of the sender's message it is."""
    refused: str
    """Why, as the sender was told."""
    sender: str | None = None
    message: Any = None
    """The part, without what names a person."""
    beginning: str | None = None
    """Of its JSON, where it is too long to be kept."""
    reason: Literal["invalid", "unreadable"] = "invalid"
    event_id: str | None = None

    @property
    def verdict(self) -> Rejected:
        return Rejected(self.reason, [Fault(self.path, self.refused)], self.event_id)


_read_unmade = msgspec.json.Decoder(Unmade).decode


def too_large(value: bytes, why: str, path: str = "", sender: str | None = None) -> Unmade:
    """Of an event as JSON that is too long to lie on a topic: its beginning."""
    name = msgspec.json.decode(value).get("event_id")
    return Unmade(path, why, sender, None, _beginning(value), "unreadable", name[:LONGEST] if isinstance(name, str) else None)


def smaller(value: bytes, why: str) -> Unmade | None:
    """In place of a record that is too long for its topic: why, and what may still fit; ``None`` where no less can be said."""
    unmade = _unmade(value)
    if unmade is None:
        return too_large(value, why)
    if unmade.message is None and unmade.beginning is None:
        return None
    return msgspec.structs.replace(unmade, message=None, beginning=None)


def kept(unmade: Unmade) -> bytes:
    """As it lies on a topic, short enough to stand whole in its dead letter."""
    value = _json(unmade)
    if len(value) <= KEPT_BYTES:
        return value
    return _json(msgspec.structs.replace(unmade, message=None, beginning=_beginning(_json(unmade.message))))


def _beginning(value: bytes) -> str:
    """Signs of JSON that are written with a backslash take twice their place in a text."""
    return value[: KEPT_BYTES // 2 - 1024].decode(errors="ignore")


def as_told(value: bytes, rejected: Rejected) -> Rejected:
    """Why a record is no event: of what the collector has refused already, what it told the sender."""
    unmade = _unmade(value)
    return rejected if unmade is None else unmade.verdict


def _unmade(value: bytes) -> Unmade | None:
    try:
        return _read_unmade(value)
    except (msgspec.MsgspecError, RecursionError):
        return None


def refuse(
    source: tuple[int, int, int],
    at: Instant,
    value: bytes,
    reason: str,
    faults: list[Fault],
    event_id: str | None,
    hash_identifier: Callable[[str, str], str],
) -> tuple[str, bytes]:
    """A record of a source topic that became no event: (dead letter id, its row as JSON without a place in the log)."""
    topic, partition, offset = SOURCE_TOPICS[source[0]], source[1], source[2]
    row = DeadLetterRow(
        dead_letter_id=str(uuid5(NAMESPACE, f"dead-letter/{topic}/{partition}/{offset}/{at}")),
        reason=reason,
        faults=_json(faults).decode(),
        topic=topic,
        partition=partition,
        offset=offset,
        received_at=at,
        size=len(value),
        value=base64.b64encode(_without_persons(value, hash_identifier)[:KEPT_BYTES]).decode(),
        event_id=event_id,
    )
    return row.dead_letter_id, _json(row)


def refuse_conflict(entry: EventEntry, moment: Moment) -> tuple[str, bytes]:
    """An id that names two different events: the second is a dead letter, to be mended by giving it an id of its own."""
    touchpoint = entry.touchpoint
    topic, partition, offset = SOURCE_TOPICS[touchpoint.source[0]], *touchpoint.source[1:]
    fields = msgspec.json.decode(entry.row)
    value = _as_sent(fields)
    row = DeadLetterRow(
        dead_letter_id=str(uuid5(NAMESPACE, f"conflict/{topic}/{partition}/{offset}/{touchpoint.event_id}")),
        reason="conflicting_duplicate",
        faults=_json([Fault(path="event_id", rule="names one event only", value=touchpoint.event_id)]).decode(),
        topic=topic,
        partition=partition,
        offset=offset,
        received_at=fields["received_at"],
        size=len(value),
        value=base64.b64encode(value).decode(),
        event_id=touchpoint.event_id,
    )
    return row.dead_letter_id, _json(moment.stamp(row))


def _without_persons(value: bytes, hash_identifier: Callable[[str, str], str]) -> bytes:
    """The record with e-mails and phones hashed, where it can be read; unreadable bytes are kept as they came.

    Of a sender's message that is no event, whose fields nobody knows, only what is plain by its name is kept in clear.
    """
    if (unmade := _unmade(value)) is not None:
        return _json(_plainly(unmade, hash_identifier))
    try:
        text = value.decode()
    except UnicodeDecodeError:
        return value
    return hash_persons(text, hash_identifier).encode("utf-8", "surrogatepass")


def _plainly(unmade: Unmade, hash_identifier: Callable[[str, str], str]) -> Unmade:
    try:
        unmade.message = plain(unmade.message, hash_identifier)
    except RecursionError:
        unmade.message = MASKED
    return unmade


def plain(message: Any, hash_identifier: Callable[[str, str], str]) -> Any:
    """A sender's message without what may name a person, for those who are to mend it.

    E-mails and phones are hashed. Other texts and numbers are kept where the field's name says that they are an id, a time, a
    status, a type or an amount; what stands anywhere else may be a name, a street or a word about somebody.
    """
    return _masked("", hash_persons_in(message, hash_identifier))


def _masked(name: str, value: Any) -> Any:
    if isinstance(value, dict):
        return {inner: _masked(inner, held) for inner, held in value.items()}
    if isinstance(value, list):
        return [_masked(name, one) for one in value]
    if value is None or isinstance(value, bool) or value == "" or _is_plain(name, value):
        return value
    return value if is_hash(value) else MASKED


def _is_plain(name: str, value: str | float) -> bool:
    if isinstance(value, str) and (len(value) > LONGEST or "@" in value or value.startswith("+")):
        return False
    return _names_plain(name)


@lru_cache(maxsize=4_096)
def _names_plain(name: str) -> bool:
    words = [word.lower() for word in _WORD.findall(name)]
    if not words or _OF_PERSONS & set(words):
        return False
    return words[-1] in _ENDINGS or "_".join(words) in _NAMES


def _as_sent(fields: dict[str, object]) -> bytes:
    """The event again as a producer would send it, from its row (identifiers stay hashed)."""
    event = {name: fields[name] for name in _ENVELOPE if fields.get(name) is not None}
    event["occurred_at"] = moment_of(fields["produced_at"]).isoformat()  # type: ignore[arg-type]
    for name in ("context", "properties"):
        if isinstance(text := fields.get(name), str):
            event[name] = msgspec.json.decode(text)
    return _json(event)
