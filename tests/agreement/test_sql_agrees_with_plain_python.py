"""The oracle's SQL against the words of the contract written as loops: two forms of thinking, one answer.

Random times miss boundaries, so every threshold of the contract stands in ``GAPS`` with its two neighbours.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import duckdb
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.agreement import by_hand
from tests.agreement.stories import DAY, HOUR, MINUTE, NOON, SECOND, TICK, asked, micros

THRESHOLDS = (15 * MINUTE, 30 * MINUTE, 48 * HOUR, 7 * DAY - 15 * MINUTE, 7 * DAY, 7 * DAY + 15 * MINUTE, 7 * DAY + 30 * MINUTE)
SHORT_GAPS = (timedelta(), TICK, 20 * SECOND, MINUTE, 10 * MINUTE)
GAPS = SHORT_GAPS + tuple(gap for threshold in THRESHOLDS for gap in (threshold - TICK, threshold, threshold + TICK))
STOREFRONT = ("page_viewed", "product_added", "product_added", "product_removed")
CHECKOUT = ("checkout_started", "checkout_step_completed", "payment_failed", "order_completed")
DELIVERY = (
    "shipment_created shipment_dispatched shipment_scanned delivery_promised ready_for_pickup delivered order_cancelled "
    "order_updated"
).split()


@st.composite
def happening(draw: st.DrawFn) -> dict[str, Any]:
    """One event without its time, about a few people, carts, checkouts, orders and parcels, so that they meet."""
    kind = draw(st.sampled_from((*STOREFRONT * 2, *CHECKOUT * 2, *DELIVERY)))
    event: dict[str, Any] = {"type": kind, "properties": draw(PROPERTIES.get(kind, st.just({})))}
    if kind in DELIVERY or kind == "order_completed":
        names = st.sampled_from(({"order_id": "1"}, {"order_id": "2"}, {"shipment_id": "s"}, {"order_id": "1", "shipment_id": "t"}))
        event |= draw(names) if kind not in ("order_completed", "order_cancelled", "order_updated") else {"order_id": draw(ONE_OR_TWO)}
    if kind not in DELIVERY or draw(st.booleans()):
        event |= draw(WHO)
    if kind in STOREFRONT[1:] + CHECKOUT:
        event |= draw(st.sampled_from(({}, {}, {"cart_id": "1"}, {"cart_id": "2"})))
    if kind in CHECKOUT:
        event |= draw(st.sampled_from(({}, {}, {"checkout_id": "1"}, {"checkout_id": "2"})))
    return event


ONE_OR_TWO = st.sampled_from("12")
ADA, BOB = {"customer_id": "ada"}, {"customer_id": "bob"}
WHO = st.sampled_from((ADA, ADA, {"anonymous_id": "phone"}, ADA | {"anonymous_id": "phone"}, BOB | {"anonymous_id": "phone"}))
PRODUCT = st.fixed_dictionaries({}, optional={"product_id": ONE_OR_TWO, "quantity": st.integers(1, 3)})
MOMENTS = st.sampled_from((NOON, NOON + 15 * MINUTE, NOON + 2 * DAY, NOON + 7 * DAY)).map(lambda at: at.isoformat())
ZONES = st.sampled_from(("America/Sao_Paulo", "Asia/Tokyo", "UTC"))
PROPERTIES: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "product_added": PRODUCT,
    "product_removed": PRODUCT,
    "payment_failed": st.just({"decline": "soft"}),
    "checkout_step_completed": st.just({"step": 1}),
    "order_completed": st.fixed_dictionaries({}, optional={"dispatch_by": MOMENTS}),
    "order_updated": st.fixed_dictionaries({}, optional={"dispatch_by": MOMENTS}),
    "order_cancelled": st.fixed_dictionaries({}, optional={"whole": st.booleans()}),
    "delivery_promised": st.fixed_dictionaries({"promised_at": MOMENTS})
    | st.fixed_dictionaries(
        {"promised_date": st.sampled_from(("2024-05-01", "2024-05-03"))}, optional={"destination_timezone": ZONES}
    ),
}


@st.composite
def households(draw: st.DrawFn, name: str) -> list[dict[str, Any]]:
    """The events of a few people at times that touch one threshold; nobody else has their names."""
    threshold = draw(st.sampled_from(THRESHOLDS))
    gaps = st.sampled_from((*SHORT_GAPS, threshold - TICK, threshold, threshold + TICK))
    events, after = [], timedelta()
    for event in draw(st.lists(happening(), min_size=1, max_size=10)):
        after += draw(gaps)
        own = {field: f"{name}{value}" if field.endswith("_id") else value for field, value in event.items()}
        # an id does not follow time
        events.append({"event_id": f"{draw(st.sampled_from('abc'))}{name}{len(events)}", "occurred_at": (NOON + after).isoformat()} | own)
    return events


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[dict[str, Any]], timedelta]:
    """Several households at once, in any order of arrival, and an instant to ask as of."""
    events = [event for name in "wxyz" for event in draw(households(name))]
    last = max(datetime.fromisoformat(event["occurred_at"]) for event in events) - NOON
    return draw(st.permutations(events)), last + draw(st.sampled_from(GAPS))


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(histories())
def test_what_sql_finds_is_what_the_words_say(history: tuple[list[dict[str, Any]], timedelta]) -> None:
    events, as_of = history
    plain = by_hand.answer(events, NOON + as_of)
    with asked(events, as_of) as sql:
        assert rows(sql, "SELECT person, event_id FROM touchpoints") == {
            (person, event["event_id"]) for person, life in plain.people.items() for event in life
        }
        assert rows(sql, "SELECT session_id, person, started_at, ended_at, touchpoints FROM sessions") == {
            (*names, instant(started), instant(ended), count) for *names, started, ended, count in plain.sessions
        }
        assert rows(sql, "SELECT signal_id, kind, key, anchor, opened_at, due_at, ended_at, how FROM episodes") == {
            (one.signal_id, one.kind, one.key, one.anchor, *map(instant, (one.opened_at, one.due_at, one.ended_at)), one.how)
            for one in plain.episodes
        }
        assert rows(
            sql,
            """SELECT person, order_id, ordered_at, cancelled_at, dispatched_at, promised_at, first_attempt_at, delivered_at, days_late
            FROM orders WHERE order_id IS NOT NULL""",
        ) == {(*names, *map(instant, times), days_late) for *names, a, b, c, d, e, f, days_late in plain.orders for times in [(a, b, c, d, e, f)]}


def rows(sql: duckdb.DuckDBPyConnection, query: str) -> set[tuple[Any, ...]]:
    return set(sql.execute(query).fetchall())


def instant(at: Any) -> int | None:
    return None if at is None else micros(at - NOON)
