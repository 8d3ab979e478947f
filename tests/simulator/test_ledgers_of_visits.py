"""Visits told by hand: what was left lying, what was searched in vain, what failed at the checkout."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.hand_told import ends, episodes, names, said
from throughline.simulator.drafts import Draft
from throughline.simulator.truth import Episode
from throughline.simulator.world import DAY, MINUTE, SECOND

PAUSE = 30 * MINUTE
LAMP: dict[str, Any] = {"product_id": "lamp", "quantity": 1}


def added(at: int, name: str = "added", **ids: str) -> Draft:
    return said(at, "product_added", name, **LAMP, **ids)


def test_an_episode_is_known_only_once_the_clock_has_passed_what_made_it() -> None:
    (left,) = episodes("cart_abandoned", added(0))
    assert left.as_of(PAUSE) is None
    assert left.as_of(PAUSE + 1) == Episode("cart_abandoned", "cart:added", "added", PAUSE, PAUSE)
    assert left.as_of(PAUSE + 7 * DAY) == Episode("cart_abandoned", "cart:added", "added", PAUSE, PAUSE)
    assert ends([known for known in [left.as_of(PAUSE + 7 * DAY + 1)] if known]) == [(PAUSE, PAUSE + 7 * DAY, "expired")]


@pytest.mark.parametrize(("pause", "left"), [(PAUSE - 1, 0), (PAUSE, 0), (PAUSE + 1, 1)])
def test_who_is_back_exactly_when_it_is_due_has_not_left(pause: int, left: int) -> None:
    found = episodes("cart_abandoned", added(0, cart_id="k1"), said(pause, "page_viewed"))
    assert len([one for one in found if one.opened_at == PAUSE]) == left


@pytest.mark.parametrize(("pause", "left"), [(15 * MINUTE - 1, 0), (15 * MINUTE, 0), (15 * MINUTE + 1, 1)])
def test_who_goes_on_with_a_checkout_exactly_when_it_is_due_has_not_left_it(pause: int, left: int) -> None:
    found = episodes("checkout_abandoned", started(), said(pause, "checkout_step_viewed", step=1, checkout_id="x"))
    assert len([one for one in found if one.opened_at == 15 * MINUTE]) == left


@pytest.mark.parametrize(("pause", "left"), [(PAUSE, 0), (PAUSE + 1, 1)])
def test_who_looks_on_exactly_when_the_session_would_end_has_not_ended_it(pause: int, left: int) -> None:
    found = episodes("browse_abandoned", said(0, "product_viewed"), said(pause, "page_viewed"))
    assert len([one for one in found if one.opened_at == PAUSE]) == left


def test_what_an_agent_does_is_no_return_of_the_customer() -> None:
    agent = said(PAUSE, "agent_replied", by="human", ticket_id="t")
    assert ends(episodes("cart_abandoned", added(0), agent)) == [(PAUSE, PAUSE + 7 * DAY, "expired")]


def test_a_checkout_that_is_named_only_after_its_start_is_one() -> None:
    begun = said(0, "checkout_started", "start")
    viewed = said(1, "checkout_step_viewed", step=1, checkout_id="x")
    assert names(episodes("checkout_abandoned", begun, viewed)) == [("checkout:start", "checkout_step_viewed@1")]
    again = [said(2, "checkout_started"), said(3, "checkout_step_viewed", step=1, checkout_id="x")]
    assert names(episodes("checkout_abandoned", begun, viewed, *again)) == [("checkout:start", "checkout_step_viewed@3")]
    assert episodes("checkout_abandoned", begun, viewed, *again, paid(4)) == []
    assert episodes("checkout_abandoned", begun, paid(4)) == []


def test_an_ordered_checkout_takes_nothing_more() -> None:
    assert episodes("checkout_abandoned", started(), paid(1), started(2), said(3, "page_viewed")) == []


@pytest.mark.parametrize(("away", "how"), [(7 * DAY - 1, "resolved"), (7 * DAY, "resolved"), (7 * DAY + 1, "expired")])
def test_who_is_back_at_the_moment_of_expiry_is_back_in_time(away: int, how: str) -> None:
    (left, *_) = episodes("cart_abandoned", added(0), said(PAUSE + away, "page_viewed"))
    assert left.how == how
    assert left.ended_at == PAUSE + min(away, 7 * DAY)


def test_who_only_looked_has_browsed_and_nothing_ever_ends_that() -> None:
    found = episodes("browse_abandoned", said(0, "product_viewed", "v1"), said(DAY, "page_viewed"))
    assert names(found) == [("session:v1", "")]
    assert ends(found) == [(PAUSE, None, None)]


@pytest.mark.parametrize(
    "also",
    [
        [added(5)],
        [added(5), said(6, "product_removed", **LAMP)],
        [said(5, "order_completed", order_id="o1")],
        [added(-DAY)],
        [added(-20), said(-10, "checkout_started"), said(PAUSE - 20, "product_removed", **LAMP), said(PAUSE - 19, "page_viewed")],
    ],
    ids=["added", "added and removed", "ordered", "a cart from yesterday", "a checkout left"],
)
def test_who_did_more_than_look_has_not_browsed(also: list[Draft]) -> None:
    found = episodes("browse_abandoned", said(0, "product_viewed"), *also)
    assert [one for one in found if one.opened_at > 0] == []


def test_a_checkout_that_is_left_explains_the_same_silence_even_where_its_cart_is_empty() -> None:
    yesterday = [added(-DAY), said(-DAY + 1, "checkout_started")]
    today = [said(0, "product_viewed"), said(1, "product_removed", **LAMP), said(2, "checkout_step_viewed", step=1)]
    assert episodes("browse_abandoned", *yesterday, *today) == []
    assert len(episodes("browse_abandoned", *yesterday, *today[:2])) == 1


def test_who_looked_at_no_product_has_not_browsed() -> None:
    assert episodes("browse_abandoned", said(0, "page_viewed", url="/")) == []


def test_a_checkout_left_before_explains_no_later_visit() -> None:
    left = [added(0), said(1, "checkout_started"), said(2, "product_removed", **LAMP)]
    assert ends(episodes("browse_abandoned", *left, said(DAY, "product_viewed"))) == [(DAY + PAUSE, None, None)]


def searched(at: int, results: int | None = 0) -> Draft:
    return said(at, "products_searched", results=results, query="silk")


def test_two_searches_in_vain_are_a_dead_end_once_a_session_until_it_ends() -> None:
    found = episodes("search_dead_end", *(searched(at) for at in (0, 10, 20, 30)))
    assert names(found) == [("session:products_searched@0", "")]
    assert ends(found) == [(10, 30 + PAUSE, "expired")]


def test_the_session_goes_on_until_its_last_own_act() -> None:
    acts = [
        searched(0),
        searched(10),
        said(10 + PAUSE, "page_viewed"),
        said(20 + PAUSE, "agent_replied", by="bot", ticket_id="t"),
    ]
    assert ends(episodes("search_dead_end", *acts)) == [(10, 10 + 2 * PAUSE, "expired")]


@pytest.mark.parametrize(
    "between",
    [
        [searched(0), said(5, "product_viewed"), searched(10)],
        [searched(0), searched(PAUSE + 1)],
        [searched(0), searched(10, None)],
        [searched(0), searched(10, 1)],
    ],
    ids=["a product between", "another session", "results not known", "found"],
)
def test_these_are_no_dead_end(between: list[Draft]) -> None:
    assert episodes("search_dead_end", *between) == []


def test_found_things_that_nobody_looks_at_do_not_make_up_for_dead_ends() -> None:
    assert ends(episodes("search_dead_end", searched(0), searched(5, 7), searched(10)))[0][0] == 10


@pytest.mark.parametrize(("within", "vexed"), [(15 * SECOND - 1, 1), (15 * SECOND, 1), (15 * SECOND + 1, 0)])
def test_the_same_page_three_times_in_fifteen_seconds_vexes(within: int, vexed: int) -> None:
    views = [said(at, "page_viewed", url="/a", path="/") for at in (0, 5, within)]
    assert len(episodes("page_frustration", *views)) == vexed


def test_any_three_views_in_a_row_count_but_only_of_one_page() -> None:
    slow = [said(at * SECOND, "page_viewed", path="/a") for at in (0, 20, 25, 30)]
    others = [
        said(21 * SECOND, "page_viewed", path="/b"),
        said(22 * SECOND, "page_viewed"),
        said(23 * SECOND, "page_viewed", url="/c", path="/a"),
    ]
    assert ends(episodes("page_frustration", *slow, *others)) == [(30 * SECOND, 30 * SECOND + PAUSE, "expired")]
    assert episodes("page_frustration", *slow[:3], *others) == []


def test_one_frustrated_click_or_the_third_error_of_a_session_vexes() -> None:
    errors = [said(at, "error_shown") for at in (0, 1, 2, 3)]
    assert ends(episodes("page_frustration", *errors))[0][0] == 2
    assert episodes("page_frustration", *errors[:2], said(PAUSE + 2, "error_shown")) == []
    assert len(episodes("page_frustration", said(0, "click_frustrated", how="rage"), *errors)) == 1


def test_a_coupon_denied_and_no_order_after_it_is_trouble_when_the_session_has_ended_until_the_next_order() -> None:
    denied, ordered = said(10, "coupon_denied"), said(3 * DAY, "order_completed", order_id="o1")
    found = episodes("coupon_trouble", said(0, "page_viewed", "first"), denied, ordered)
    assert names(found) == [("session:first", "")]
    assert ends(found) == [(10 + PAUSE, 3 * DAY, "resolved")]
    assert ends(episodes("coupon_trouble", denied)) == [(10 + PAUSE, None, None)]


def test_only_an_order_behind_the_last_denial_makes_up_for_it() -> None:
    denied, ordered = said(10, "coupon_denied"), said(20, "order_completed", order_id="o1")
    assert episodes("coupon_trouble", denied, ordered) == []
    assert ends(episodes("coupon_trouble", denied, ordered, said(30, "coupon_denied"))) == [(30 + PAUSE, None, None)]
    at_the_end = said(10 + PAUSE, "order_completed", order_id="o2")
    assert episodes("coupon_trouble", denied, at_the_end) == []


def failed(at: int, decline: str = "soft", checkout: str = "x") -> Draft:
    return said(at, "payment_failed", f"f{at}", decline=decline, checkout_id=checkout)


def started(at: int = 0, checkout: str = "x") -> Draft:
    return said(at, "checkout_started", checkout_id=checkout)


def paid(at: int, checkout: str = "x") -> Draft:
    return said(at, "order_completed", order_id="o1", checkout_id=checkout)


def test_the_second_failure_is_payment_trouble_until_the_order() -> None:
    found = episodes("payment_trouble", started(), failed(1), failed(2), failed(3), paid(4))
    assert names(found) == [("checkout:x", "f2")]
    assert ends(found) == [(2, 4, "resolved")]


def test_one_hard_decline_or_no_way_to_pay_is_payment_trouble() -> None:
    assert names(episodes("payment_trouble", started(), failed(1, "hard"))) == [("checkout:x", "f1")]
    nothing = said(1, "payment_method_unavailable", "none", checkout_id="x")
    assert names(episodes("payment_trouble", started(), nothing)) == [("checkout:x", "none")]


@pytest.mark.parametrize(("wait", "how"), [(DAY - 1, "resolved"), (DAY, "resolved"), (DAY + 1, "expired")])
def test_payment_trouble_is_news_for_a_day(wait: int, how: str) -> None:
    assert ends(episodes("payment_trouble", started(), failed(1, "hard"), paid(1 + wait))) == [(1, 1 + min(wait, DAY), how)]


@pytest.mark.parametrize(("wait", "again"), [(DAY, 1), (DAY + 1, 2)])
def test_payment_trouble_opens_anew_only_where_none_is_open(wait: int, again: int) -> None:
    found = episodes("payment_trouble", started(), failed(1, "hard"), failed(1 + wait))
    assert len(found) == again
    assert all(one.how == "expired" for one in found)


def test_failures_of_no_checkout_or_of_two_are_no_trouble() -> None:
    assert episodes("payment_trouble", failed(1), failed(2)) == []
    assert episodes("payment_trouble", started(), started(1, "y"), failed(2), failed(3, checkout="y")) == []
    assert episodes("payment_trouble", started(), paid(1), failed(2), failed(3)) == []


def refused(at: int, step: int | str | None = 2, field: str = "postcode") -> Draft:
    return said(at, "form_error_shown", f"r{at}", field=field, step=step, checkout_id="x")


def completed(at: int, step: int | str = 2) -> Draft:
    return said(at, "checkout_step_completed", step=step, checkout_id="x")


def test_exactly_the_third_error_on_a_field_is_form_trouble_until_its_step_is_done() -> None:
    found = episodes("form_trouble", started(), *map(refused, (1, 2, 3, 4)), completed(5, "2"))
    assert names(found) == [("checkout:x", "r3")]
    assert ends(found) == [(3, 5, "resolved")]
    assert episodes("form_trouble", started(), *map(refused, (1, 2))) == []


def test_each_field_and_step_has_its_own_errors() -> None:
    assert episodes("form_trouble", started(), refused(1), refused(2, 3), refused(3, None), refused(4, field="street")) == []
    both = [refused(at, 2, field) for at, field in enumerate(["street", "postcode"] * 3, start=1)]
    assert names(episodes("form_trouble", started(), *both)) == [("checkout:x", "r5"), ("checkout:x", "r6")]


def test_a_step_that_is_done_forgives_its_errors_and_those_of_no_step() -> None:
    assert episodes("form_trouble", started(), refused(1), refused(2), completed(3), refused(4)) == []
    assert episodes("form_trouble", started(), refused(1, None), refused(2, None), completed(3), refused(4, None)) == []
    assert len(episodes("form_trouble", started(), refused(1), refused(2), completed(3, 1), refused(4))) == 1


@pytest.mark.parametrize(("wait", "how"), [(DAY, "resolved"), (DAY + 1, "expired")])
def test_form_trouble_ends_with_the_order_too_and_is_news_for_a_day(wait: int, how: str) -> None:
    acts = [started(), *map(refused, (1, 2, 3)), completed(4, 1), paid(3 + wait)]
    assert ends(episodes("form_trouble", *acts)) == [(3, 3 + min(wait, DAY), how)]
