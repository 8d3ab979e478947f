"""What analysts see: the version that holds, whose a touchpoint is, and whole commits only."""

import json
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from schemas.signals import KINDS as SIGNAL_KINDS
from schemas.tables import TABLES, ProgressRow, Row
from sinks.duck import connect, refresh
from sinks.upkeep import compact, vacuum
from tests.sinks.made import EPOCH, MINUTE, NOON, ask, bring, dead_letter, event, journey, link, order, session, signal

SHIPPED = ("events", "touchpoints", "sessions", "journeys", "orders", "signals", "signal_changes", "episodes", "identity_links",
           "dead_letters", "owners", "completeness")  # fmt: skip


@pytest.mark.parametrize("view", [*SHIPPED, *(f"raw_{table.name}" for table in TABLES)])
def test_an_empty_lake_has_every_view_empty_and_typed(view: str, tmp_path: Path) -> None:
    rows = ask(tmp_path / "nowhere", f"SELECT * FROM {view}")
    assert rows == [] or (view == "completeness" and {through for _, through in rows} == {None})


versions = st.builds(
    session,
    session_id=st.sampled_from("abc"),
    touchpoints=st.integers(0, 1_000_000),
    withdrawn=st.booleans(),
    log_epoch=st.integers(0, 1),
    log_offset=st.integers(0, 2),
    log_index=st.integers(0, 1),
    log_partition=st.integers(0, 1),
)


def place_of(row: Row) -> tuple[int, int, int, int]:
    return row.log_epoch, row.log_offset, row.log_index, row.log_partition


@settings(max_examples=15, deadline=None)
@given(st.lists(versions, max_size=24, unique_by=place_of))
def test_of_a_keys_versions_the_last_in_the_log_holds_unless_it_withdraws(made: list[Any]) -> None:
    last = {row.session_id: row for row in sorted(made, key=place_of)}
    expected = sorted((row.session_id, row.touchpoints) for row in last.values() if not row.withdrawn)
    with TemporaryDirectory() as lake:
        bring(Path(lake), "sessions", made)
        assert ask(Path(lake), "SELECT session_id, touchpoints FROM sessions ORDER BY ALL") == expected


def test_of_two_partitions_versions_at_one_place_one_holds(tmp_path: Path) -> None:
    bring(tmp_path, "sessions", [session("s", touchpoints=n, log_partition=n) for n in (1, 2)])
    assert ask(tmp_path, "SELECT touchpoints FROM sessions") == [(2,)]


def test_an_order_that_moves_to_another_customer_is_one_row_of_each_until_withdrawn(tmp_path: Path) -> None:
    bring(tmp_path, "orders", [order("7", subject="order:7", log_offset=1), order("7", subject="customer:ada", log_offset=2),
                               order("7", subject="order:7", withdrawn=True, log_offset=3)])  # fmt: skip
    assert ask(tmp_path, "SELECT subject FROM orders") == [("customer:ada",)]


def test_properties_are_read_by_path(tmp_path: Path) -> None:
    odd = {"product_id": "p'1", "tags": ["ä", "\u2028", 'a"b\\']}
    bring(tmp_path, "events", [event("a", properties=json.dumps(odd)), event("b", log_offset=1)])
    query = "SELECT properties->>'$.product_id', properties->>'$.tags[2]' FROM events ORDER BY event_id"
    assert ask(tmp_path, query) == [("p'1", 'a"b\\'), (None, None)]


def test_a_retracted_episode_is_none_and_an_ended_one_says_how(tmp_path: Path) -> None:
    story = [signal("kept"), signal("kept", "resolved", ended_at=NOON + 5, log_offset=1), signal("open", log_offset=2),
             signal("gone", log_offset=3), signal("gone", "retracted", log_offset=4)]  # fmt: skip
    bring(tmp_path, "signals", story)
    assert ask(tmp_path, "SELECT signal_id, how FROM episodes ORDER BY ALL") == [("kept", "resolved"), ("open", None)]
    assert ask(tmp_path, "SELECT signal_id, status FROM signals ORDER BY ALL")[0] == ("gone", "retracted")


def test_a_change_said_again_by_a_later_run_of_the_log_is_listed_once(tmp_path: Path) -> None:
    bring(tmp_path, "signals", [signal("s"), signal("s", "resolved", ended_at=NOON + 5, log_offset=1)])
    bring(tmp_path, "signals", [signal("s", log_epoch=1), signal("s", "resolved", ended_at=NOON + 5, log_epoch=1, log_offset=1)])
    assert ask(tmp_path, "SELECT status, log_epoch FROM signal_changes ORDER BY log_offset") == [("opened", 0), ("resolved", 0)]


