"""An analyst with files and no broker: simulate, import, backfill, ask."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from deltalake import DeltaTable

from tests.e2e.conftest import Type

SHOP = ("simulate", "--shoppers", "120", "--days", "9", "--seed", "5", "--rate", "broken=0.02")


@pytest.fixture
def shop(type_: Type) -> Type:
    """A lake of a small shop's nine days."""
    assert type_(*SHOP).code == 0
    assert type_("backfill", "events.jsonl").code == 0
    return type_


def test_a_lake_from_a_backfill_answers_and_stands_before_the_oracle(shop: Type) -> None:
    journeys = json.loads(shop("sql", "SELECT outcome, count(*) AS n FROM journeys GROUP BY 1", "--format", "json").out)
    assert {row["outcome"] for row in journeys} == {"abandoned", "browsed", "converted"}
    verdict = shop("verify", "--history", "events.jsonl")
    assert (verdict.code, verdict.out[:3]) == (0, "ok:")


def test_a_lake_with_a_lost_event_fails_by_name(shop: Type, folder: Path) -> None:
    DeltaTable(folder / ".throughline/lake/events").delete("type = 'order_completed'")
    verdict = shop("verify", "--history", "events.jsonl")
    assert verdict.code == 1
    assert "Lost: " in verdict.out


def test_the_same_backfill_twice_counts_once(shop: Type) -> None:
    before = shop("sql", "SELECT count(*) FROM raw_events", "--format", "csv").out
    assert shop("backfill", "events.jsonl").code == 0
    assert shop("sql", "SELECT count(*) FROM raw_events", "--format", "csv").out == before


@pytest.mark.parametrize("form", ["table", "csv", "json"])
def test_sql_answers_in_three_forms(form: str, shop: Type) -> None:
    said = shop("sql", "SELECT 'a,b' AS pair, 2 AS two, NULL AS nothing, to_timestamp(0) AS start", "--format", form).out
    if form == "csv":
        assert list(csv.reader(io.StringIO(said))) == [
            ["pair", "two", "nothing", "start"],
            ["a,b", "2", "", "1970-01-01 00:00:00+00:00"],
        ]
    elif form == "json":
        assert json.loads(said) == [{"pair": "a,b", "two": 2, "nothing": None, "start": "1970-01-01 00:00:00"}]
    else:
        assert said.split() == ["pair", "two", "nothing", "start", "a,b", "2", "1970-01-01", "00:00:00"]


def test_a_question_that_is_no_sql_is_answered_in_one_sentence(shop: Type) -> None:
    said = shop("sql", "SELECT nothing FROM nowhere")
    assert said.code == 1
    assert said.err.startswith("error: DuckDB refuses the question:")


def test_the_shell_answers_line_by_line_and_goes_on_after_a_mistake(shop: Type, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("SELECT oops\nSELECT 40 + 2 AS answer\n\n"))
    said = shop("shell")
    assert "oops" in said.err
    assert said.out.split() == ["answer", "42"]


def test_open_signals_are_listed_and_each_explains_itself(shop: Type) -> None:
    listed = shop("signals", "open", "--kind", "cart_abandoned").out.splitlines()
    assert len(listed) > 1
    assert all(" cart_abandoned " in line for line in listed[1:])
    story = shop("signals", "explain", listed[1].split()[-1][:13])
    assert story.code == 0
    for words in ("What to do: ", "What became of it:", "What it rests on:", "product_added", "Found by cart_abandoned version"):
        assert words in story.out


def test_dead_letters_say_what_was_wrong_and_show_the_bytes(shop: Type) -> None:
    listed = shop("dead-letters", "list", "--reason", "invalid").out.splitlines()
    letter = listed[1].split()[0]
    shown = shop("dead-letters", "show", letter[:13])
    assert shown.code == 0
    assert f"{letter}: invalid, " in shown.err
    assert shown.out.strip() in Path("events.jsonl").read_text(errors="replace")


def test_an_unknown_id_says_where_ids_are_found(shop: Type) -> None:
    assert "`throughline signals open` lists ids" in shop("signals", "explain", "zzz").err
    assert "`throughline dead-letters list` lists ids" in shop("dead-letters", "show", "zzz").err


def test_the_lake_is_looked_after(shop: Type) -> None:
    before = shop("sql", "SELECT * FROM journeys ORDER BY ALL", "--format", "csv").out
    assert "events" in shop("lake", "status").out
    assert shop("lake", "compact").code == 0
    assert shop("lake", "vacuum", "--keep", "1 h").code == 0
    assert shop("sql", "SELECT * FROM journeys ORDER BY ALL", "--format", "csv").out == before
    assert "a number and a unit" in shop("lake", "vacuum", "--keep", "soon").err


def test_an_analyst_brings_a_history_of_their_own(type_: Type, folder: Path) -> None:
    (folder / "visits.csv").write_text("who,what,seen\nada,/sofa,2026-03-01 10:00:00\nbo,/bed,2026-03-01 10:05:00\nnobody,,\n")
    (folder / "visits.sql").write_text("""
        SELECT 'v' || row_number() OVER () AS event_id, 'page_viewed' AS type, seen::TIMESTAMPTZ AS occurred_at,
               who AS anonymous_id, {'path': what} AS properties
        FROM read_csv(getvariable('path'))
    """)
    said = type_("import", "visits.sql", "visits.csv", "--out", "visits.jsonl")
    assert said.code == 0
    assert "2 of 3 rows became events" in said.err
    assert type_("backfill", "visits.jsonl").code == 0
    assert "sessions" in type_("lake", "status").out


def test_rules_from_the_environment_reach_the_journeys(type_: Type, monkeypatch: pytest.MonkeyPatch) -> None:
    def carts(lake: str) -> int:
        assert type_("backfill", "events.jsonl", "--lake", lake).code == 0
        query = "SELECT count(*) FROM episodes WHERE kind = 'cart_abandoned'"
        return int(type_("sql", query, "--format", "csv", "--lake", lake).out.split()[1])

    type_(*SHOP)
    patient = carts("patient")
    monkeypatch.setenv("THROUGHLINE_RULES__DETECTORS__CART_ABANDONED__IDLE", "20 h")
    assert carts("patience") < patient
