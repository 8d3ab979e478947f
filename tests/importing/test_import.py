"""Any history becomes events by one SELECT; what is wrong in it is counted by reason, and the same files give the same bytes."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest

from schemas.failures import Stop
from throughline.importing.report import ImportReport
from throughline.importing.run import MAPS, run_import, shipped

ROWS = """
SELECT * FROM (VALUES
    ('e2', 'page_viewed', TIMESTAMPTZ '2024-05-01 12:00:00+00', 'ada',
        {title: 'a "b":null', path: null, sizes: [{a: null, b: 1}]}),
    ('e1', 'page_viewed', TIMESTAMPTZ '2024-05-01 12:00:00+00', 'bob', null),
    ('e0', 'page_viewed', TIMESTAMPTZ '2024-05-01 14:00:00+02', 'cy', null),
    ('e3', 'page_seen', TIMESTAMPTZ '2024-05-01 12:00:00+00', 'dan', null),
    ('e4', 'page_viewed', null, 'eve', null),
    ('e5', 'page_viewed', null, 'fay', null)
) AS t(event_id, type, occurred_at, customer_id, properties)
"""


def imported(tmp_path: Path, select: str) -> tuple[ImportReport, list[dict[str, object]]]:
    map, out = tmp_path / "map.sql", tmp_path / "events.jsonl"
    map.write_text(f"-- What had to be assumed: nothing.\n{select};\n", encoding="utf-8")
    report = run_import(str(map), tmp_path, out)
    return report, [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]


def test_rows_become_events_in_order_of_arrival_without_their_nulls(tmp_path: Path) -> None:
    report, events = imported(tmp_path, ROWS)
    assert [event["event_id"] for event in events] == ["e0", "e1", "e2"]
    assert events[2] == {
        "event_id": "e2",
        "type": "page_viewed",
        "occurred_at": "2024-05-01T12:00:00.000000Z",
        "received_at": "2024-05-01T12:00:00.000000Z",
        "customer_id": "ada",
        "properties": {"title": 'a "b":null', "sizes": [{"b": 1}]},
    }
    assert report.by_type == {"page_viewed": 3}


def test_what_the_contract_refuses_is_counted_by_reason_with_examples(tmp_path: Path) -> None:
    report, _ = imported(tmp_path, ROWS)
    assert (report.rows, report.accepted, report.refused) == (6, 3, 3)
    assert {(refusal.reason, refusal.path, refusal.rows) for refusal in report.refusals.values()} == {
        ("invalid", "type", 1),
        ("invalid", "occurred_at", 2),
    }
    assert "e4" in report.words()
    assert "page_seen" in report.words()


def test_an_event_that_says_when_it_was_received_stands_where_it_arrived(tmp_path: Path) -> None:
    late = ROWS.replace("SELECT *", "SELECT *, if(event_id = 'e0', TIMESTAMPTZ '2024-05-02 00:00:00+00', null) AS received_at")
    _, events = imported(tmp_path, late)
    assert [event["event_id"] for event in events] == ["e1", "e2", "e0"]
    assert events[2]["received_at"] == "2024-05-02T00:00:00.000000Z"


def test_a_time_written_as_text_is_judged_by_the_contract(tmp_path: Path) -> None:
    texts = "SELECT unnest(['b', 'a', 'c']) AS event_id, 'page_viewed' AS type, unnest(['2024-05-01T12:00:00+02:00', "
    texts += "'2024-05-01T10:00:01Z', 'yesterday']) AS occurred_at, 'ada' AS customer_id"
    report, events = imported(tmp_path, texts)
    assert [event["event_id"] for event in events] == ["b", "a"]
    assert report.refused == 1


@pytest.mark.parametrize(
    ("select", "words"),
    [
        ("SELECT 1 AS event_id, 'page_viewed' AS type", "must yield occurred_at"),
        (f"SELECT *, 1 AS colour FROM ({ROWS})", "colour, which the envelope does not have"),
        (ROWS.replace("TIMESTAMPTZ", "TIMESTAMP"), "occurred_at has no time zone"),
        ("SELECT * FROM read_parquet(getvariable('path') || '/none.parquet')", "none.parquet"),
        ("SELECT 1; SELECT 2", "one SELECT"),
        ("DROP TABLE orders", "one SELECT"),
        ("SELEC 1", "no SQL"),
    ],
)
def test_a_map_that_cannot_be_right_says_why_and_leaves_nothing(tmp_path: Path, select: str, words: str) -> None:
    with pytest.raises(Stop, match=words):
        imported(tmp_path, select)
    assert not [file for file in tmp_path.iterdir() if file.name.startswith("events")]


def test_an_unknown_map_or_path_is_named_with_what_there_is(tmp_path: Path) -> None:
    with pytest.raises(Stop, match="olist, rees46, taobao, web"):
        run_import("amazon", tmp_path, tmp_path / "out")
    with pytest.raises(Stop, match="nothing to import"):
        run_import("olist", tmp_path / "nowhere", tmp_path / "out")


def test_every_shipped_map_says_what_it_assumed_in_its_first_lines() -> None:
    for name in shipped():
        head = (MAPS / f"{name}.sql").read_text(encoding="utf-8").split("\nwith ")[0]
        assert "What had to be assumed:" in head
        assert "PATH:" in head


def test_the_json_is_what_another_reader_reads(tmp_path: Path) -> None:
    imported(tmp_path, ROWS)
    with duckdb.connect() as connection:
        rows = connection.execute(f"SELECT count(*) FROM read_json_auto('{tmp_path / 'events.jsonl'}')").fetchall()
    assert rows == [(3,)]
