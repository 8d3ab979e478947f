"""Rows as the core writes them, with the least a table asks for; and what the lake says when asked."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

from schemas.tables import DeadLetterRow, EventRow, IdentityLinkRow, JourneyRow, OrderRow, Row, SessionRow, SignalRow
from sinks.duck import connect
from sinks.lake import Lake

MINUTE = 60_000_000
NOON = 1_700_000_000_000_000 // MINUTE * MINUTE
"""A full minute in µs, from which tests count."""
EPOCH = 1_700_000_000_000


def line(row: Row) -> bytes:
    return msgspec.json.encode(row)


def event(event_id: str, at: int = NOON, subject: str = "customer:ada", **more: Any) -> EventRow:
    least: dict[str, Any] = {
        "type": "page_viewed", "occurred_at": at, "produced_at": at, "received_at": at, "subject": subject,
        "topic": "storefront.events", "partition": 0, "offset": 0,
    }  # fmt: skip
    return EventRow(event_id=event_id, **(least | more))


def link(identifier: str, target: str, at: int = NOON, **more: Any) -> IdentityLinkRow:
    return IdentityLinkRow(identifier=identifier, target=target, linked_at=at, event_id="e", **more)


def session(session_id: str, **more: Any) -> SessionRow:
    least: dict[str, Any] = {
        "subject": "customer:ada", "journey_id": "j", "number": 1, "first_event_id": "e",
        "started_at": NOON, "ended_at": NOON, "touchpoints": 1,
    }  # fmt: skip
    return SessionRow(session_id=session_id, **(least | more))


def journey(journey_id: str, **more: Any) -> JourneyRow:
    least: dict[str, Any] = {
        "subject": "customer:ada", "number": 1, "opened_at": NOON,
        "last_at": NOON, "touchpoints": 1, "sessions": 1,
    }  # fmt: skip
    return JourneyRow(journey_id=journey_id, **(least | more))


def order(order_id: str, **more: Any) -> OrderRow:
    return OrderRow(order_id=order_id, **({"subject": "customer:ada", "journey_id": "j"} | more))


def signal(signal_id: str, status: str = "opened", **more: Any) -> SignalRow:
    least: dict[str, Any] = {
        "kind": "cart_abandoned", "severity": "warning", "key": "cart:1", "journey_id": "j", "subject": "customer:ada",
        "opened_at": NOON, "due_at": NOON, "changed_at": NOON, "reason": "A cart was left.", "evidence": "[]",
        "detector": "cart_abandoned", "detector_version": 1, "settings_digest": "d", "action": "Remind.",
    }  # fmt: skip
    return SignalRow(signal_id=signal_id, status=status, **(least | more))


def dead_letter(dead_letter_id: str, **more: Any) -> DeadLetterRow:
    least: dict[str, Any] = {
        "reason": "unreadable", "topic": "storefront.events", "partition": 0,
        "offset": 0, "received_at": NOON, "size": 1,
    }  # fmt: skip
    return DeadLetterRow(dead_letter_id=dead_letter_id, value="", **(least | more))


def events(*ids: str) -> list[tuple[int, bytes]]:
    """Events at offsets 0, 1, 2 … of partition 0."""
    return [(offset, line(event(name, log_offset=offset, log_epoch=EPOCH))) for offset, name in enumerate(ids)]


def bring(lake_dir: Path, table: str, rows: Iterable[Row]) -> None:
    """Write rows at the place they name, in one flush."""
    lake = Lake(lake_dir)
    through: dict[tuple[int, int], int] = {}
    for row in rows:
        place = (row.log_partition, row.log_epoch)
        lake.append(table, *place, [(row.log_offset, line(row))])
        through[place] = max(through.get(place, 0), row.log_offset)
    lake.flush(through)


def ask(lake: Path, query: str) -> list[tuple[Any, ...]]:
    with connect(lake) as connection:
        return connection.execute(query).fetchall()


def raw_ids(lake: Path, table: str = "events", column: str = "event_id") -> list[str]:
    """Every row's id, doubled ones twice."""
    query = f"SELECT {column} FROM raw_{table} ORDER BY log_epoch, log_partition, log_offset, log_index"
    return [name for (name,) in ask(lake, query)]
