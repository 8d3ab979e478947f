"""What gets in the way before the checkout, in one visit: browsing that ends in nothing, searches, pages, coupons."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from schemas.signals import signal_id
from streams.journey.detectors.browse_abandoned import BrowseAbandoned
from streams.journey.detectors.cart_abandoned import CartAbandoned
from streams.journey.detectors.checkout_abandoned import CheckoutAbandoned
from streams.journey.detectors.page_frustration import PageFrustration
from streams.journey.rules import Rules
from tests.core.shop import DAY, HOUR, MINUTE, SECOND, Shop
from tests.core.troubles import AROUND, NOW, Event, evidence, found, heard, it, keys, opened, told

BROWSING, SEARCH, PAGE, COUPON = "browse_abandoned", "search_dead_end", "page_frustration", "coupon_trouble"
SHOE = {"product_id": "shoe", "price_minor": 4950, "currency": "EUR"}
HALF_AN_HOUR = 30 * MINUTE

# -- browsing -----------------------------------------------------------------------------------------------------------------


def test_browsing_is_told_for_information_with_how_much_was_looked_at() -> None:
    (row,) = told(BROWSING, it("product_viewed"), it("product_viewed", MINUTE))
    assert (row.severity, row.value_minor, row.status) == ("info", None, "opened")
    assert "2 product view(s)" in row.reason
    assert "quiet for 30 min" in row.reason
    assert evidence(row) == ["product_viewed 0:01:00"]


@pytest.mark.parametrize(
    "doings",
    [
        [it("page_viewed")],
        [it("product_viewed"), it("product_added", MINUTE, SHOE), it("product_removed", 2 * MINUTE, {"product_id": "shoe"})],
        [it("product_viewed"), it("order_completed", MINUTE, order_id="7")],
    ],
    ids=["no product", "something was chosen and put back", "something was ordered"],
)
def test_who_saw_no_product_or_chose_one_has_not_only_browsed(doings: list[Event]) -> None:
    assert found(BROWSING, *doings) == []


def test_browsing_with_something_in_the_cart_from_before_is_the_carts_silence() -> None:
    before = it("product_added", -2 * HOUR, SHOE, cart_id="x")
    assert found(BROWSING, before, it("product_viewed")) == []
    put_back = it("product_removed", -HOUR, {"product_id": "shoe"}, cart_id="x")
    assert opened(BROWSING, before, put_back, it("product_viewed")) == [HALF_AN_HOUR]


def test_one_silence_is_told_once_the_checkout_before_the_cart_before_the_browsing() -> None:
    looked, added, begun = it("product_viewed"), it("product_added", SECOND, SHOE), it("checkout_started", MINUTE)
    silence = {BROWSING, "cart_abandoned", "checkout_abandoned"}
    for doings, kind in (
        ([looked], BROWSING),
        ([looked, added], "cart_abandoned"),
        ([looked, begun], "checkout_abandoned"),
        ([looked, added, begun], "checkout_abandoned"),
        ([begun, it("product_viewed", 2 * MINUTE)], "checkout_abandoned"),
        ([begun, it("product_added", 2 * MINUTE, SHOE)], "checkout_abandoned"),
    ):
        assert [one[0] for one in heard(*doings, until=DAY).episodes() if one[0] in silence] == [kind]


def test_a_checkout_left_at_the_very_same_moment_says_it_already() -> None:
    alike = CheckoutAbandoned(idle=HALF_AN_HOUR), BrowseAbandoned(idle=HALF_AN_HOUR)
    assert found(BROWSING, it("checkout_started"), it("product_viewed", MINUTE), detectors=alike) == []


def test_when_the_checkouts_silence_ends_and_another_begins_the_browsing_speaks_of_it() -> None:
    doings = [it("checkout_started"), it("product_viewed", MINUTE), it("page_viewed", 25 * MINUTE)]
    quicker = CheckoutAbandoned(), CartAbandoned(), BrowseAbandoned(idle=20 * MINUTE)
    assert found(BROWSING, *doings, detectors=quicker) == [(45 * MINUTE, None, "opened")]


def test_browsing_is_told_once_a_session_and_again_of_the_next() -> None:
    quicker = (BrowseAbandoned(idle=20 * MINUTE),)
    back = [it("product_viewed", 25 * MINUTE), it("product_viewed", DAY)]
    starts = [one[0] for one in found(BROWSING, it("product_viewed"), *back, detectors=quicker)]
    assert starts == [20 * MINUTE, DAY + 20 * MINUTE]
    assert keys(BROWSING, it("product_viewed"), *back[1:]) == [
        "session:product_viewed 0:00:00",
        "session:product_viewed 1 day, 0:00:00",
    ]


def test_who_goes_quiet_twice_in_a_session_has_left_it_once() -> None:
    shop = Shop(Rules(detectors=(BrowseAbandoned(idle=20 * MINUTE),)))
    for after in (NOW, 25 * MINUTE):
        shop.hears(it("product_viewed", after))
        shop.clock(after + 21 * MINUTE)
    assert [status for status, *_ in shop.changes] == ["opened"]


def test_who_comes_back_or_orders_later_has_browsed_all_the_same() -> None:
    doings = [it("product_viewed"), it("order_completed", 2 * HOUR, order_id="7")]
    assert found(BROWSING, *doings) == [(HALF_AN_HOUR, None, "opened")]


# -- searching ----------------------------------------------------------------------------------------------------------------


def searching(*found_each_minute: int | str | None) -> list[Event]:
    """Searches by how many results they say they had (None: they do not say), and, by name, what else was done."""
    return [
        it(one, number * MINUTE)
        if isinstance(one, str)
        else it("products_searched", number * MINUTE, {"query": "sandals"} | ({} if one is None else {"results": one}))
        for number, one in enumerate(found_each_minute)
    ]


@pytest.mark.parametrize(
    ("doings", "told_at"),
    [
        ([0], []),
        ([0, 0], [1]),
        ([0, 0, 0, 0], [1]),
        ([0, "product_viewed", 0], []),
        ([0, "product_viewed", 0, 0], [3]),
        ([0, 0, "product_viewed", 0, 0], [1]),
        ([0, "page_viewed", 0], [2]),
        ([0, 12, 0], [2]),
        ([12, 12], []),
        ([0, 1], []),
        ([0, None], []),
        ([0, None, 0], [2]),
    ],
)
def test_two_searches_without_results_and_no_product_between_them_are_a_dead_end(doings: list[Any], told_at: list[int]) -> None:
    assert opened(SEARCH, *searching(*doings)) == [minute * MINUTE for minute in told_at]


@AROUND
def test_a_dead_end_is_of_one_session(step: timedelta) -> None:
    again = it("products_searched", HALF_AN_HOUR + step, {"query": "sandals", "results": 0})
    assert opened(SEARCH, *searching(0), again) == [HALF_AN_HOUR + step] * (step <= NOW)


@AROUND
def test_a_dead_end_is_over_when_the_session_is_however_long_that_goes_on(step: timedelta) -> None:
    events = [*searching(0, 0), it("page_viewed", 10 * MINUTE)]
    over = 10 * MINUTE + HALF_AN_HOUR
    ended = (over, "expired") if step > NOW else (None, "opened")
    assert found(SEARCH, *events, until=over + step) == [(MINUTE, *ended)]


def test_the_next_session_may_run_into_a_dead_end_of_its_own() -> None:
    tomorrow = [one | {"event_id": f"again {number}"} for number, one in enumerate(searching(0, 0))]
    tomorrow = [one | {"occurred_at": one["occurred_at"].replace("-01T", "-02T")} for one in tomorrow]
    assert opened(SEARCH, *searching(0, 0), *tomorrow) == [MINUTE, DAY + MINUTE]


def test_a_dead_end_says_how_often() -> None:
    (row, _) = told(SEARCH, *searching(0, 0))
    assert (row.severity, evidence(row)) == ("info", ["products_searched 0:01:00"])
    assert "2 searches found nothing" in row.reason


# -- pages --------------------------------------------------------------------------------------------------------------------


def view(after: timedelta, page: str | None = "/lamps", **address: str) -> Event:
    return it("page_viewed", after, address or ({} if page is None else {"path": page}))


@pytest.mark.parametrize(("errors", "told_at"), [(2, []), (3, [2]), (4, [2]), (7, [2])])
def test_the_third_error_shown_is_told_and_no_other(errors: int, told_at: list[int]) -> None:
    shown = [it("error_shown", number * MINUTE) for number in range(errors)]
    assert opened(PAGE, *shown) == [minute * MINUTE for minute in told_at]


@AROUND
def test_errors_are_counted_within_a_session(step: timedelta) -> None:
    shown = [it("error_shown"), it("error_shown", MINUTE), it("error_shown", 31 * MINUTE + step)]
    assert len(found(PAGE, *shown)) == (step <= NOW)


@AROUND
def test_a_page_opened_three_times_within_fifteen_seconds_is_told(step: timedelta) -> None:
    last = 15 * SECOND + step
    assert opened(PAGE, view(NOW), view(7 * SECOND), view(last)) == [last] * (step <= NOW)


@pytest.mark.parametrize(
    ("views", "told_at"),
    [
        ([(0, "/a"), (5, "/b"), (10, "/a"), (15, "/b")], []),
        ([(0, "/a"), (5, "/b"), (10, "/a"), (12, "/b"), (15, "/a")], [15]),
        ([(0, "/a"), (10, "/a"), (16, "/a"), (20, "/a")], [20]),
        ([(0, None), (1, None), (2, None)], []),
        ([(0, "/a"), (1, "/a"), (2, "/a"), (3, "/a")], [2]),
    ],
)
def test_only_views_of_one_page_make_a_loop(views: list[tuple[int, str | None]], told_at: list[int]) -> None:
    loop = [view(second * SECOND, page) for second, page in views]
    assert opened(PAGE, *loop) == [second * SECOND for second in told_at]


def test_a_page_is_known_by_its_url_else_by_its_path() -> None:
    same_url = [view(second * SECOND, url="https://shop.example/a", path=f"/{second}") for second in range(3)]
    same_path = [view(second * SECOND, url=f"https://shop.example/{second}", path="/a") for second in range(3)]
    assert len(found(PAGE, *same_url)) == 1
    assert found(PAGE, *same_path) == []


@AROUND
def test_a_loop_may_be_looked_for_within_a_minute(step: timedelta) -> None:
    patient = (PageFrustration(loop_within=MINUTE),)
    views = [view(NOW), view(HALF_AN_HOUR / 60), view(MINUTE + step)]
    assert len(found(PAGE, *views, detectors=patient)) == (step <= NOW)


def test_a_page_gets_in_the_way_once_a_session_whatever_comes_after() -> None:
    clicked = it("click_frustrated", NOW, {"how": "dead"})
    after = [it("error_shown", number * SECOND) for number in range(1, 4)]
    again = it("click_frustrated", HOUR, {"how": "rage"})
    assert opened(PAGE, clicked, *after, again) == [NOW, HOUR]


@AROUND
def test_frustration_is_over_when_the_session_is(step: timedelta) -> None:
    events = [it("click_frustrated", NOW, {"how": "error"}), it("page_viewed", 10 * MINUTE)]
    over = 10 * MINUTE + HALF_AN_HOUR
    ended = (over, "expired") if step > NOW else (None, "opened")
    assert found(PAGE, *events, until=over + step) == [(NOW, *ended)]


@pytest.mark.parametrize(
    ("events", "words"),
    [
        ([it("click_frustrated", NOW, {"how": "rage"})], "A click did not do what the customer hoped"),
        ([it("error_shown", number * SECOND) for number in range(3)], "3 errors were shown in this session"),
        ([view(number * SECOND) for number in range(3)], "The same page was opened 3 times within 15 s"),
    ],
)
def test_what_was_in_the_way_is_said(events: list[Event], words: str) -> None:
    row = told(PAGE, *events)[0]
    assert (row.severity, row.reason.startswith(words)) == ("warning", True)
    assert evidence(row) == [events[-1]["event_id"]]


# -- coupons ------------------------------------------------------------------------------------------------------------------

DENIED = it("coupon_denied")


def bought(after: timedelta) -> Event:
    return it("order_completed", after, order_id=f"{after}")


@pytest.mark.parametrize(
    ("others", "due"),
    [
        ([bought(MINUTE)], None),
        ([bought(-MINUTE)], HALF_AN_HOUR),
        ([bought(MINUTE), it("coupon_denied", 2 * MINUTE)], 32 * MINUTE),
        ([it("coupon_denied", MINUTE), bought(2 * MINUTE)], None),
        ([it("coupon_applied", MINUTE)], 31 * MINUTE),
        ([it("page_viewed", 20 * MINUTE)], 50 * MINUTE),
    ],
    ids=["ordered", "ordered before", "and denied again", "denied twice, ordered", "another was granted", "looked on"],
)
def test_a_coupon_denied_is_trouble_if_no_order_follows_in_the_session(others: list[Event], due: timedelta | None) -> None:
    assert found(COUPON, DENIED, *others) == ([(due, None, "opened")] if due is not None else [])


@AROUND
def test_an_order_in_the_sessions_last_moment_is_in_time(step: timedelta) -> None:
    at = HALF_AN_HOUR + step
    assert found(COUPON, DENIED, bought(at)) == [(HALF_AN_HOUR, at, "resolved")] * (step > NOW)


def test_each_session_has_its_own_coupon_and_the_next_order_mends_them_all() -> None:
    events = [DENIED, it("coupon_denied", HOUR), it("page_viewed", 2 * HOUR), bought(DAY)]
    ended = [(HALF_AN_HOUR, DAY, "resolved"), (HOUR + HALF_AN_HOUR, DAY, "resolved")]
    assert found(COUPON, *events) == ended


def test_trouble_with_a_coupon_rests_on_the_last_denial() -> None:
    (opening, ending) = told(COUPON, DENIED, it("coupon_denied", MINUTE), bought(DAY))
    assert (opening.severity, evidence(opening)) == ("info", ["coupon_denied 0:01:00"])
    assert opening.signal_id == signal_id(COUPON, "session:coupon_denied 0:00:00", "")
    assert "A coupon was denied" in opening.reason
    assert "ordered" in ending.reason
