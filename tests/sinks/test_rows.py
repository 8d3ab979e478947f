"""Lines become columns: what a line leaves out, how long it may be, and what it may not be."""

from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import asdict

from schemas.tables import EVENTS, JOURNEYS, SESSIONS, TABLES, EventRow
from sinks.lake import Lake
from sinks.rows import TOGETHER, parse, stored_schema
from tests.sinks.made import EPOCH, NOON, ask, event, journey, line, session

LEAST = {
    pa.string(): "", pa.int64(): 0, pa.bool_(): False, pa.float64(): 0.0, pa.list_(pa.string()): [],
    pa.timestamp("us", tz="UTC"): 0,
}  # fmt: skip
words = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
rows = st.builds(
    event,
    event_id=words,
    at=st.integers(0, 4_000_000_000_000_000),
    type=words,
    sent_at=st.none() | st.integers(0, 4_000_000_000_000_000),
    late=st.booleans(),
    channel=st.none() | words,
    properties=st.none() | words,
    log_offset=st.integers(0, 2**63 - 1),
)


def columns_of(row: EventRow) -> dict[str, object]:
    """The row's values as they stand in the table."""
    return {name: value if value is None else _stored(name, value) for name, value in asdict(row).items()}


def _stored(name: str, value: object) -> object:
    column = stored_schema(EVENTS).field(name).type
    return pa.scalar(value, pa.int64()).cast(column).as_py() if pa.types.is_timestamp(column) else value


@given(st.lists(rows, min_size=1, max_size=20))
def test_every_row_keeps_all_it_says_and_what_it_left_out_is_the_default(made: list[EventRow]) -> None:
    table = parse(EVENTS, [line(row) for row in made])
    assert table.schema == stored_schema(EVENTS)
    by_time = sorted((columns_of(row) for row in made), key=lambda columns: str(columns["occurred_at"]))
    assert sorted(map(str, table.to_pylist())) == sorted(map(str, by_time))
    assert table.column("occurred_at").to_pylist() == [columns["occurred_at"] for columns in by_time]


def test_a_list_a_line_leaves_out_is_empty_and_a_flag_false() -> None:
    assert parse(JOURNEYS, [line(journey("j"))]).column("channels").to_pylist() == [[]]
    assert parse(SESSIONS, [line(session("s"))]).column("withdrawn").to_pylist() == [False]


def test_a_row_without_its_id_is_a_programmers_error_and_says_which() -> None:
    with pytest.raises(ValueError, match="a row of events has no event_id"):
        parse(EVENTS, [b'{"type":"page_viewed","occurred_at":1}'])


def test_a_line_that_is_no_json_is_a_programmers_error() -> None:
    with pytest.raises(duckdb.Error, match="Malformed JSON"):
        parse(EVENTS, [b'{"event_id":'])


@pytest.mark.parametrize("size", [1 << 20, 16 << 20])
def test_a_line_may_be_as_long_as_an_event_and_far_longer(size: int) -> None:
    long, short = line(event("long", properties='"' * size)), line(event("short", NOON + 1))
    table = parse(EVENTS, [short, long, short])
    assert table.column("event_id").to_pylist() == ["long", "short", "short"]
    assert table.column("properties")[0].as_py() == '"' * size


def test_more_lines_than_one_thread_parses_are_all_there() -> None:
    lines = [line(event(str(n), NOON + n)) for n in range(TOGETHER + 1)]
    assert parse(EVENTS, lines).column("event_id").to_pylist() == [str(n) for n in range(TOGETHER + 1)]


def test_every_table_of_the_contract_takes_its_least_row(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    for table in TABLES:
        least: dict[str, Any] = {field.name: LEAST[field.type] for field in table.schema if not field.nullable}
        lake.append(table.name, 0, EPOCH, [(0, line(table.row(**least)))])
    lake.flush({(0, EPOCH): 0})
    assert [ask(tmp_path, f"SELECT count(*) FROM raw_{table.name}") for table in TABLES] == [[(1,)]] * len(TABLES)
