"""Checkouts that get their name only after they were started: they are one, told once, under the key that they began by."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations

import pytest

from tests.core.shop import HOUR, MINUTE, SECOND, Shop
from tests.core.troubles import Event, found, it, keys

LEFT, PAYING, FORM = "checkout_abandoned", "payment_trouble", "form_trouble"
STARTED = "checkout:start"


def start(minute: float = 0, event_id: str = "start", **fields: str) -> Event:
    return it("checkout_started", minute * MINUTE, event_id=event_id, **fields)


def step(minute: float, name: str) -> Event:
    return it("checkout_step_viewed", minute * MINUTE, {"step": 1}, checkout_id=name)


def ordered(minute: float, **fields: str) -> Event:
    return it("order_completed", minute * MINUTE, order_id="7", **fields)


def failed(minute: float, **fields: str) -> Event:
    return it("payment_failed", minute * MINUTE, {"decline": "soft"}, **fields)


def refused(minute: float, **fields: str) -> Event:
    return it("form_error_shown", minute * MINUTE, {"field": "city"}, **fields)


@pytest.mark.parametrize(
    "steps",
    [
        [start(), step(1, "x")],
        [start(), step(1, "x"), start(2, "reloaded"), step(3, "x")],
        [start(), step(1, "x"), start(2, "begun anew"), step(3, "y"), step(4, "x")],
        [start(), start(1, "started by name", checkout_id="x"), step(2, "x")],
    ],
    ids=["named once", "the page loaded again", "a new name for a new start", "started a second time by name"],
)
def test_a_checkout_that_its_steps_name_is_left_once(steps: list[Event]) -> None:
    assert keys(LEFT, *steps) == [STARTED]


def test_a_name_that_another_checkout_has_names_nothing_new() -> None:
    known = [step(0, "x"), start(1), step(2, "x")]
    assert keys(LEFT, *known) == [STARTED, "checkout:x"]
    assert keys(LEFT, *known, step(3, "y")) == [STARTED, "checkout:x"]


def test_one_start_awaits_one_name() -> None:
    assert keys(LEFT, start(), step(1, "x"), step(2, "y")) == [STARTED, "checkout:y"]
    assert keys(LEFT, start(), step(1, "x"), start(2, "anew"), step(3, "x"), step(4, "y")) == [STARTED, "checkout:y"]


def test_a_step_that_counts_before_the_start_of_the_same_moment_is_of_that_checkout() -> None:
    steps = [step(0, "x"), start(), failed(1)]
    assert steps[0]["event_id"] < steps[1]["event_id"]
    assert keys(LEFT, *steps) == ["checkout:x"]
    assert keys(LEFT, *steps, start(2, "again"), step(3, "x")) == ["checkout:x"]
    assert keys(LEFT, step(0, "x"), start(1 / 60), step(1, "x")) == ["checkout:start", "checkout:x"]
    assert keys(LEFT, step(-1, "y"), step(0, "y"), step(0, "x"), start(), step(1, "x")) == ["checkout:x", "checkout:y"]


def test_a_start_over_awaits_a_name_also_at_the_moment_of_a_step_of_its_own() -> None:
    assert keys(LEFT, start(), step(1, "x"), step(2, "x"), start(2, "started over"), step(3, "y")) == [STARTED]


def test_a_start_at_the_moment_of_the_order_begins_another_checkout() -> None:
    assert keys(LEFT, step(0, "x"), ordered(0, checkout_id="x"), start()) == [STARTED]


def test_what_happened_before_it_was_named_still_counts() -> None:
    assert keys(PAYING, start(), failed(1), failed(2, checkout_id="x")) == [STARTED]
    assert keys(FORM, start(), refused(1), refused(2, checkout_id="x"), refused(3, checkout_id="x")) == [STARTED]


def test_what_has_no_name_is_still_of_it_when_it_has_one() -> None:
    assert keys(PAYING, start(), step(1, "x"), failed(2), failed(3)) == [STARTED]


@pytest.mark.parametrize("named_before", [False, True])
def test_an_order_under_its_name_ends_it_for_good(named_before: bool) -> None:
    steps = [start(), *[step(1, "x")] * named_before, ordered(2, checkout_id="x"), step(3, "x"), failed(4), failed(5)]
    assert found(LEFT, *steps) == found(PAYING, *steps) == []
    assert keys(LEFT, *steps, start(6, "next"), step(7, "y"), step(8, "x")) == ["checkout:next"]


def test_an_order_under_anothers_name_leaves_it_open() -> None:
    assert keys(LEFT, step(-1, "x"), start(), ordered(1, checkout_id="x"), step(2, "y")) == [STARTED]


ARRIVING = (start(), failed(1), failed(2, checkout_id="x"), step(20, "x"), start(21, "again"))


def test_in_whatever_order_it_arrives_it_is_the_same_checkout() -> None:
    expected = standing(ARRIVING)
    assert [key for _, key, *_ in expected] == [STARTED] * 3
    assert all(standing(order) == expected for order in permutations(ARRIVING))


def test_a_start_that_comes_late_takes_back_what_was_told_under_the_name() -> None:
    shop = Shop()
    shop.hears(step(1, "x"))
    shop.clock(HOUR)
    shop.hears(start())
    shop.clock(HOUR + 10 * MINUTE)
    assert shop.changes == [("opened", LEFT, "checkout:x"), ("opened", LEFT, STARTED), ("retracted", LEFT, "checkout:x")]


def standing(order: tuple[Event, ...]) -> list[tuple[str, str, timedelta | None, timedelta | None, str]]:
    """One by one, each while the clock goes on."""
    shop = Shop()
    for number, one in enumerate(order):
        shop.hears(one)
        shop.clock(HOUR + number * SECOND)
    shop.clock(2 * HOUR)
    return [episode for episode in shop.episodes() if episode[0] in (LEFT, PAYING)]
