"""What gets in a customer's way in the shop and at the checkout: every threshold and its two neighbours, asked of the SQL."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.agreement.stories import DAY, HOUR, MINUTE, SECOND, TICK, episodes, event

NONE, HALF_AN_HOUR = timedelta(), 30 * MINUTE


def found(kind: str, *events: dict[str, Any], as_of: timedelta = 400 * DAY) -> list[tuple[Any, ...]]:
    """Its episodes, without the kind."""
    return [one[1:] for one in episodes(events, as_of, [kind])]


def neighbours(threshold: timedelta, before: int, at: int, after: int) -> list[tuple[timedelta, int]]:
    return [(threshold - TICK, before), (threshold, at), (threshold + TICK, after)]


# -- browsing -----------------------------------------------------------------------------------------------------------

LOOKED = event("product_viewed")


@pytest.mark.parametrize(("as_of", "left"), neighbours(HALF_AN_HOUR, 0, 0, 1))
def test_browsing_is_abandoned_once_the_clock_has_passed_thirty_minutes(as_of: timedelta, left: int) -> None:
    assert len(found("browse_abandoned", LOOKED, as_of=as_of)) == left


@pytest.mark.parametrize(("back", "due"), [(HALF_AN_HOUR - TICK, 2), (HALF_AN_HOUR, 2), (HALF_AN_HOUR + TICK, 1)])
def test_who_comes_back_at_the_due_moment_is_browsing_still(back: timedelta, due: int) -> None:
    """Then the session goes on and is left later; afterwards it is another session, in which no product was viewed."""
    (one,) = found("browse_abandoned", LOOKED, event("page_viewed", back))
    assert one == ("session:product_viewed", "", *[(back if due == 2 else NONE) + HALF_AN_HOUR] * 2, None, "open")


@pytest.mark.parametrize("chosen", [event("product_added", MINUTE), event("order_completed", MINUTE, order_id="7")])
def test_who_chose_something_in_the_session_has_not_only_browsed(chosen: dict[str, Any]) -> None:
    assert found("browse_abandoned", LOOKED, chosen) == []
    assert found("browse_abandoned", event("page_viewed")) == []


def test_what_was_chosen_in_an_earlier_session_matters_only_while_it_is_in_the_cart() -> None:
    added = event("product_added", -HOUR, cart_id="k", properties={"product_id": "shoe"})
    taken_out = event("product_removed", -MINUTE, cart_id="k", properties={"product_id": "shoe"})
    bought = event("order_completed", -MINUTE - HALF_AN_HOUR, order_id="7")
    assert found("browse_abandoned", added, LOOKED) == []
    assert len(found("browse_abandoned", added, taken_out, LOOKED)) == 1
    assert len(found("browse_abandoned", added, bought, LOOKED)) == 1


def test_an_abandoned_checkout_says_more_than_browsing_until_it_has_ended() -> None:
    begun = event("checkout_started", -MINUTE)
    assert found("browse_abandoned", begun, LOOKED) == []
    assert len(found("browse_abandoned", begun, LOOKED, event("product_viewed", HOUR, event_id="again"))) == 1


# -- paying -------------------------------------------------------------------------------------------------------------


def payment(name: str, after: timedelta = NONE, decline: str = "soft", checkout: str = "c") -> dict[str, Any]:
    properties = {"decline": decline}
    return event("payment_failed", after, event_id=name, type="payment_failed", checkout_id=checkout, properties=properties)


def test_a_second_failure_a_hard_decline_or_no_way_to_pay_is_trouble() -> None:
    unavailable = event("payment_method_unavailable", checkout_id="c")
    assert found("payment_trouble", payment("1")) == []
    assert found("payment_trouble", payment("1"), payment("2", MINUTE, checkout="other")) == []
    assert found("payment_trouble", payment("1"), payment("2", MINUTE))[0][1:3] == ("2", MINUTE)
    assert found("payment_trouble", payment("1", decline="hard"))[0][:2] == ("checkout:c", "1")
    assert found("payment_trouble", unavailable)[0][1] == "payment_method_unavailable"


@pytest.mark.parametrize(("again", "episodes"), neighbours(DAY, 1, 1, 2))
def test_more_trouble_is_news_only_once_the_first_has_expired(again: timedelta, episodes: int) -> None:
    assert len(found("payment_trouble", payment("1", decline="hard"), payment("2", again))) == episodes


@pytest.mark.parametrize(("ordered", "how"), [(DAY - TICK, "resolved"), (DAY, "resolved"), (DAY + TICK, "expired")])
def test_an_order_within_a_day_resolves_trouble_with_paying(ordered: timedelta, how: str) -> None:
    order = event("order_completed", ordered, order_id="7", checkout_id="c")
    (one,) = found("payment_trouble", payment("1", decline="hard"), order)
    assert one[-2:] == (min(ordered, DAY), how)


@pytest.mark.parametrize(("as_of", "how"), [(DAY, "open"), (DAY + TICK, "expired")])
def test_trouble_with_paying_expires_once_the_clock_has_passed_a_day(as_of: timedelta, how: str) -> None:
    assert found("payment_trouble", payment("1", decline="hard"), as_of=as_of)[0][-1] == how


def test_after_the_order_nothing_belongs_to_the_checkout() -> None:
    order = event("order_completed", MINUTE, order_id="7", checkout_id="c")
    assert found("payment_trouble", order, payment("1", HOUR, decline="hard")) == []


# -- forms --------------------------------------------------------------------------------------------------------------


def error(name: str, after: timedelta = NONE, field: str = "city", step: object = None) -> dict[str, Any]:
    properties = {"field": field} | ({} if step is None else {"step": step})
    return event(name, after, type="form_error_shown", checkout_id="c", properties=properties)


def done(after: timedelta, step: object = 1) -> dict[str, Any]:
    return event("checkout_step_completed", after, checkout_id="c", properties={"step": step})


@pytest.mark.parametrize(("errors", "troubles"), [(2, 0), (3, 1), (4, 1)])
def test_the_third_error_on_one_field_is_trouble_and_the_fourth_says_nothing_new(errors: int, troubles: int) -> None:
    shown = [error(f"{number}", number * MINUTE) for number in range(errors)]
    assert [one[1] for one in found("form_trouble", *shown)] == ["2"] * troubles


def test_errors_are_counted_by_field_and_by_step() -> None:
    assert found("form_trouble", error("a"), error("b", MINUTE), error("c", HOUR, field="zip")) == []
    assert found("form_trouble", error("a"), error("b", MINUTE, step=1), error("c", HOUR, step=2)) == []


@pytest.mark.parametrize(("step", "troubles"), [(1, 0), ("1", 0), (2, 1)])
def test_errors_are_counted_from_the_completion_of_their_step_on(step: object, troubles: int) -> None:
    shown = [error(name, after, step=1) for name, after in (("a", NONE), ("b", MINUTE), ("c", 3 * MINUTE))]
    assert len(found("form_trouble", *shown, done(2 * MINUTE, step))) == troubles


@pytest.mark.parametrize(
    ("step", "end"), [(1, (5 * MINUTE, "resolved")), ("1", (5 * MINUTE, "resolved")), (2, (2 * MINUTE + DAY, "expired"))]
)
def test_trouble_with_a_form_is_resolved_by_its_step_s_completion(step: object, end: tuple[Any, ...]) -> None:
    shown = [error(f"{number}", number * MINUTE, step=1) for number in range(3)]
    assert found("form_trouble", *shown, done(5 * MINUTE, step))[0][-2:] == end


def test_trouble_with_a_form_is_over_with_the_first_thing_that_ends_it() -> None:
    shown = [error(f"{number}", number * MINUTE, step=1) for number in range(3)]
    order = event("order_completed", 9 * MINUTE, order_id="7", checkout_id="c")
    assert found("form_trouble", *shown, done(5 * MINUTE), order)[0][-2:] == (5 * MINUTE, "resolved")


@pytest.mark.parametrize(("ordered", "how"), [(DAY, "resolved"), (DAY + TICK, "expired")])
def test_an_order_within_a_day_resolves_trouble_with_a_form(ordered: timedelta, how: str) -> None:
    shown = [error(f"{number}") for number in range(3)]
    order = event("order_completed", ordered, order_id="7", checkout_id="c")
    assert found("form_trouble", *shown, order)[0][-2:] == (DAY, how)


# -- searching and looking ----------------------------------------------------------------------------------------------


def search(name: str, after: timedelta = NONE, **results: int) -> dict[str, Any]:
    return event(name, after, type="products_searched", properties={"query": "lamp"} | results)


def test_two_searches_without_results_are_a_dead_end_until_the_session_is_over() -> None:
    searches = search("a", results=0), search("b", MINUTE, results=0), search("c", 2 * MINUTE, results=0)
    over = 2 * MINUTE + HALF_AN_HOUR
    assert found("search_dead_end", *searches) == [("session:a", "", MINUTE, MINUTE, over, "expired")]
    assert found("search_dead_end", *searches, as_of=over)[0][-1] == "open"


def test_a_product_viewed_between_two_searches_starts_the_count_again() -> None:
    looked = event("product_viewed", MINUTE)
    assert found("search_dead_end", search("a", results=0), looked, search("b", HOUR, results=0)) == []
    assert found("search_dead_end", search("a", results=0), looked, search("b", 2 * MINUTE, results=0)) == []
    more = search("b", 2 * MINUTE, results=0), search("c", 3 * MINUTE, results=0)
    assert found("search_dead_end", search("a", results=0), looked, *more)[0][2] == 3 * MINUTE


def test_a_search_with_results_or_that_says_nothing_of_them_is_no_dead_end() -> None:
    assert found("search_dead_end", search("a", results=0), search("b", MINUTE, results=1), search("c", 2 * MINUTE)) == []


@pytest.mark.parametrize(("pause", "dead_ends"), neighbours(HALF_AN_HOUR, 1, 1, 0))
def test_dead_ends_of_two_sessions_do_not_add_up(pause: timedelta, dead_ends: int) -> None:
    assert len(found("search_dead_end", search("a", results=0), search("b", pause, results=0))) == dead_ends


def view(name: str, after: timedelta, **page: str) -> dict[str, Any]:
    return event(name, after, type="page_viewed", properties=page)


@pytest.mark.parametrize(("third", "frustrated"), neighbours(15 * SECOND, 1, 1, 0))
def test_the_same_page_three_times_within_fifteen_seconds_frustrates(third: timedelta, frustrated: int) -> None:
    views = view("a", NONE, url="/x"), view("b", SECOND, url="/x"), view("c", third, url="/x")
    assert len(found("page_frustration", *views)) == frustrated


def test_a_page_is_its_url_else_its_path_and_nameless_pages_are_not_the_same() -> None:
    assert (
        len(found("page_frustration", view("a", NONE, url="/x"), view("b", NONE, path="/x"), view("c", NONE, url="", path="/x")))
        == 1
    )
    assert found("page_frustration", *[view(name, NONE) for name in "abc"]) == []
    assert found("page_frustration", *[view(name, NONE, url="/x") for name in "ab"], view("c", NONE, url="/y", path="/x")) == []


def test_a_frustrated_click_or_a_third_error_frustrates_once_a_session() -> None:
    click = event("click_frustrated", HOUR, properties={"how": "rage"})
    errors = [event(f"{number}", number * MINUTE, type="error_shown") for number in range(3)]
    assert found("page_frustration", *errors[:2]) == []
    assert found("page_frustration", *errors)[0][2:5] == (2 * MINUTE, 2 * MINUTE, 2 * MINUTE + HALF_AN_HOUR)
    assert len(found("page_frustration", *errors, event("click_frustrated", 3 * MINUTE, properties={"how": "dead"}))) == 1
    assert len(found("page_frustration", *errors, click)) == 2


# -- coupons ------------------------------------------------------------------------------------------------------------

DENIED = event("coupon_denied")


@pytest.mark.parametrize(("as_of", "troubles"), neighbours(HALF_AN_HOUR, 0, 0, 1))
def test_a_denied_coupon_is_trouble_once_the_session_is_over(as_of: timedelta, troubles: int) -> None:
    assert len(found("coupon_trouble", DENIED, as_of=as_of)) == troubles


@pytest.mark.parametrize(("ordered", "troubles"), neighbours(HALF_AN_HOUR, 0, 0, 1))
def test_an_order_in_the_session_says_that_the_coupon_did_not_matter(ordered: timedelta, troubles: int) -> None:
    """One after it resolves the trouble."""
    trouble = found("coupon_trouble", DENIED, event("order_completed", ordered, order_id="7"))
    assert [one[-2:] for one in trouble] == [(ordered, "resolved")] * troubles


def test_an_order_before_the_last_denial_does_not_count() -> None:
    order = event("order_completed", MINUTE, order_id="7")
    again = event("coupon_denied", 2 * MINUTE, event_id="again")
    due = 2 * MINUTE + HALF_AN_HOUR
    assert found("coupon_trouble", DENIED, order, again) == [("session:coupon_denied", "", due, due, None, "open")]
