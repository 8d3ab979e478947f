"""Why nothing was told: one customer's history folded again, a detector at one's elbow saying at each step what it still misses.

The touchpoints come from the lake, the rules are today's. Nothing is written.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast

import duckdb

from schemas.failures import Stop
from schemas.instants import moment as moment_of
from schemas.topics import SOURCE_TOPICS
from streams.journey.detectors import Detector
from streams.journey.detectors.detector import Due, Found
from streams.journey.entries import EventEntry, Instant, Touchpoint
from streams.journey.fold import Folder, Outcome, things
from streams.journey.orders import learn_shipments
from streams.journey.routing import RouteOut, Router, Source
from streams.journey.rules import Rules
from streams.journey.state import Episode, Fold, Journey
from streams.journey.words import moment

IDENTIFIERS = ("customer", "email", "phone", "anonymous", "order", "shipment", "ticket")
_OWNER = "SELECT owner FROM owners WHERE identifier = ? ORDER BY since DESC LIMIT 1"
_TOUCHPOINTS = """
    SELECT event_id, type, epoch_us(occurred_at) AS at, epoch_us(received_at) AS received, channel, customer_id, email, phone,
        anonymous_id, order_id, shipment_id, ticket_id, cart_id, checkout_id, properties, topic, partition, "offset"
    FROM touchpoints WHERE owner = ? ORDER BY occurred_at, encode(event_id)
"""
_CARRIED = (
    *("channel", "customer_id", "email", "phone", "anonymous_id"),
    *("order_id", "shipment_id", "ticket_id", "cart_id", "checkout_id"),
)


@dataclass
class Asked:
    """A detector, with everything it says written down: about what, and what."""

    detector: Detector
    said: list[tuple[str, str]] = field(default_factory=list)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.detector, name)

    def on_event(self, touchpoint: Touchpoint, journey: Journey, fold: Fold) -> Iterator[Found]:
        for found in self.detector.on_event(touchpoint, journey, fold):
            self.said.append(_told(found) if isinstance(found, Episode) else ("", f"no: {found}"))
            yield found

    def on_deadline(self, thing: Any, journey: Journey, at: Instant, standing: Sequence[Episode]) -> Episode | None:
        episode = self.detector.on_deadline(thing, journey, at, standing)
        self.said.append((thing.key, "no: another signal explains it") if episode is None else _told(episode))
        return episode


def _told(episode: Episode) -> tuple[str, str]:
    return episode.key, f"told: {episode.transitions[0].reason}"


@dataclass(frozen=True)
class Step:
    """A moment at which something changed for the detector."""

    at: Instant
    what: str
    """The event's type, or ``time passed``."""
    about: str
    words: str


def decided_through(lake: duckdb.DuckDBPyConnection) -> Instant | None:
    """The moment as of which the lake knows its signals."""
    found = lake.execute("SELECT epoch_us(complete_through) FROM completeness WHERE \"table\" = 'signals'").fetchone()
    return None if found is None or found[0] is None else int(found[0])


def why_not(touchpoints: Sequence[Touchpoint], rules: Rules, kind: str, as_of: Instant) -> Iterator[Step]:
    """What the detector of ``kind`` said of a customer's sorted touchpoints, wherever it said something else than before."""
    asked = next(Asked(detector) for detector in rules.detectors if detector.kind == kind)
    others = [cast(Detector, asked) if detector is asked.detector else detector for detector in rules.detectors]
    folder, fold, known = Folder(replace(rules, detectors=tuple(others))), Fold(), dict[str, Due]()
    learn_shipments(fold, touchpoints)
    for touchpoint in touchpoints:
        yield from _pass(folder, fold, touchpoint.at, asked)
        folder.apply("", fold, touchpoint, Outcome())
        yield from _taken(asked, touchpoint.at, touchpoint.type)
        yield from _changed(asked.detector, fold, known, touchpoint)
    yield from _pass(folder, fold, as_of, asked)
    for about, due in known.items():
        if isinstance(due, int) and due >= as_of:
            yield Step(as_of, "now", about, f"not yet: due {moment(due)} if nothing happens before")


def _pass(folder: Folder, fold: Fold, until: Instant, asked: Asked) -> Iterator[Step]:
    """The deadlines before the next touchpoint, each at its own moment."""
    while (due := fold.next_due) is not None and due < until:
        folder.advance("", fold, due + 1, Outcome())
        yield from _taken(asked, due, "time passed")


def _taken(asked: Asked, at: Instant, what: str) -> Iterator[Step]:
    for about, words in asked.said:
        yield Step(at, what, about, words)
    asked.said.clear()


def _changed(detector: Detector, fold: Fold, known: dict[str, Due], touchpoint: Touchpoint) -> Iterator[Step]:
    """What is awaited now, thing by thing, where it is not what was awaited before."""
    if detector.watches is None or fold.journey is None:
        return
    for thing in things(detector, fold.journey):
        due, before = detector.due(thing, fold.journey), known.get(thing.key)
        if due != before:
            known[thing.key] = due
            yield Step(touchpoint.at, touchpoint.type, thing.key, _words(due, before, touchpoint.at))


def _words(due: Due, before: Due | None, at: Instant) -> str:
    if isinstance(due, int):
        return f"due {moment(due)} if nothing happens before"
    missed = f"; it would have been due {moment(before)}" if isinstance(before, int) and before >= at else ""
    return f"no: {due}{missed}"


# -- from the lake ------------------------------------------------------------------------------------------------------------


def subject_of(lake: duckdb.DuckDBPyConnection, hash_identifier: Callable[[str, str], str], customer: str) -> str:
    """Whose journey a name means: ``kind:value``, else a customer's id; e-mail and phone may be given in clear."""
    kind, _, value = customer.partition(":")
    if kind not in IDENTIFIERS or not value:
        kind, value = "customer", customer
    if kind in ("email", "phone"):
        value = hash_identifier(kind, value)
    owner = lake.execute(_OWNER, [f"{kind}:{value}"]).fetchone()
    return f"{kind}:{value}" if owner is None else str(owner[0])


def touchpoints_of(lake: duckdb.DuckDBPyConnection, subject: str, router: Router) -> list[Touchpoint]:
    """A customer's touchpoints as the core takes them. Raises ``Stop`` where the lake has none."""
    rows = lake.execute(_TOUCHPOINTS, [subject])
    columns = [column[0] for column in rows.description or ()]
    out = RouteOut()
    router.route([_source(dict(zip(columns, row, strict=True))) for row in rows.fetchall()], out)
    entries = [entry for batch in out.log.values() for entry in batch]
    found = [entry.touchpoint for entry in entries if isinstance(entry, EventEntry)]
    if not found:
        raise Stop(f"The lake knows nothing of {subject}. The view `touchpoints` lists whom it knows, as `owner`.")
    return sorted(found, key=lambda touchpoint: (touchpoint.at, touchpoint.event_id))


def _source(row: dict[str, Any]) -> Source:
    """The event as its record was, on our clock."""
    event = {name: row[name] for name in _CARRIED if row[name] is not None} | {
        "event_id": row["event_id"],
        "type": row["type"],
        "occurred_at": moment_of(row["at"]).isoformat(),
        "received_at": moment_of(row["received"]).isoformat(),
        "properties": json.loads(row["properties"] or "{}"),
    }
    return Source(SOURCE_TOPICS.index(row["topic"]), row["partition"], row["offset"], row["received"], json.dumps(event).encode())
