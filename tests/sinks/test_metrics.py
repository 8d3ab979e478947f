"""Figures with what they are made of: null where there is nothing to divide by, the undecided counted apart."""

from pathlib import Path
from typing import Any

import pytest

from schemas.tables import Row
from sinks.duck import connect
from tests.sinks.made import NOON, ask, bring, journey, order, session

DAY = 86_400_000_000
JANUARY = 1_704_067_200_000_000
FEBRUARY = JANUARY + 31 * DAY


@pytest.mark.parametrize("view", ["conversion", "cart_abandonment", "late_deliveries"])
def test_a_shop_without_customers_has_no_figures(view: str, tmp_path: Path) -> None:
    assert ask(tmp_path, f"SELECT * FROM {view}") == []


@pytest.mark.parametrize(
    ("part", "whole", "expected"),
    [(0, 0, (None, None, None)), (0, 10, (0.0, 0.0, 0.2775)), (10, 10, (1.0, 0.7225, 1.0)), (81, 263, (0.308, 0.2553, 0.3662))],
    ids=["nothing", "none of ten", "all of ten", "Newcombe 1998, method 3"],
)
def test_a_share_has_wilsons_interval(part: int, whole: int, expected: tuple[float | None, ...], tmp_path: Path) -> None:
    with connect(tmp_path) as connection:
        query = "SELECT share($1, $2), wilson_low($1, $2), wilson_high($1, $2)"
        (answer,) = connection.execute(query, [part, whole]).fetchall()
    assert [value if value is None else round(value, 4) for value in answer] == [pytest.approx(e, abs=5e-5) for e in expected]


def numbered(rows: list[Any]) -> list[Row]:
    for offset, row in enumerate(rows):
        row.log_offset = offset
    return rows


def test_a_session_converts_once_however_many_orders_and_counts_in_the_month_it_began(tmp_path: Path) -> None:
    starts = [(FEBRUARY - 1, 2), (JANUARY, 0), (FEBRUARY, 0)]
    bring(tmp_path, "sessions", numbered([session(str(at), started_at=at, ended_at=at, orders=n) for at, n in starts]))
    assert ask(tmp_path, "SELECT month(month), converted, n, conversion FROM conversion") == [(1, 1, 2, 0.5), (2, 0, 1, 0.0)]


def test_an_open_cart_is_undecided_and_not_abandoned(tmp_path: Path) -> None:
    fates = [("abandoned", NOON, 1), ("abandoned", None, 1), ("converted", None, 1), ("converted", NOON, 2), ("browsed", NOON, 0)]
    bring(tmp_path, "journeys", numbered([journey(f"{n}", outcome=outcome, closed_at=closed, carts=carts)
                                          for n, (outcome, closed, carts) in enumerate(fates)]))  # fmt: skip
    columns = "abandoned, converted, undecided, n, abandonment"
    assert ask(tmp_path, f"SELECT {columns} FROM cart_abandonment") == [(1, 2, 1, 3, pytest.approx(1 / 3))]


def test_a_month_of_open_carts_only_has_no_rate(tmp_path: Path) -> None:
    bring(tmp_path, "journeys", [journey("j", outcome="abandoned", carts=1)])
    assert ask(tmp_path, "SELECT undecided, n, abandonment FROM cart_abandonment") == [(1, 0, None)]


def test_late_is_the_promise_missed_and_days_are_counted_of_what_was_delivered(tmp_path: Path) -> None:
    promises: list[tuple[int | None, bool | None, int | None]] = [
        (JANUARY, True, -2), (JANUARY, False, 4), (JANUARY, False, None), (FEBRUARY - 1, None, None), (None, None, None),
    ]  # fmt: skip
    bring(tmp_path, "orders", numbered([order(f"{n}", promised_at=at, on_time=kept, days_late=days)
                                        for n, (at, kept, days) in enumerate(promises)]))  # fmt: skip
    columns = "late, n, late_share, delivered, days_late_mean, days_late_median"
    assert ask(tmp_path, f"SELECT {columns} FROM late_deliveries") == [(2, 3, pytest.approx(2 / 3), 2, 1.0, 1.0)]
