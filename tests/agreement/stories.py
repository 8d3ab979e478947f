"""Small histories in one line an event, and what SQL says of them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb

from schemas.events import CATALOGUE
from throughline.oracle.answers import EPISODES, answer
from throughline.oracle.records import Record

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
TICK = timedelta(microseconds=1)
"""The smallest step of time: the neighbour of a boundary is one away."""


def event(name: str, after: timedelta = timedelta(), /, **fields: Any) -> dict[str, Any]:
    """An event ``after`` noon, ada's if it is a customer's doing and does not say whose; its id is its name unless said."""
    envelope: dict[str, Any] = {"event_id": name, "type": name, "occurred_at": (NOON + after).isoformat()}
    kind = fields.get("type", name)
    if CATALOGUE[kind].own and not {"customer_id", "anonymous_id", "email", "phone"} & fields.keys():
        envelope["customer_id"] = "ada"
    return envelope | fields


def micros(after: timedelta) -> int:
    return (NOON + after - EPOCH) // TICK


def records(events: Iterable[dict[str, Any]]) -> list[Record]:
    return [Record("storefront.events", 0, offset, None, json.dumps(one).encode()) for offset, one in enumerate(events)]


def masked(kind: str, value: str) -> str:
    """Stands for the keyed hash: the oracle must not care which it is."""
    return f"<{value.lower()}>"


def asked(
    events: Iterable[dict[str, Any]], as_of: timedelta = 400 * DAY, kinds: Iterable[str] = EPISODES
) -> duckdb.DuckDBPyConnection:
    """SQL's answer, as of so long after noon."""
    return answer(records(events), masked, as_of=micros(as_of), kinds=kinds)


def episodes(
    events: Iterable[dict[str, Any]], as_of: timedelta = 400 * DAY, kinds: Iterable[str] = EPISODES
) -> list[tuple[Any, ...]]:
    """(kind, key, anchor, opened after noon, due after noon, ended after noon, how), in order of opening."""
    rows = asked(events, as_of, kinds).execute(
        "SELECT kind, key, anchor, opened_at, due_at, ended_at, how FROM episodes ORDER BY opened_at, kind, key"
    )
    return [
        (kind, key, anchor, _after(opened), _after(due), _after(ended), how)
        for kind, key, anchor, opened, due, ended, how in rows.fetchall()
    ]


def _after(at: int | None) -> timedelta | None:
    return None if at is None else EPOCH + timedelta(microseconds=at) - NOON
