"""What a sink holds in the end, without what may differ: places in the log, and when something became known."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from schemas.tables import JOURNEYS, ORDERS, SESSIONS, SIGNALS, Row, SignalRow, Table
from throughline.memory_sink import MemorySink

PLACE = frozenset(["log_partition", "log_epoch", "log_offset", "log_index"])
Answer = dict[str, Any]


def answer(sink: MemorySink) -> Answer:
    """Sessions, journeys, orders and episodes, each as a set of rows; of the events how often each is there."""
    return {
        **{table.name: {_plain(row) for row in sink.latest(table)} for table in (SESSIONS, JOURNEYS, ORDERS)},
        "episodes": {_episode(row) for row in _signals(sink, SIGNALS) if row.status != "retracted"},
        "events": Counter(row.event_id for row in sink.rows["events"]),  # type: ignore[attr-defined]
    }


def differences(expected: Answer, found: Answer) -> list[str]:
    """Every row that one has and the other has not, in words."""
    told = []
    for name in expected:
        ours, theirs = (set(one[name].items() if isinstance(one[name], Counter) else one[name]) for one in (expected, found))
        told += [f"{name}: missing {row}" for row in sorted(ours - theirs, key=str)]
        told += [f"{name}: invented {row}" for row in sorted(theirs - ours, key=str)]
    return told


def _signals(sink: MemorySink, table: Table) -> list[SignalRow]:
    return [row for row in sink.latest(table) if isinstance(row, SignalRow)]


def _plain(row: Row) -> tuple[Any, ...]:
    values = [(name, getattr(row, name)) for name in row.__struct_fields__ if name not in PLACE]
    return tuple((name, tuple(value) if isinstance(value, list) else value) for name, value in values)


def _episode(row: SignalRow) -> tuple[Any, ...]:
    """The episode as it stands; that it was updated is how it became known, not what it is."""
    status = "opened" if row.status == "updated" else row.status
    evidence = tuple(one["event_id"] for one in json.loads(row.evidence))
    return (
        *(row.kind, row.key, row.signal_id, status, row.severity, row.journey_id, row.subject),
        *(row.opened_at, row.due_at, row.ended_at, row.reason, row.value_minor, row.currency, evidence),
    )
