"""The oracle's SQL against the words of the contract written as loops: two forms of thinking, one answer."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.agreement import plain
from tests.agreement.households import SHORT_GAPS, THRESHOLDS, Pick, household
from tests.agreement.stories import NOON, TICK, asked, micros

ORDER = (
    "name_of(person), order_id, ordered_at, cancelled_at, dispatched_at, promised_at, first_attempt_at, delivered_at, days_late"
)
ASKED_AFTER = SHORT_GAPS + tuple(gap for threshold in THRESHOLDS for gap in (threshold - TICK, threshold, threshold + TICK))


def asked_after(events: list[dict[str, Any]], pick: Pick) -> timedelta:
    """An instant to ask as of, in reach of some deadline."""
    last = datetime.fromisoformat(pick([event["occurred_at"] for event in events])) - NOON
    return last + pick(ASKED_AFTER)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_what_sql_finds_in_a_short_life_is_what_the_words_say(data: st.DataObject) -> None:
    def pick(options: Any) -> Any:
        return data.draw(st.sampled_from(options))

    events = household("", data.draw(st.integers(1, 8)), pick)
    agree(data.draw(st.permutations(events)), asked_after(events, pick))


@pytest.mark.parametrize("seed", range(12))
def test_what_sql_finds_in_a_town_is_what_the_words_say(seed: int) -> None:
    lot = random.Random(seed)
    events = [event for number in range(200) for event in household(f"{number:03}", lot.randint(1, 14), lot.choice)]
    lot.shuffle(events)
    agree(events, asked_after(events, lot.choice))


def agree(events: list[dict[str, Any]], as_of: timedelta) -> None:
    by_hand = plain.answer(events, NOON + as_of)
    with asked(events, as_of) as sql:
        assert rows(sql, "SELECT name_of(person), event_id FROM touchpoints") == {
            (person, event["event_id"]) for person, life in by_hand.people.items() for event in life
        }
        assert rows(sql, "SELECT session_id, name_of(person), started_at, ended_at, touchpoints FROM sessions") == {
            (*names, instant(started), instant(ended), count) for *names, started, ended, count in by_hand.sessions
        }
        assert rows(sql, "SELECT signal_id, kind, key, anchor, opened_at, due_at, ended_at, how FROM episodes") == {
            (one.signal_id, one.kind, one.key, one.anchor, *map(instant, (one.opened_at, one.due_at, one.ended_at)), one.how)
            for one in by_hand.episodes
        }
        assert rows(sql, f"SELECT {ORDER} FROM orders WHERE order_id IS NOT NULL") == {
            (person, order_id, *map(instant, times), days_late) for person, order_id, *times, days_late in by_hand.orders
        }


def rows(sql: duckdb.DuckDBPyConnection, query: str) -> set[tuple[Any, ...]]:
    return set(sql.execute(query).fetchall())


def instant(at: Any) -> int | None:
    return None if at is None else micros(at - NOON)
