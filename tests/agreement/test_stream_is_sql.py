"""What the pipeline wrote into the lake is what SQL finds in the events: episodes, sessions, orders and journeys, row for row.

And what SQL finds on the real sets is what was counted in the sets themselves; where a figure differs, the difference is named.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sinks.lake import Lake
from streams.journey.hashing import IdentifierHash
from streams.journey.rules import Rules
from tests.agreement.households import ORDERLY, household
from tests.agreement.stories import DAY, HOUR, NOON, TICK, episodes, records
from tests.conftest import RealHistory
from tests.core.shop import Shop
from throughline.backfill import backfill
from throughline.oracle.answers import answer
from throughline.oracle.records import read_files
from throughline.oracle.verify import verify
from throughline.simulator.simulate import simulate
from throughline.simulator.truth import Episode, Truth
from throughline.simulator.world import World

hashed = IdentifierHash(b"a key that only this test knows...")
NOTHING = "nothing lost, duplicated, invented, missed, unaccounted, and nothing went back"


def judged(file: Path, lake: Path, partitions: int = 1) -> str:
    """One line on the lake that a backfill of ``file`` makes."""
    report = backfill([file], Lake(lake), Rules(), hashed, partitions=partitions)
    verdict = verify(lake, read_files([file]), hashed, as_of=report.through)
    return "\n".join([verdict.summary(), *map(str, verdict.faults[:20])])


@pytest.mark.parametrize(
    ("name", "counts"),
    [
        ("rees46", "13 816 events, 3 621 journeys, 481 signals"),
        ("taobao", "76 902 events, 47 022 journeys, 32 241 signals"),
        ("web", "37 893 events, 28 318 journeys, 2 175 signals"),
        ("olist", "471 415 events, 80 361 journeys, 94 726 signals"),
    ],
)
@pytest.mark.timeout(600)  # olist: half a million events
def test_on_real_history_the_stream_says_what_sql_says(history: RealHistory, tmp_path: Path, name: str, counts: str) -> None:
    assert judged(history[name], tmp_path / "lake") == f"ok: {counts}: {NOTHING}"


@pytest.mark.parametrize("seed", range(5))
def test_in_a_simulated_world_the_stream_says_what_sql_says(tmp_path: Path, seed: int) -> None:
    file = tmp_path / "events.jsonl"
    file.write_bytes(b"".join(record.value + b"\n" for record in simulate(World(seed=seed, shoppers=150))))
    assert judged(file, tmp_path / "lake", partitions=seed + 1).startswith("ok: ")


@pytest.mark.parametrize("seed", range(4))
def test_in_a_town_that_lives_by_the_thresholds_the_stream_says_what_sql_says(tmp_path: Path, seed: int) -> None:
    lot = random.Random(seed)
    events = [event for number in range(150) for event in household(f"{number:03}", lot.randint(1, 14), lot.choice, ORDERLY)]
    file = tmp_path / "events.jsonl"
    file.write_bytes(b"".join(record.value + b"\n" for record in records(sorted(events, key=lambda event: event["occurred_at"]))))
    assert judged(file, tmp_path / "lake", partitions=seed + 1).startswith("ok: ")


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data(), st.integers(1, 9))
def test_of_a_short_life_the_stream_says_what_sql_says(data: st.DataObject, size: int) -> None:
    events = household("", size, lambda options: data.draw(st.sampled_from(options)), ORDERLY)
    as_of = datetime.fromisoformat(events[-1]["occurred_at"]) - NOON + data.draw(st.sampled_from([TICK, HOUR, 40 * DAY]))
    shop = Shop()
    shop.hears(*data.draw(st.permutations(events)))
    shop.clock(as_of)
    said = {(*found, "open" if status in ("opened", "updated") else status) for *found, status in shop.episodes()}
    assert said == {(kind, key, opened, ended, how) for kind, key, _, opened, _, ended, how in episodes(events, as_of)}


@pytest.mark.parametrize("seed", range(3))
def test_sql_finds_the_truth_of_a_simulated_world(tmp_path: Path, seed: int) -> None:
    world, facts = World(seed=seed, shoppers=150), list[Truth]()
    file = tmp_path / "events.jsonl"
    file.write_bytes(b"".join(record.value + b"\n" for record in simulate(world, facts.append)))
    true = {msgspec.structs.astuple(fact)[:-1] for fact in facts if isinstance(fact, Episode)}
    with answer(read_files([file]), hashed, as_of=world.as_of) as sql:
        found = sql.execute("SELECT kind, key, anchor, opened_at, due_at, ended_at, nullif(how, 'open') FROM episodes").fetchall()
    assert set(found) == true


# -- the figures of the sets themselves (their README) ------------------------------------------------------------------


@pytest.fixture(scope="module")
def asked(history: RealHistory) -> Iterator[Any]:
    """``asked(set, select)``: one row over SQL's relations, which are computed once per set."""
    answers: dict[str, duckdb.DuckDBPyConnection] = {}

    def ask(name: str, select: str) -> tuple[int, ...]:
        if name not in answers:
            answers[name] = answer(read_files([history[name]]), hashed)
        row: tuple[int, ...] = answers[name].execute(select).fetchall()[0]
        return row

    yield ask
    for connection in answers.values():
        connection.close()


def test_olist_as_many_deliveries_are_late_as_were_counted_by_date(asked: Any) -> None:
    """By date and by the end of the promised day it is the same; by timestamp (6 258) the estimate is that day's midnight."""
    late = asked("olist", "SELECT count(*) FILTER (days_late > 0), count(*) FILTER (delivered_at > promised_at) FROM orders")
    assert late == (5_228, 5_228)


def test_olist_as_many_orders_never_came_as_were_counted(asked: Any) -> None:
    """1 388 not cancelled or unavailable; three more were late when they were cancelled, and resolved by that."""
    found = asked(
        "olist",
        """SELECT count(*) FILTER (how = 'open'), count(*) FILTER (how = 'resolved' AND delivered_at IS NULL),
            count(*) FILTER (how = 'resolved' AND delivered_at IS NOT NULL)
        FROM delivery_late JOIN orders USING (person, key)""",
    )
    assert found == (1_388, 3, 5_228)


def test_olist_all_orders_are_there_and_all_deliveries(asked: Any) -> None:
    assert asked("olist", "SELECT count(ordered_at), count(delivered_at) FROM orders") == (79_632, 77_252)


def test_taobao_sessions_and_users_are_as_many_as_were_counted(asked: Any) -> None:
    assert asked("taobao", "SELECT count(*), count(DISTINCT person) FROM sessions") == (49_731, 47_022)
    assert asked("taobao", "SELECT count(ordered_at) FROM orders") == (1_748,)


def test_rees46_sessions_users_and_purchases_are_as_many_as_were_counted(asked: Any) -> None:
    assert asked("rees46", "SELECT count(*), count(DISTINCT person) FROM sessions") == (3_629, 3_621)
    assert asked("rees46", "SELECT count(ordered_at) FROM orders") == (174,)


def test_web_sessions_are_those_counted_by_client_and_one_of_somebody_known_by_email_only(asked: Any) -> None:
    """30 739 by client. Nine e-mails join devices (28 323 clients), so persons are fewer; rows without any id are refused."""
    assert asked("web", "SELECT count(*) FROM sessions") == (30_740,)
    assert asked("web", "SELECT count(*) FROM verdicts WHERE verdict = 'no_identity'") == (2_306,)
    assert asked("web", "SELECT count(*) FILTER (converted), count(*) FROM journeys") == (228, 28_318)
