"""Signals told to people: what happened, why we think so, what to do. Read from the lake."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import duckdb

from schemas.failures import Stop

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


def explain(lake: duckdb.DuckDBPyConnection, episode: Episode) -> Iterator[str]:
    """The whole story of an episode, line by line."""
    worth = "" if episode.value_minor is None else f", worth {episode.value_minor / 100:,.2f} {episode.currency or ''}".rstrip()
    yield f"{episode.kind} ({episode.severity}) about {episode.key} of {episode.subject}{worth}"
    yield f"  {episode.reason}"
    yield f"  What to do: {episode.action}"
    yield "What became of it:"
    for changed_at, status, reason in lake.execute(CHANGES, [episode.signal_id]).fetchall():
        yield f"  {_at(changed_at)}  {status:<9} {reason}"
    yield "What it rests on:"
    for occurred_at, kind, event_id, place in lake.execute(EVIDENCE, [episode.signal_id]).fetchall():
        yield f"  {_at(occurred_at)}  {kind:<22} {event_id}  ({place})"
    yield f"Found by {episode.detector} version {episode.detector_version}, settings {episode.settings_digest}."
    if episode.holdout:
        yield "This is in the hold-out group: nobody should act on it."
    if episode.replay:
        yield "Told from history: not an alert."


def _at(moment: datetime | None) -> str:
    return " " * 19 if moment is None else moment.strftime("%Y-%m-%d %H:%M:%S")
