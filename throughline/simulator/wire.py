"""From what occurred to what arrives: late, out of order, twice, from a wrong clock, broken.

A device's event says when it was sent, and is received at that very moment: what passes in between cannot be told from a wrong
clock, so the truth leaves it out. What a server sends arrives a little later and says nothing of sending.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import lru_cache
from random import Random
from typing import Any, Literal, NamedTuple

import msgspec

from schemas.events import CATALOGUE
from schemas.instants import moment
from throughline.simulator.broken import BROKEN
from throughline.simulator.drafts import Draft
from throughline.simulator.world import DAY, DISORDER, SECOND, TRANSIT, Rates, World

_encode = msgspec.json.Encoder().encode
_INSTANTS = frozenset(("dispatch_by", "promised_at", "estimated_at"))
_KEYS = (
    ("customer_id", "customer"), ("email", "email"), ("phone", "phone"), ("anonymous_id", "anonymous"), ("order_id", "order"),
    ("shipment_id", "shipment"), ("ticket_id", "ticket"),
)  # fmt: skip
_TOPICS = {name: kind.topic for name, kind in CATALOGUE.items()}


class Odd(NamedTuple):
    """Why a record is not simply one more event."""

    oddity: Literal["duplicate", "conflict", "too_late", "broken"]
    reason: str
    event_id: str | None
    name: str = ""


class Record(NamedTuple):
    """What arrives at the shop's collector: one line of the events, without its line break."""

    received_at: int
    """µs since 1970, also in the event, where it can be read."""
    topic: str
    key: str
    """The strongest identifier, ``kind:value``."""
    value: bytes
    odd: Odd | None = None


class Wire:
    """Sends drafts, treated as ``rates`` say, with the chances of ``rng``."""

    def __init__(self, rates: Rates, rng: Random) -> None:
        self._rates = rates
        self._rng = rng
        self._late_by = rates.late_by // timedelta(microseconds=1)

    def send(self, draft: Draft) -> Iterator[Record]:
        random, rates = self._rng.random, self._rates
        says_sent = draft.device is not None and (draft.device.skew != 0 or random() < 0.5)
        received_at = draft.at + self._delay()
        yield arrive(draft, received_at, says_sent)
        chance = random()
        again_at = received_at + self._between(SECOND, self._late_by)
        if chance < rates.duplicated:
            yield arrive(draft, again_at, says_sent, Odd("duplicate", "dropped", draft.event_id))
        elif chance < rates.duplicated + rates.conflicting:
            other = draft._replace(properties={**draft.properties, "note": "changed on the way"})
            yield arrive(other, again_at, says_sent, Odd("conflict", "conflicting_duplicate", draft.event_id))
        if random() < rates.too_late:
            yield self._from_long_ago(draft, received_at)
        if random() < rates.broken:
            yield self._spoilt(draft, received_at)

    def _between(self, low: int, high: int) -> int:
        return low + int(self._rng.random() * (high - low))

    def _delay(self) -> int:
        chance = self._rng.random()
        if chance < self._rates.late:
            return self._between(DISORDER, self._late_by)
        if chance < self._rates.late + self._rates.disordered:
            return self._between(TRANSIT, DISORDER)
        return self._between(20_000, TRANSIT)

    def _from_long_ago(self, draft: Draft, received_at: int) -> Record:
        event_id = f"{draft.event_id}-old"
        device = draft.device.id if draft.device else f"d{draft.event_id}-old"
        at = received_at - self._between(31 * DAY, 60 * DAY)
        old = Draft(at, "page_viewed", event_id, {"anonymous_id": device}, {"path": "/sale"}, None, "web")
        return arrive(old, received_at, False, Odd("too_late", "lake only", event_id))

    def _spoilt(self, draft: Draft, received_at: int) -> Record:
        kind = self._rng.choice(BROKEN)
        event_id = f"{draft.event_id}-broken"
        device = draft.device.id if draft.device else f"d{draft.event_id}-broken"
        written = rfc3339(received_at)
        base = {
            "event_id": event_id, "type": "page_viewed", "occurred_at": written, "received_at": written, "source": "shop",
            "anonymous_id": device,
        }  # fmt: skip
        odd = Odd("broken", kind.reason, event_id if kind.known else None, kind.name)
        return Record(received_at, "storefront.events", f"anonymous:{device}", kind.spoil(base), odd)


def watchman(world: World) -> Draft:
    """The world's last event: nobody's, and so late that time has come to ``as_of``."""
    device = f"d{world.seed}-0-1"
    return Draft(world.as_of, "page_viewed", f"e{world.seed}-0-1", {"anonymous_id": device}, {"path": "/"}, None, "other")


def arrive(draft: Draft, received_at: int, says_sent: bool = False, odd: Odd | None = None) -> Record:
    """The draft on the wire, received at ``received_at``."""
    skew = draft.device.skew if draft.device is not None and says_sent else 0
    event: dict[str, Any] = {"event_id": draft.event_id, "type": draft.type, "occurred_at": rfc3339(draft.at + skew)}
    if says_sent:
        event["sent_at"] = rfc3339(received_at + skew)
    event["received_at"] = rfc3339(received_at)
    event["source"] = "shop" if draft.device is None else "site"
    event["channel"] = draft.channel
    for name, value in draft.ids.items():
        if value is not None:
            event[name] = value
    if draft.device is not None:
        event["context"] = draft.device.context
    if draft.properties:
        event["properties"] = _written(draft.properties)
    return Record(received_at, _TOPICS[draft.type], _key(event), _encode(event), odd)


def _written(properties: Any) -> dict[str, Any]:
    return {name: rfc3339(value) if name in _INSTANTS else value for name, value in properties.items() if value is not None}


def _key(event: dict[str, Any]) -> str:
    return next(f"{kind}:{event[name]}" for name, kind in _KEYS if name in event)


def rfc3339(at: int) -> str:
    """To the microsecond, in UTC."""
    second, fraction = divmod(at, SECOND)
    return f"{_second(second)}.{fraction:06}Z"


@lru_cache(maxsize=4_096)
def _second(second: int) -> str:
    return moment(second * SECOND).isoformat()[:19]