def test_a_dead_letter_sent_again_is_linked_to_what_it_became(tmp_path: Path) -> None:
    bring(tmp_path, "dead_letters", [dead_letter("d"), dead_letter("d", retried_as="e", log_offset=1)])
    assert ask(tmp_path, "SELECT dead_letter_id, retried_as FROM dead_letters") == [("d", "e")]


KINDS = {"customer": 0, "email": 5, "anonymous": 10, "order": 3, "shipment": 3}
NAMES = [f"customer:{n}" for n in range(3)] + ["email:x", "anonymous:x", "order:x", "shipment:x"]
MOMENTS = [NOON - 1, NOON, NOON + 1, NOON + MINUTE - 1, NOON + MINUTE]
pairs = st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)).filter(
    lambda pair: list(KINDS).index(pair[0].split(":")[0]) > list(KINDS).index(pair[1].split(":")[0])
)
ties = st.tuples(pairs, st.sampled_from(MOMENTS), st.sampled_from([False] * 5 + [True]))


CHAIN = ["shipment:x", "order:x", "anonymous:x", "email:x", "customer:0"]
A_LONG_WAY = [(pair, NOON, False) for pair in pairwise(CHAIN)]
THERE_AND_BACK = [(("email:x", f"customer:{n % 2}"), at, False) for n, at in enumerate([NOON, NOON + MINUTE - 1, NOON + MINUTE])]
BOTH_TURN_AT_ONCE = [
    (("anonymous:x", "email:x"), NOON - 1, False),
    (("order:x", "anonymous:x"), NOON, False),
    (("email:x", "customer:0"), NOON - 1, False),
    (("email:x", "customer:2"), NOON, False),
    (("anonymous:x", "customer:1"), NOON, False),
]


