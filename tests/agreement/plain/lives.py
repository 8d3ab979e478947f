"""Whose each touchpoint is and which session it is in, in plain loops; and what an episode is."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid5

from schemas.events import CATALOGUE
from schemas.signals import NAMESPACE

Touchpoint = dict[str, Any]
"""An envelope as sent."""
Life = list[Touchpoint]
"""One person's touchpoints in order."""
STRENGTH = ("customer_id", "email", "phone", "anonymous_id", "order_id", "shipment_id", "ticket_id")
LIMITS = {"email": 5, "phone": 5, "anonymous": 10, "order": 3, "shipment": 3, "ticket": 3}
SESSION_GAP = timedelta(minutes=30)


@dataclass(frozen=True)
class Episode:
    kind: str
    key: str
    anchor: str
    opened_at: datetime
    due_at: datetime
    ended_at: datetime | None
    how: str

    @property
    def signal_id(self) -> str:
        return str(uuid5(NAMESPACE, f"{self.kind}/{self.key}/{self.anchor}"))


def told(kind: str, key: str, anchor: str, opened: datetime, end: datetime | None) -> Episode:
    """An episode that only an event ends, if one did."""
    return Episode(kind, key, anchor, opened, opened, end, "open" if end is None else "resolved")


def expiring(
    kind: str, key: str, anchor: str, opened: datetime, end: datetime | None, expiry: datetime, as_of: datetime
) -> Episode:
    """An episode that expires unless an event ends it at or before that moment."""
    if end is not None and end <= expiry:
        return Episode(kind, key, anchor, opened, opened, end, "resolved")
    if expiry < as_of:
        return Episode(kind, key, anchor, opened, opened, expiry, "expired")
    return Episode(kind, key, anchor, opened, opened, None, "open")


def said(event: Touchpoint, name: str, default: Any = None) -> Any:
    """A property of an event."""
    return event.get("properties", {}).get(name, default)


def people(events: Life) -> dict[str, Life]:
    """Each person's touchpoints in order."""
    links = links_of(events)
    lives: dict[str, Life] = defaultdict(list)
    for event in events:
        lives[owner(identifiers(event)[0], when(event), links)].append(event)
    for life in lives.values():
        life.sort(key=order_of)
    return lives


def identifiers(event: Touchpoint) -> list[str]:
    return [f"{name.removesuffix('_id')}:{event[name]}" for name in STRENGTH if name in event]


def links_of(events: Life) -> dict[str, list[tuple[datetime, str]]]:
    """Identifier to its (time, target); one per minute and target, none of the identifiers with too many targets."""
    links: dict[str, list[tuple[datetime, str]]] = defaultdict(list)
    for event in sorted(events, key=order_of):
        target, *weaker = identifiers(event)
        for identifier in weaker:
            minute = when(event).replace(second=0, microsecond=0)
            if not any(one == target and at.replace(second=0, microsecond=0) == minute for at, one in links[identifier]):
                links[identifier].append((when(event), target))
    of_one = ("order", "shipment", "ticket")
    counting = {name: strongest(ties) if name.startswith(of_one) else ties for name, ties in links.items()}
    return {name: ties for name, ties in counting.items() if len({one for _, one in ties}) <= LIMITS[name.split(":")[0]]}


def strongest(ties: list[tuple[datetime, str]]) -> list[tuple[datetime, str]]:
    """Of what is one person's, whoever looks at it: only the ties to the strongest kind of target count."""
    for kind in ("customer", "email", "phone", "anonymous", "order", "shipment"):
        if found := [tie for tie in ties if tie[1].startswith(f"{kind}:")]:
            return found
    return ties


def owner(identifier: str, at: datetime, links: dict[str, list[tuple[datetime, str]]]) -> str:
    while ties := links.get(identifier):
        before = [tie for tie in ties if tie[0] <= at]
        first = min(tie[0] for tie in ties)
        identifier = max(before)[1] if before else max(tie for tie in ties if tie[0] == first)[1]
    return identifier


def when(event: Touchpoint) -> datetime:
    return datetime.fromisoformat(event["occurred_at"])


def order_of(event: Touchpoint) -> tuple[datetime, bytes]:
    return when(event), event["event_id"].encode()


def own(event: Touchpoint) -> bool:
    return CATALOGUE[event["type"]].actor == "customer"


def groups(life: Life) -> list[Life]:
    """The own touchpoints of a life by session."""
    found: list[Life] = []
    for event in filter(own, life):
        if not found or when(event) - when(found[-1][-1]) > SESSION_GAP:
            found.append([])
        found[-1].append(event)
    return found


def session_id(person: str, group: Life) -> str:
    return str(uuid5(NAMESPACE, f"session/{person}/{group[0]['event_id']}"))


def sessions(person: str, life: Life) -> set[tuple[str, str, datetime, datetime, int]]:
    return {(session_id(person, group), person, when(group[0]), when(group[-1]), len(group)) for group in groups(life)}
