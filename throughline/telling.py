"""Signals told to people: what happened, why we think so, what to do. Read from the lake."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import duckdb

from schemas.failures import Stop
from schemas.signals import KINDS
from streams.journey.rules import Rules
from streams.journey.words import money
from throughline.rules import detector_settings
from throughline.signals_page import written

EPISODE = """
    SELECT signal_id, kind, severity, key, subject, opened_at, due_at, ended_at, how, reason, action, value_minor, currency,
           detector, detector_version, settings_digest, holdout, replay
    FROM episodes
"""
CHANGES = """
    SELECT changed_at, status, reason FROM signal_changes WHERE signal_id = ? ORDER BY log_epoch, log_offset, log_index
"""
EVIDENCE = """
    WITH named AS (
        SELECT unnest(from_json(
            evidence, '[{"event_id":"VARCHAR","topic":"VARCHAR","partition":"BIGINT","offset":"BIGINT"}]'
        )) AS one
        FROM signals WHERE signal_id = ?
    )
    SELECT events.occurred_at, coalesce(events.type, '?'), one.event_id, one.topic || '/' || one.partition || ' @ ' || one.offset
    FROM named LEFT JOIN events ON events.event_id = one.event_id ORDER BY 1, 3
"""

AROUND = """
    WITH episode AS (SELECT journey_id, opened_at, coalesce(ended_at, opened_at) AS ended_at FROM signals WHERE signal_id = ?)
    SELECT occurred_at, type, channel, concat_ws(' ', 'order ' || order_id, 'shipment ' || shipment_id, 'ticket ' || ticket_id,
        'cart ' || cart_id, 'checkout ' || checkout_id)
    FROM touchpoints JOIN episode USING (journey_id)
    WHERE occurred_at <= ended_at
    QUALIFY row_number() OVER (ORDER BY occurred_at DESC, event_id DESC) <= ?
    ORDER BY occurred_at, event_id
"""
LINES = 20
"""So many touchpoints before its end are shown."""


@dataclass(frozen=True)
class Episode:
    """A stretch of friction as the lake knows it."""

    signal_id: str
    kind: str
    severity: str
    key: str
    subject: str
    opened_at: datetime
    due_at: datetime
    ended_at: datetime | None
    how: str | None
    reason: str
    action: str
    value_minor: int | None
    currency: str | None
    detector: str
    detector_version: int
    settings_digest: str
    holdout: bool
    replay: bool


def episodes(lake: duckdb.DuckDBPyConnection, where: str = "true", *values: Any) -> list[Episode]:
    """Those that stand, the latest first. ``where`` is our own SQL, its ``?`` are ``values``."""
    found = lake.execute(f"{EPISODE} WHERE {where} ORDER BY opened_at DESC, signal_id", list(values))
    return [Episode(*row) for row in found.fetchall()]


def one_episode(lake: duckdb.DuckDBPyConnection, signal_id: str) -> Episode:
    """By its id or an unmistakable beginning of it. Raises ``Stop``."""
    found = episodes(lake, "starts_with(signal_id, ?)", signal_id)
    if len(found) != 1:
        how_many = "no signal" if not found else f"{len(found)} signals"
        raise Stop(f"There is {how_many} whose id begins with {signal_id}. `throughline signals open` lists ids.")
    return found[0]


def explain(lake: duckdb.DuckDBPyConnection, episode: Episode, rules: Rules) -> Iterator[str]:
    """The whole story of an episode, line by line; ``rules`` are today's."""
    yield f"{episode.kind} ({episode.severity}) about {episode.key} of {episode.subject}{_worth(episode)}"
    yield f"  {KINDS[episode.kind].words}."
    yield f"  What to do: {episode.action}"
    yield "What became of it:"
    for changed_at, status, reason in lake.execute(CHANGES, [episode.signal_id]).fetchall():
        yield f"  {_at(changed_at)}  {status:<9} {reason}"
    yield "What it rests on:"
    for occurred_at, kind, event_id, place in lake.execute(EVIDENCE, [episode.signal_id]).fetchall():
        yield f"  {_at(occurred_at)}  {kind:<22} {event_id}  ({place})"
    yield "What the customer's journey was around it:"
    for occurred_at, kind, channel, about in lake.execute(AROUND, [episode.signal_id, LINES]).fetchall():
        yield f"  {_at(occurred_at)}  {kind:<22} {about} {f'({channel})' if channel else ''}".rstrip()
    yield _rule(episode, rules)
    if episode.holdout:
        yield "This is in the hold-out group: nobody should act on it."
    if episode.replay:
        yield "Told from history: not an alert."


def _worth(episode: Episode) -> str:
    return "" if episode.value_minor is None else f", worth {money(episode.value_minor, episode.currency)}"


def _rule(episode: Episode, rules: Rules) -> str:
    """By which settings it was found; those of today, where they are still the same."""
    found = f"Found by {episode.detector} version {episode.detector_version}"
    detector = next((one for one in rules.detectors if one.kind == episode.kind), None)
    if detector is None or rules.digests[episode.kind] != episode.settings_digest:
        return f"{found}, by other settings than today's (digest {episode.settings_digest})."
    said = ", ".join(f"{name} = {written(value)}" for name, value in detector_settings(detector).items())
    return f"{found}; {said or 'it has no settings'} (digest {episode.settings_digest})."


def _at(moment: datetime | None) -> str:
    return " " * 19 if moment is None else moment.strftime("%Y-%m-%d %H:%M:%S")
