"""What gets in the way of paying: ``payment_trouble`` and ``form_trouble``."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from schemas.signals import signal_id
from tests.core.shop import DAY, HOUR, MINUTE, TICK
from tests.core.troubles import AROUND, NOW, Event, evidence, found, it, keys, opened, told

PAYING, FORM = "payment_trouble", "form_trouble"
SHOE = {"product_id": "shoe", "price_minor": 4950, "currency": "EUR"}


def failed(minute: int = 0, decline: str = "soft", checkout: str = "x") -> Event:
    return it("payment_failed", minute * MINUTE, {"decline": decline}, checkout_id=checkout)


def unavailable(minute: int = 0) -> Event:
    return it("payment_method_unavailable", minute * MINUTE, checkout_id="x")


def ordered(after: timedelta, **fields: Any) -> Event:
    return it("order_completed", after, order_id="7", **fields)


# -- paying -------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tries", "told_at", "words"),
    [
        ([failed()], None, ""),
        ([failed(), failed(1)], 1, "2 payments have failed"),
        ([failed(decline="hard")], 0, "a payment was declined for good"),
        ([failed(), failed(1, "hard")], 1, "a payment was declined for good"),
        ([unavailable()], 0, "no payment method suited the customer"),
        ([failed(), unavailable(1)], 1, "no payment method suited the customer"),
        ([failed(), failed(1, checkout="y")], None, ""),
        ([failed(), it("payment_info_entered", MINUTE, checkout_id="x")], None, ""),
    ],
)
def test_two_failures_a_hard_decline_or_no_way_to_pay_is_trouble(tries: list[Event], told_at: int | None, words: str) -> None:
    rows = [row for row in told(PAYING, *tries) if row.status == "opened"]
    assert opened(PAYING, *tries) == ([told_at * MINUTE] if told_at is not None else [])
    assert all(words in row.reason and row.severity == "error" for row in rows)
    assert [evidence(row) for row in rows] == [[tries[-1]["event_id"]]] * len(rows)


def test_failures_while_it_stands_are_the_same_trouble() -> None:
    assert opened(PAYING, failed(0, "hard"), failed(1), failed(2, "hard"), unavailable(3)) == [NOW]


@AROUND
def test_a_failure_after_it_expired_is_trouble_anew(step: timedelta) -> None:
    again = it("payment_failed", DAY + step, {"decline": "soft"}, checkout_id="x")
    assert opened(PAYING, failed(0, "hard"), again) == [NOW] + [DAY + TICK] * (step > NOW)
    rows = told(PAYING, failed(0, "hard"), again)
    anchors = [failed(0, "hard")["event_id"], *[again["event_id"]] * (step > NOW)]
    assert {row.signal_id for row in rows} == {signal_id(PAYING, "checkout:x", anchor) for anchor in anchors}


def test_what_is_paid_after_the_order_is_of_no_checkout() -> None:
    assert found(PAYING, ordered(-MINUTE, checkout_id="x"), failed(0, "hard"), failed(1)) == []
    assert found(PAYING, it("checkout_started", -HOUR), ordered(-MINUTE), it("payment_failed", NOW, {"decline": "hard"})) == []


def test_a_payment_without_a_checkout_is_of_the_one_that_is_open() -> None:
    nameless = it("payment_failed", MINUTE, {"decline": "hard"})
    assert found(PAYING, nameless) == []
    assert keys(PAYING, it("checkout_started"), nameless) == ["checkout:checkout_started 0:00:00"]


@pytest.mark.parametrize(
    ("order", "how"),
    [
        ({"checkout_id": "x"}, (HOUR, "resolved")),
        ({}, (HOUR, "resolved")),
        ({"checkout_id": "y"}, (DAY, "expired")),
    ],
    ids=["of it", "of all", "of another"],
)
def test_the_order_of_the_checkout_ends_it(order: dict[str, str], how: tuple[timedelta, str]) -> None:
    assert found(PAYING, failed(0, "hard"), ordered(HOUR, **order)) == [(NOW, *how)]


def test_another_method_or_another_visit_is_no_end_of_it() -> None:
    tried = it("payment_info_entered", MINUTE, checkout_id="x")
    assert found(PAYING, failed(0, "hard"), tried, it("page_viewed", HOUR), until=2 * HOUR) == [(NOW, None, "opened")]


def test_trouble_with_paying_is_worth_the_checkout_else_its_cart() -> None:
    begun = it("checkout_started", -MINUTE, {"value_minor": 9900, "currency": "EUR"}, checkout_id="x")
    nameless = it("checkout_started", -MINUTE, checkout_id="x", cart_id="k")
    other = it("product_added", -2 * HOUR, SHOE | {"price_minor": 1}, cart_id="other")
    carts = [other, it("product_added", -HOUR, SHOE, cart_id="k")]
    worths = [told(PAYING, *before, failed(0, "hard"))[0].value_minor for before in ([*carts, begun], [*carts, nameless], [])]
    assert worths == [9900, 4950, None]
    assert "99.00 EUR" in told(PAYING, begun, failed(0, "hard"))[0].reason


# -- forms --------------------------------------------------------------------------------------------------------------------


def refused(minute: int, field: str = "postcode", step: int | str | None = 2, checkout: str = "x") -> Event:
    said = {"field": field} | ({} if step is None else {"step": step})
    return it("form_error_shown", minute * MINUTE, said, checkout_id=checkout)


def done(minute: int, step: int | str = 2, checkout: str = "x") -> Event:
    return it("checkout_step_completed", minute * MINUTE, {"step": step}, checkout_id=checkout)


@pytest.mark.parametrize(
    ("doings", "told_at"),
    [
        ([refused(0), refused(1)], []),
        ([refused(0), refused(1), refused(2)], [2]),
        ([refused(0), refused(1), refused(2), refused(3), refused(4), refused(5)], [2]),
        ([refused(0), refused(1), refused(2, "street")], []),
        ([refused(0), refused(1), refused(2, step=3)], []),
        ([refused(0), refused(1), refused(2, step=None)], []),
        ([refused(0), refused(1), refused(2, checkout="y")], []),
        ([refused(0), refused(1), refused(2, step="2")], [2]),
        ([refused(0), refused(1), done(2), refused(3)], []),
        ([refused(0), refused(1), done(2, "2"), refused(3)], []),
        ([refused(0), refused(1), done(2, 1), refused(3)], [3]),
        ([refused(0), refused(1), done(2, checkout="y"), refused(3)], [3]),
        ([refused(0, step=None), refused(1, step=None), done(2, 5), refused(3, step=None)], []),
        ([refused(0), refused(1), done(2), refused(3), refused(4), refused(5)], [5]),
        ([refused(0), refused(1), refused(2), done(3), refused(4), refused(5), refused(6)], [2, 6]),
    ],
)
def test_the_third_error_on_a_field_since_its_step_was_completed_is_trouble(doings: list[Event], told_at: list[int]) -> None:
    assert opened(FORM, *doings) == [minute * MINUTE for minute in told_at]


def test_two_fields_may_refuse_at_once() -> None:
    both = [refused(minute, field) for minute, field in enumerate(["postcode", "street"] * 3)]
    assert opened(FORM, *both, until=HOUR) == [4 * MINUTE, 5 * MINUTE]


THRICE = [refused(0), refused(1), refused(2)]
ANY_STEP = [refused(minute, step=None) for minute in range(3)]


@pytest.mark.parametrize(
    ("errors", "doing", "ends"),
    [
        (THRICE, done(60), True),
        (THRICE, done(60, "2"), True),
        (THRICE, done(60, 1), False),
        (THRICE, done(60, checkout="y"), False),
        (ANY_STEP, done(60, 1), True),
        (THRICE, ordered(HOUR, checkout_id="x"), True),
        (THRICE, ordered(HOUR, checkout_id="y"), False),
        (THRICE, it("checkout_step_viewed", HOUR, {"step": 2}, checkout_id="x"), False),
    ],
)
def test_it_ends_when_the_step_is_completed_or_the_order_placed(errors: list[Event], doing: Event, ends: bool) -> None:
    ended = (HOUR, "resolved") if ends else (2 * MINUTE + DAY, "expired")
    assert found(FORM, *errors, doing) == [(2 * MINUTE, *ended)]


def test_a_form_of_an_ordered_checkout_troubles_nobody() -> None:
    assert found(FORM, ordered(-MINUTE, checkout_id="x"), *THRICE) == []


def test_the_field_is_named_and_the_worth_of_the_checkout_said() -> None:
    begun = it("checkout_started", -MINUTE, {"value_minor": 9900, "currency": "EUR"}, checkout_id="x")
    opening, ending = told(FORM, begun, *THRICE, done(5))
    assert "'postcode' was refused 3 times" in opening.reason
    assert (opening.severity, opening.value_minor, evidence(opening)) == ("warning", 9900, [refused(2)["event_id"]])
    assert "The step was completed" in ending.reason
    assert "ordered" in told(FORM, *THRICE, ordered(HOUR, checkout_id="x"))[-1].reason
