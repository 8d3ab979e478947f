"""What customers leave behind: ``cart_abandoned`` and ``checkout_abandoned``, each threshold with its two neighbours."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from schemas.signals import signal_id
from tests.core.shop import DAY, HOUR, MINUTE, SECOND, TICK, Shop, event

NOW = timedelta()
SHOE = {"product_id": "shoe", "price_minor": 4950, "currency": "EUR"}
LEFT = event("product_added", properties=SHOE)
BEGUN = event("checkout_started", properties={"value_minor": 9900, "currency": "EUR"})
CART, CHECKOUT = "cart_abandoned", "checkout_abandoned"
KEY = {CART: "cart:product_added", CHECKOUT: "checkout:checkout_started"}
CASES = [(CART, LEFT, 30 * MINUTE), (CHECKOUT, BEGUN, 15 * MINUTE)]
EITHER = pytest.mark.parametrize(("kind", "cause", "idle"), CASES, ids=[CART, CHECKOUT])


def heard(*events: dict[str, Any], until: timedelta = 400 * DAY) -> Shop:
    shop = Shop()
    shop.hears(*events)
    shop.clock(until)
    return shop


def found(*events: dict[str, Any], until: timedelta = 400 * DAY) -> list[Any]:
    return [episode for episode in heard(*events, until=until).episodes() if episode[0] in (CART, CHECKOUT)]


def visit(after: timedelta, **fields: Any) -> dict[str, Any]:
    return event("page_viewed", after, event_id=f"visit-{after}", **fields)


# -- both ------------------------------------------------------------------------------------------------------------------


@EITHER
@pytest.mark.parametrize(("step", "known"), [(-TICK, 0), (NOW, 0), (TICK, 1)], ids=["before", "at", "after"])
def test_it_is_told_once_the_clock_has_passed_the_idle_time(
    kind: str, cause: dict[str, Any], idle: timedelta, step: timedelta, known: int
) -> None:
    assert found(cause, until=idle + step) == [(kind, KEY[kind], idle, None, "opened")] * known


@EITHER
@pytest.mark.parametrize(("step", "left"), [(-TICK, 0), (NOW, 0), (TICK, 1)], ids=["before", "at", "after"])
def test_who_comes_back_by_the_due_moment_has_not_left(
    kind: str, cause: dict[str, Any], idle: timedelta, step: timedelta, left: int
) -> None:
    back = idle + step
    expected = [(kind, KEY[kind], idle, back, "resolved")] * left
    assert found(cause, visit(back), until=back + 2 * TICK) == expected


@EITHER
@pytest.mark.parametrize(
    ("step", "ends", "how"),
    [(-TICK, -TICK, "resolved"), (NOW, NOW, "resolved"), (TICK, NOW, "expired")],
    ids=["before", "at", "after"],
)
def test_a_week_later_it_is_no_longer_news(
    kind: str, cause: dict[str, Any], idle: timedelta, step: timedelta, ends: timedelta, how: str
) -> None:
    expiry = idle + 7 * DAY
    back = event("order_completed", expiry + step, order_id="7")
    assert found(cause, back, until=expiry + 2 * TICK) == [(kind, KEY[kind], idle, expiry + ends, how)]


@EITHER
@pytest.mark.parametrize(
    ("step", "status"), [(-TICK, "opened"), (NOW, "opened"), (TICK, "expired")], ids=["before", "at", "after"]
)
def test_it_expires_once_the_clock_has_passed_the_week(
    kind: str, cause: dict[str, Any], idle: timedelta, step: timedelta, status: str
) -> None:
    assert [episode[-1] for episode in found(cause, until=idle + 7 * DAY + step)] == [status]


@EITHER
def test_the_due_time_counts_from_whatever_the_customer_did_last(kind: str, cause: dict[str, Any], idle: timedelta) -> None:
    assert found(cause, visit(10 * MINUTE), until=10 * MINUTE + idle + TICK)[0][2] == 10 * MINUTE + idle


@EITHER
def test_what_a_carrier_does_is_no_sign_of_the_customer(kind: str, cause: dict[str, Any], idle: timedelta) -> None:
    scan = event("shipment_scanned", 10 * MINUTE, shipment_id="s", customer_id="ada")
    assert found(cause, scan, until=idle + TICK) == [(kind, KEY[kind], idle, None, "opened")]


@EITHER
def test_only_the_customer_can_come_back(kind: str, cause: dict[str, Any], idle: timedelta) -> None:
    scan = event("shipment_scanned", idle + MINUTE, shipment_id="s", customer_id="ada")
    assert found(cause, scan, until=2 * HOUR) == [(kind, KEY[kind], idle, None, "opened")]


@EITHER
def test_the_same_thing_is_left_again_only_after_it_changed(kind: str, cause: dict[str, Any], idle: timedelta) -> None:
    again = cause | {"event_id": "again", "occurred_at": visit(3 * HOUR)["occurred_at"]}
    opened = [episode[2] for episode in found(cause, visit(HOUR), visit(2 * HOUR), again, until=DAY)]
    assert opened == [idle, 3 * HOUR + idle]


@EITHER
def test_two_departures_of_one_thing_are_two_signals_by_their_anchor(kind: str, cause: dict[str, Any], idle: timedelta) -> None:
    again = cause | {"event_id": "again", "occurred_at": visit(3 * HOUR)["occurred_at"]}
    told = {row.signal_id for row in heard(cause, again, until=DAY).signals}
    assert told == {signal_id(kind, KEY[kind], anchor) for anchor in (cause["event_id"], "again")}


@EITHER
def test_a_signal_says_what_it_rests_on_and_what_to_do(kind: str, cause: dict[str, Any], idle: timedelta) -> None:
    (row,) = heard(cause, until=idle + TICK).signals
    assert row.opened_at == row.due_at
    assert cause["event_id"] in row.evidence
    assert (row.subject, row.detector, row.currency) == ("customer:ada", kind, "EUR")
    assert row.value_minor == {CART: 4950, CHECKOUT: 9900}[kind]
    assert row.action
    assert "quiet" in row.reason


@EITHER
def test_another_customer_changes_nothing(kind: str, cause: dict[str, Any], idle: timedelta) -> None:
    bob = [visit(step * MINUTE, customer_id="bob") for step in range(40)]
    assert found(cause, *bob, until=idle + TICK) == [(kind, KEY[kind], idle, None, "opened")]


# -- carts ------------------------------------------------------------------------------------------------------------------


def added(name: str, after: timedelta = NOW, **fields: Any) -> dict[str, Any]:
    return event("product_added", after, event_id=name, **({"properties": SHOE} | fields))


def removed(after: timedelta, quantity: int = 1, product: str = "shoe", **fields: Any) -> dict[str, Any]:
    what = {"product_id": product, "quantity": quantity}
    return event("product_removed", after, event_id=f"removed-{after}", properties=what, **fields)


def ordered(after: timedelta, **fields: Any) -> dict[str, Any]:
    return event("order_completed", after, event_id=f"ordered-{after}", order_id="7", **fields)


def keys(*events: dict[str, Any]) -> list[tuple[str, str]]:
    return [(episode[0], episode[1]) for episode in found(*events)]


def test_an_emptied_cart_is_not_abandoned_and_the_next_is_another() -> None:
    assert keys(added("a"), removed(MINUTE), added("b", 2 * MINUTE)) == [(CART, "cart:b")]


def test_taking_out_more_than_there_is_leaves_nothing_owed() -> None:
    assert keys(added("a"), removed(MINUTE, quantity=5), added("b", 2 * MINUTE)) == [(CART, "cart:b")]


@pytest.mark.parametrize(("out", "left"), [(1, 1), (2, 0), (3, 0)])
def test_a_cart_of_two_is_empty_when_two_are_taken_out(out: int, left: int) -> None:
    two = added("a", properties=SHOE | {"quantity": 2})
    assert len(keys(two, removed(MINUTE, quantity=out))) == left


def test_taking_out_what_is_not_there_is_no_change_of_the_cart() -> None:
    (row, *_) = heard(added("a"), removed(MINUTE, product="hat"), until=DAY).signals
    assert row.signal_id == signal_id(CART, "cart:a", "a")
    assert row.value_minor == 4950


def test_a_named_cart_lives_on_when_an_order_has_emptied_it() -> None:
    events = [added("a", cart_id="x"), ordered(MINUTE, cart_id="x"), added("b", 2 * MINUTE, cart_id="x")]
    (row, *_) = [row for row in heard(*events, until=DAY).signals if row.kind == CART]
    assert (row.key, row.signal_id) == ("cart:x", signal_id(CART, "cart:x", "b"))


def test_an_order_of_one_cart_leaves_the_other() -> None:
    carts = [added("a", cart_id="x"), added("b", cart_id="y")]
    assert keys(*carts, ordered(MINUTE, cart_id="x")) == [(CART, "cart:y")]


def test_an_order_of_no_cart_in_particular_is_of_all() -> None:
    assert keys(added("a", cart_id="x"), added("b"), ordered(MINUTE)) == []


def test_a_cart_in_checkout_is_not_left_but_the_checkout_is() -> None:
    assert keys(added("a"), event("checkout_started", MINUTE)) == [(CHECKOUT, "checkout:checkout_started")]


def test_a_checkout_of_another_cart_excuses_nothing() -> None:
    events = [added("a", cart_id="x"), event("checkout_started", MINUTE, cart_id="y")]
    assert keys(*events) == [(CHECKOUT, "checkout:checkout_started"), (CART, "cart:x")]


def test_an_abandoned_checkout_stands_in_the_carts_place() -> None:
    """The cart changed after the checkout began; when it is due, the checkout says the same already."""
    assert keys(event("checkout_started"), added("a", MINUTE)) == [(CHECKOUT, "checkout:checkout_started")]


def test_when_the_checkouts_silence_ends_and_another_begins_the_cart_speaks_of_it() -> None:
    begun = event("checkout_started", cart_id="x")
    events = [begun, added("a", MINUTE, cart_id="x"), visit(HOUR), visit(2 * HOUR)]
    found_then = [(episode[0], episode[2]) for episode in found(*events, until=DAY)]
    assert found_then == [(CHECKOUT, 16 * MINUTE), (CART, HOUR + 30 * MINUTE)]


def test_a_cart_that_changed_after_its_checkout_may_be_left_again() -> None:
    events = [added("a", cart_id="x"), event("checkout_started", MINUTE, cart_id="x"), added("b", 2 * HOUR, cart_id="x")]
    left = [(episode[0], episode[2]) for episode in found(*events, until=DAY)]
    assert left == [(CHECKOUT, 16 * MINUTE), (CART, 2 * HOUR + 30 * MINUTE)]


def test_a_cart_that_went_to_checkout_is_not_left_by_the_next_pause() -> None:
    events = [added("a", cart_id="x"), event("checkout_started", MINUTE, cart_id="x"), visit(HOUR), visit(2 * HOUR)]
    assert keys(*events) == [(CHECKOUT, "checkout:checkout_started")]


@pytest.mark.parametrize(("step", "known"), [(-TICK, 0), (NOW, 0), (TICK, 1)], ids=["before", "at", "after"])
def test_what_lies_beyond_the_clock_makes_nothing_known_sooner(step: timedelta, known: int) -> None:
    """The later visit is here already, and with it that the cart was left; but it is not yet half past."""
    shop = heard(added("a"), visit(HOUR), until=30 * MINUTE + step)
    shop.hears(visit(2 * HOUR))
    assert [status for status, _, _ in shop.changes] == ["opened", "resolved"] * known


def test_prices_that_are_unknown_are_not_guessed() -> None:
    (row, *_) = heard(added("a"), added("b", properties={"product_id": "hat"}), until=DAY).signals
    assert row.value_minor is None
    assert "2 item(s), unknown value" in row.reason


def test_a_cart_left_for_weeks_is_still_the_same_cart_when_its_owner_is_back() -> None:
    """The journey closed meanwhile; what is in the cart does not."""
    events = [added("a", cart_id="x"), removed(40 * DAY, cart_id="x"), added("b", 80 * DAY, cart_id="x")]
    assert [episode[2] for episode in found(*events)] == [30 * MINUTE, 80 * DAY + 30 * MINUTE]


# -- checkouts --------------------------------------------------------------------------------------------------------------


def test_any_step_of_a_checkout_changes_it() -> None:
    step = event("checkout_step_completed", HOUR, properties={"step": 1})
    assert [episode[2] for episode in found(BEGUN, step, until=DAY)] == [15 * MINUTE, HOUR + 15 * MINUTE]


def test_a_step_without_a_checkout_begins_none() -> None:
    assert found(event("checkout_step_completed", properties={"step": 1})) == []


def test_an_ordered_checkout_is_over_for_good() -> None:
    begun = event("checkout_started", checkout_id="x")
    again = event("checkout_started", HOUR, event_id="again", checkout_id="x")
    assert found(begun, ordered(MINUTE, checkout_id="x"), again) == []


def test_after_an_order_a_nameless_checkout_is_another() -> None:
    again = event("checkout_started", HOUR, event_id="again")
    assert [episode[1] for episode in found(BEGUN, ordered(MINUTE), again, until=DAY)] == ["checkout:again"]


def test_an_order_of_one_checkout_leaves_the_other_open() -> None:
    begun = [event("checkout_started", event_id=name, checkout_id=name) for name in "xy"]
    assert [episode[1] for episode in found(*begun, ordered(MINUTE, checkout_id="x"))] == ["checkout:y"]


def test_a_checkout_of_unknown_value_is_worth_its_cart() -> None:
    shop = heard(added("a"), event("checkout_started", SECOND), until=HOUR)
    assert [(row.kind, row.value_minor) for row in shop.signals] == [(CHECKOUT, 4950)]
