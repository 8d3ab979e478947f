"""The shipped maps on the real files: every row accepted or accounted for, counts as counted in the files themselves."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from tests.conftest import DATA, SETS
from throughline.importing.report import ImportReport
from throughline.importing.run import run_import

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the public sets are not at ../shared/data")


class Imports:
    """Each set imported once for all tests."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.reports: dict[str, ImportReport] = {}

    def __getitem__(self, name: str) -> ImportReport:
        if name not in self.reports:
            self.reports[name] = run_import(name, DATA / SETS[name], self.folder / f"{name}.jsonl")
        return self.reports[name]

    def sql(self, name: str, select: str) -> tuple[int, ...]:
        """One row over the set's events: ``e`` is the event as JSON."""
        out = self[name].out
        events = f"WITH events AS (SELECT json AS e FROM read_ndjson_objects('{out}'))"
        with duckdb.connect() as connection:
            rows: list[tuple[int, ...]] = connection.execute(f"{events} {select}").fetchall()
        return rows[0]


@pytest.fixture(scope="module")
def imports(tmp_path_factory: pytest.TempPathFactory) -> Imports:
    return Imports(tmp_path_factory.mktemp("imports"))


@pytest.mark.parametrize(
    ("name", "by_type"),
    [
        (
            "olist",
            {
                "order_completed": 79_632,
                "delivery_promised": 79_632,
                "order_updated": 79_632 - 119,
                "shipment_dispatched": 78_197,
                "delivered": 77_252,
                "order_cancelled": 495 + 502,
                "review_posted": 78_932 - 2_740,
            },
        ),
        ("rees46", {"product_viewed": 13_508, "order_completed": 174, "product_added": 139}),
        ("taobao", {"product_viewed": 68_575, "product_added": 4_264, "wishlist_added": 2_315, "order_completed": 1_748}),
        (
            "web",
            {"page_viewed": 36_984, "product_added": 1_851, "checkout_started": 679, "identified": 447, "order_completed": 239},
        ),
    ],
)
def test_each_type_comes_as_often_as_the_files_have_it(imports: Imports, name: str, by_type: dict[str, int]) -> None:
    assert imports[name].by_type == by_type


def test_only_the_reviews_that_lost_their_dates_are_refused(imports: Imports) -> None:
    assert [(refusal.reason, refusal.path, refusal.rows) for refusal in imports["olist"].refusals.values()] == [
        ("invalid", "occurred_at", 2_740)
    ]
    assert sum(imports[name].refused for name in ("rees46", "taobao", "web")) == 0


@pytest.mark.parametrize("name", sorted(SETS))
def test_importing_again_writes_the_same_bytes(imports: Imports, name: str, tmp_path: Path) -> None:
    again = run_import(name, DATA / SETS[name], tmp_path / "again.jsonl")
    assert again.out.read_bytes() == imports[name].out.read_bytes()


@pytest.mark.parametrize(("name", "copies"), [("olist", 0), ("rees46", 5), ("taobao", 0), ("web", 1)])
def test_an_id_stands_twice_only_for_a_row_that_stands_twice(imports: Imports, name: str, copies: int) -> None:
    rows, ids, contents = imports.sql(name, "SELECT count(*), count(DISTINCT e ->> 'event_id'), count(DISTINCT e) FROM events")
    assert rows - ids == rows - contents == copies


def test_late_orders_are_as_many_as_the_files_say_by_date(imports: Imports) -> None:
    late = imports.sql(
        "olist",
        """SELECT count(*) FROM (
            SELECT (any_value(e ->> '$.properties.promised_date') FILTER (e ->> 'type' = 'delivery_promised'))::DATE AS promised,
                (any_value(e ->> 'occurred_at') FILTER (e ->> 'type' = 'delivered'))::TIMESTAMPTZ AS delivered
            FROM events GROUP BY e ->> 'order_id'
        ) WHERE (delivered AT TIME ZONE 'America/Sao_Paulo')::DATE > promised""",
    )
    assert late == (5_228,)


def test_an_order_names_its_person_and_its_parcel_names_the_order_alone(imports: Imports) -> None:
    row = imports.sql(
        "olist",
        """SELECT count(DISTINCT e ->> 'order_id'), count(DISTINCT e ->> 'customer_id') FILTER (e ->> 'type' = 'order_completed'),
            count(e ->> 'customer_id') FILTER (e ->> 'type' <> 'order_completed'),
            count(*) FILTER (e ->> 'type' = 'order_completed' AND e ->> '$.properties.products' IS NULL) FROM events""",
    )
    assert row == (79_632, 79_632 - 6_563 + 6_473, 0, 622)


def test_money_of_the_clicks_is_what_the_files_add_up_to(imports: Imports) -> None:
    total = "SELECT sum((e ->> '$.properties.total_minor')::BIGINT) FROM events WHERE e ->> 'type' = 'order_completed'"
    assert imports.sql("rees46", total) == (5_052_755,)
    assert imports.sql("web", total) == (23_736_640,)


def test_a_shop_that_reuses_order_numbers_still_has_one_order_each(imports: Imports) -> None:
    orders = "SELECT count(e ->> 'order_id'), count(DISTINCT e ->> 'order_id') FROM events"
    assert imports.sql("web", orders) == (239, 239)


def test_both_spellings_of_the_client_id_are_one_identifier_and_bots_are_marked(imports: Imports) -> None:
    row = imports.sql(
        "web",
        """SELECT count(*) FILTER (e ->> 'anonymous_id' IS NULL), count(DISTINCT e ->> 'anonymous_id'),
            count(*) FILTER (e ->> '$.context.bot' = 'true'),
            count(DISTINCT e ->> 'checkout_id') FILTER (e ->> 'type' = 'checkout_started')
            FROM events""",
    )
    assert row == (2_307, 28_323, 4_977, 600)


def test_an_email_hash_joins_the_devices_it_was_seen_on(imports: Imports) -> None:
    row = imports.sql(
        "web",
        """SELECT count(*) FROM (SELECT 1 FROM events WHERE e ->> 'email' IS NOT NULL
            GROUP BY e ->> 'email' HAVING count(DISTINCT e ->> 'anonymous_id') > 1)""",
    )
    assert row == (9,)


@pytest.mark.parametrize(("name", "people"), [("rees46", 3_621), ("taobao", 47_022)])
def test_everybody_in_the_files_is_a_customer(imports: Imports, name: str, people: int) -> None:
    assert imports.sql(name, "SELECT count(DISTINCT e ->> 'customer_id') FROM events") == (people,)