def owner_by_the_rule(name: str, at: int, links: list[tuple[tuple[str, str], int, bool]]) -> str:
    """Read from the definition, not from the view: hop by hop over the links that count."""
    while True:
        minutes: dict[tuple[str, int], int] = {}
        for (identifier, target), since, revoked in links:
            if identifier == name and not revoked:
                minutes[target, since // MINUTE] = min(since, minutes.get((target, since // MINUTE), since))
        undone = [(target, since) for (identifier, target), since, revoked in links if identifier == name and revoked]
        standing = [(since, to) for (to, _), since in minutes.items() if not any(to == t and since <= u for t, u in undone)]
        if name.startswith(("order:", "shipment:")) and standing:  # one person's: the strongest kind of target alone
            strength = {to: list(KINDS).index(to.split(":")[0]) for _, to in standing}
            standing = [tie for tie in standing if strength[tie[1]] == min(strength.values())]
        if not standing or len({to for _, to in standing}) > KINDS[name.split(":")[0]]:
            return name
        before = [tie for tie in standing if tie[0] <= at] or [tie for tie in standing if tie[0] == min(standing)[0]]
        name = max(before)[1]


@settings(max_examples=40, deadline=None)
@example(A_LONG_WAY)
@example(THERE_AND_BACK)
@example(BOTH_TURN_AT_ONCE)
@given(st.lists(ties, max_size=20))
def test_a_touchpoint_is_whose_its_identifier_was_at_its_own_time(made: list[tuple[tuple[str, str], int, bool]]) -> None:
    links = [link(*pair, at, revoked=revoked, log_offset=n) for n, (pair, at, revoked) in enumerate(made)]
    seen = [event(f"{name} {at}", at, name, log_offset=n) for n, (name, at) in enumerate((n, a) for n in NAMES for a in MOMENTS)]
    expected = sorted((row.event_id, owner_by_the_rule(row.subject, row.occurred_at, made)) for row in seen)
    with TemporaryDirectory() as lake:
        bring(Path(lake), "identity_links", links)
        bring(Path(lake), "events", seen)
        assert ask(Path(lake), "SELECT event_id, owner FROM touchpoints ORDER BY ALL") == expected


@pytest.mark.parametrize(("targets", "owner"), [(10, "customer:9"), (11, "anonymous:kiosk")])
def test_a_device_of_more_customers_than_a_device_can_have_belongs_to_itself(targets: int, owner: str, tmp_path: Path) -> None:
    ties = [link("anonymous:kiosk", f"customer:{n}", NOON + n * MINUTE, log_offset=n) for n in range(targets)]
    bring(tmp_path, "identity_links", ties)
    bring(tmp_path, "events", [event("e", NOON + 20 * MINUTE, "anonymous:kiosk")])
    assert ask(tmp_path, "SELECT owner FROM touchpoints") == [(owner,)]


def test_a_touchpoint_has_its_session_journey_stage_and_step(tmp_path: Path) -> None:
    bring(tmp_path, "journeys", [journey("j1", last_at=NOON + 9 * MINUTE), journey("j2", opened_at=NOON + 99 * MINUTE,
                                 last_at=NOON + 99 * MINUTE, log_offset=1)])  # fmt: skip
    bring(tmp_path, "sessions", [session("s1", ended_at=NOON + 9 * MINUTE)])
    bring(tmp_path, "events", [
        event("b", NOON, type="product_viewed", session_id="the sender's", log_offset=0),
        event("a", NOON, log_offset=1),
        event("carrier", NOON + MINUTE, type="delivered", log_offset=2),
        event("c", NOON + 9 * MINUTE, type="product_added", log_offset=3),
        event("of the next", NOON + 99 * MINUTE, log_offset=4),
        event("late", NOON, late=True, log_offset=5),
    ])  # fmt: skip
    columns = "event_id, journey_id, session_id, sent_session_id, stage, step"
    assert ask(tmp_path, f"SELECT {columns} FROM touchpoints ORDER BY occurred_at, event_id") == [
        ("a", "j1", "s1", None, "discover", 1),
        ("b", "j1", "s1", "the sender's", "consider", 2),
        ("carrier", "j1", None, None, "delivery", 3),
        ("c", "j1", "s1", None, "cart", 4),
        ("of the next", "j2", None, None, "discover", 1),
    ]


def progress(partition: int, arrived: int | None, offset: int = 0, partitions: int = 2, epoch: int = EPOCH) -> ProgressRow:
    return ProgressRow(partitions=partitions, arrived_through=arrived, decided_through=arrived, log_partition=partition,
                       log_offset=offset, log_epoch=epoch)  # fmt: skip


@pytest.mark.parametrize(
    ("said", "complete"),
    [
        ([progress(0, NOON), progress(1, NOON + 5)], NOON),
        ([progress(0, NOON), progress(0, NOON + 9, 1), progress(1, NOON + 5)], NOON + 5),
        ([progress(0, NOON)], None),
        ([progress(0, NOON), progress(1, None)], None),
        ([progress(n, NOON) for n in range(2)] + [progress(0, NOON + 5, partitions=1, epoch=EPOCH + 1)], NOON + 5),
    ],
    ids=["the least of two", "the latest of each", "one is silent", "one has no clock", "a log of fewer partitions"],
)
def test_a_table_is_complete_through_the_least_of_its_partitions(said: list[Row], complete: int | None, tmp_path: Path) -> None:
    bring(tmp_path, "progress", said)
    assert ask(tmp_path, "SELECT DISTINCT epoch_us(complete_through) FROM completeness") == [(complete,)]


def test_a_connection_sees_the_lake_as_it_was_until_it_is_refreshed(tmp_path: Path) -> None:
    bring(tmp_path, "events", [event("a")])
    with connect(tmp_path) as connection:
        bring(tmp_path, "events", [event("b", log_offset=1)])
        assert connection.execute("SELECT event_id FROM events").fetchall() == [("a",)]
        refresh(connection, tmp_path)
        assert connection.execute("SELECT event_id FROM touchpoints ORDER BY ALL").fetchall() == [("a",), ("b",)]


def test_files_merged_under_an_open_connection_are_still_there_and_the_answer_is_the_same(tmp_path: Path) -> None:
    for offset in range(5):
        bring(tmp_path, "events", [event(str(offset), NOON + offset, log_offset=offset)])
    everything = "SELECT event_id FROM events ORDER BY occurred_at"
    with connect(tmp_path) as connection:
        before = connection.execute(everything).fetchall()
        assert compact(tmp_path) == {"events": (5, 1)}
        vacuum(tmp_path)
        assert connection.execute(everything).fetchall() == before == ask(tmp_path, everything)


def test_a_file_no_commit_names_is_never_read(tmp_path: Path) -> None:
    bring(tmp_path, "events", [event("a")])
    committed = next((tmp_path / "events").glob("*.parquet"))
    committed.with_name("part-of-a-killed-writer.parquet").write_bytes(committed.read_bytes())
    assert ask(tmp_path, "SELECT event_id FROM raw_events") == [("a",)]


def test_nothing_is_ever_downloaded(tmp_path: Path) -> None:
    with connect(tmp_path) as connection:
        allowed = connection.execute("SELECT value FROM duckdb_settings() WHERE name LIKE 'auto%_known_extensions'").fetchall()
    assert allowed == [("false",), ("false",)]


def test_what_nothing_ends_is_never_open(tmp_path: Path) -> None:
    told = [signal(f"s {kind}", kind=kind, log_offset=n) for n, kind in enumerate(SIGNAL_KINDS)]
    bring(tmp_path, "signals", told)
    found = ask(tmp_path, "SELECT kind FROM episodes WHERE open ORDER BY kind")
    assert found == sorted((kind.name,) for kind in SIGNAL_KINDS.values() if kind.lasting)
