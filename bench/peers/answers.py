"""What came out, as DuckDB reads it, and whether two peers' answers are one."""

from __future__ import annotations

from pathlib import Path

import duckdb

from sinks.duck import connect

EVENTS = ("event_id", "customer_id", "type", "occurred_ms", "session_ms")
ALERTS = ("customer_id", "due_ms", "changed_by", "value_minor")

Rows = list[tuple[object, ...]]
Answers = tuple[Rows, Rows]
"""Events with their sessions, and abandoned carts, sorted."""

_LAKE_EVENTS = """
    SELECT event_id, split_part(owner, ':', 2), type, epoch_ms(occurred_at), epoch_ms(started_at)
    FROM touchpoints JOIN sessions USING (session_id) ORDER BY ALL
"""
_LAKE_ALERTS = """
    SELECT split_part(subject, ':', 2), epoch_ms(due_at), evidence->>'$[0].event_id', value_minor
    FROM episodes WHERE kind = 'cart_abandoned' ORDER BY ALL
"""


def of_parquet(folder: Path) -> Answers:
    """Of a peer that wrote ``events/*.parquet`` and ``alerts/*.parquet``."""
    return _parquet(folder / "events", EVENTS), _parquet(folder / "alerts", ALERTS)


def of_lake(lake: Path) -> Answers:
    """Of Throughline."""
    with connect(lake) as connection:
        return connection.execute(_LAKE_EVENTS).fetchall(), connection.execute(_LAKE_ALERTS).fetchall()


def difference(one: Answers, other: Answers) -> list[str]:
    """In words, what only one of them has; empty where they agree."""
    said = []
    for what, mine, theirs in zip(("events", "abandoned carts"), one, other, strict=True):
        if mine != theirs:
            extra, missing = sorted(set(mine) - set(theirs), key=str), sorted(set(theirs) - set(mine), key=str)
            said.append(f"{len(mine)} {what} against {len(theirs)}: only here {extra[:2]}, only there {missing[:2]}")
    return said


def _parquet(folder: Path, columns: tuple[str, ...]) -> Rows:
    if not any(folder.glob("*.parquet")):
        return []
    with duckdb.connect() as connection:
        files = connection.read_parquet(f"{folder}/*.parquet")
        return files.select(*columns).order(", ".join(columns)).fetchall()
