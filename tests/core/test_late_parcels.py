"""What is promised and does not come: ``dispatch_late`` and ``delivery_late``, each threshold with its two neighbours."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.core.shop import DAY, HOUR, MINUTE, NOON, SECOND, TICK, Shop, after_noon, event

NOW = timedelta()
BOUGHT = event("order_completed", order_id="7", properties={"total_minor": 9900, "currency": "EUR"})
DISPATCH, DELIVERY = "dispatch_late", "delivery_late"
ATTEMPTS = ["delivery_attempt_failed", "ready_for_pickup", "delivered"]
SIGNS = ["shipment_dispatched", "shipment_scanned", "out_for_delivery", *ATTEMPTS]


def later(after: timedelta) -> str:
    return (NOON + after).isoformat()


def promised(at: timedelta, said: timedelta = SECOND, **fields: Any) -> dict[str, Any]:
    return event("delivery_promised", said, **({"order_id": "7", "properties": {"promised_at": later(at)}} | fields))


def heard(*events: dict[str, Any], until: timedelta = 400 * DAY) -> Shop:
    shop = Shop()
    shop.hears(*events)
    shop.clock(until)
    return shop


def found(kind: str, *events: dict[str, Any], until: timedelta = 400 * DAY) -> list[tuple[Any, ...]]:
    """(opened, ended, status) of each episode of the kind."""
    return [episode[2:] for episode in heard(*events, until=until).episodes() if episode[0] == kind]


AROUND = pytest.mark.parametrize("step", [-TICK, NOW, TICK], ids=["before", "at", "after"])


# -- dispatch ---------------------------------------------------------------------------------------------------------------


@AROUND
def test_an_order_that_nobody_dispatched_is_late_once_two_days_have_passed(step: timedelta) -> None:
    assert found(DISPATCH, BOUGHT, until=2 * DAY + step) == [(2 * DAY, None, "opened")] * (step > NOW)


@AROUND
@pytest.mark.parametrize("sign", SIGNS)
def test_any_sign_of_the_parcel_by_then_is_in_time(sign: str, step: timedelta) -> None:
    came = event(sign, 2 * DAY + step, order_id="7")
    assert found(DISPATCH, BOUGHT, came) == [(2 * DAY, 2 * DAY + step, "resolved")] * (step > NOW)


@AROUND
def test_an_order_that_is_wholly_cancelled_by_then_is_not_late(step: timedelta) -> None:
    cancelled = event("order_cancelled", 2 * DAY + step, order_id="7")
    assert found(DISPATCH, BOUGHT, cancelled) == [(2 * DAY, 2 * DAY + step, "resolved")] * (step > NOW)


def test_an_order_cancelled_in_part_is_still_waited_for() -> None:
    partly = event("order_cancelled", DAY, order_id="7", properties={"whole": False})
    assert found(DISPATCH, BOUGHT, partly, until=3 * DAY) == [(2 * DAY, None, "opened")]


@AROUND
def test_the_shops_own_date_stands_before_the_two_days(step: timedelta) -> None:
    bought = BOUGHT | {"properties": {"dispatch_by": later(HOUR)}}
    assert found(DISPATCH, bought, until=HOUR + step) == [(HOUR, None, "opened")] * (step > NOW)


def test_a_new_date_in_time_moves_the_deadline() -> None:
    bought = BOUGHT | {"properties": {"dispatch_by": later(HOUR)}}
    moved = event("order_updated", HOUR, order_id="7", properties={"dispatch_by": later(3 * HOUR)})
    assert found(DISPATCH, bought, moved, until=4 * HOUR) == [(3 * HOUR, None, "opened")]


def test_a_new_date_that_comes_too_late_excuses_nothing() -> None:
    bought = BOUGHT | {"properties": {"dispatch_by": later(HOUR)}}
    moved = event("order_updated", HOUR + TICK, order_id="7", properties={"dispatch_by": later(3 * HOUR)})
    assert found(DISPATCH, bought, moved, until=4 * HOUR) == [(HOUR, None, "opened")]


@pytest.mark.parametrize(("step", "late"), [(NOW, 0), (TICK, 1)], ids=["at once", "after"])
def test_an_order_whose_date_is_past_when_it_is_placed_is_late_unless_it_leaves_at_once(step: timedelta, late: int) -> None:
    bought = BOUGHT | {"event_id": "a", "properties": {"dispatch_by": later(-DAY)}}
    left = event("shipment_dispatched", step, event_id="b", order_id="7")
    assert found(DISPATCH, bought, left) == [(NOW, step, "resolved")] * late


def test_a_parcel_on_its_way_before_the_order_was_heard_of_is_dispatched() -> None:
    assert found(DISPATCH, event("shipment_scanned", -HOUR, order_id="7"), BOUGHT) == []


def test_an_order_nobody_placed_is_not_dispatched_late() -> None:
    assert found(DISPATCH, event("order_updated", order_id="7", properties={"dispatch_by": later(HOUR)})) == []


def test_an_order_is_dispatched_late_once() -> None:
    events = [BOUGHT, event("shipment_dispatched", 3 * DAY, order_id="7"), event("order_updated", 4 * DAY, order_id="7")]
    assert found(DISPATCH, *events) == [(2 * DAY, 3 * DAY, "resolved")]


def test_a_dispatch_weeks_after_the_journey_closed_still_ends_it() -> None:
    dispatched = event("shipment_dispatched", 50 * DAY, order_id="7")
    assert found(DISPATCH, BOUGHT, dispatched) == [(2 * DAY, 50 * DAY, "resolved")]
    shop = heard(BOUGHT, until=40 * DAY)
    shop.restarts()
    shop.hears(dispatched)
    assert [row.status for row in shop.signals] == ["opened", "resolved"]


# -- delivery ---------------------------------------------------------------------------------------------------------------


@AROUND
def test_a_promise_that_passes_without_a_parcel_is_late_once_the_clock_has_passed_it(step: timedelta) -> None:
    assert found(DELIVERY, BOUGHT, promised(DAY), until=DAY + step) == [(DAY, None, "opened")] * (step > NOW)


@AROUND
@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_a_first_attempt_by_the_promise_keeps_it(attempt: str, step: timedelta) -> None:
    came = event(attempt, DAY + step, event_id="came", order_id="7")
    home = event("delivered", 3 * DAY, event_id="home", order_id="7")
    ends = DAY + step if attempt == "delivered" else 3 * DAY
    assert found(DELIVERY, BOUGHT, promised(DAY), came, home) == [(DAY, ends, "resolved")] * (step > NOW)


@AROUND
def test_a_cancellation_by_the_promise_ends_the_waiting(step: timedelta) -> None:
    cancelled = event("order_cancelled", DAY + step, order_id="7")
    assert found(DELIVERY, BOUGHT, promised(DAY), cancelled) == [(DAY, DAY + step, "resolved")] * (step > NOW)


def test_only_the_first_promise_counts() -> None:
    again = promised(5 * DAY, HOUR, event_id="again")
    assert found(DELIVERY, BOUGHT, promised(DAY), again, until=2 * DAY) == [(DAY, None, "opened")]


def test_a_scan_is_no_attempt() -> None:
    scan = event("out_for_delivery", HOUR, order_id="7")
    assert found(DELIVERY, BOUGHT, promised(DAY), scan, until=2 * DAY) == [(DAY, None, "opened")]


def test_a_promise_made_after_its_own_moment_is_late_from_when_it_was_made() -> None:
    shop = heard(BOUGHT, promised(HOUR, said=DAY), until=2 * DAY)
    (row,) = [row for row in shop.signals if row.kind == DELIVERY]
    assert (after_noon(row.opened_at), after_noon(row.due_at)) == (DAY, HOUR)


def test_an_order_in_two_parcels_is_delivered_when_both_are() -> None:
    parcels = [event("shipment_created", MINUTE, event_id=name, order_id="7", shipment_id=name) for name in "st"]
    came = [event("delivered", days * DAY, event_id=f"{name} came", shipment_id=name) for name, days in (("s", 2), ("t", 3))]
    assert found(DELIVERY, BOUGHT, promised(DAY), *parcels, *came) == [(DAY, 3 * DAY, "resolved")]


def test_one_of_two_parcels_by_the_promise_does_not_keep_it() -> None:
    parcels = [event("shipment_created", MINUTE, event_id=name, order_id="7", shipment_id=name) for name in "st"]
    came = event("delivered", HOUR, shipment_id="s")
    assert found(DELIVERY, BOUGHT, promised(DAY), *parcels, came, until=2 * DAY) == [(DAY, None, "opened")]


def test_a_shipment_of_no_known_order_keeps_its_own_promise() -> None:
    promise = event("delivery_promised", shipment_id="s", properties={"promised_at": later(DAY)})
    (episode,) = heard(promise, until=2 * DAY).episodes()
    assert episode[:3] == (DELIVERY, "shipment:s", DAY)


def test_when_the_parcels_order_is_known_at_last_the_order_speaks_for_it() -> None:
    promise = event("delivery_promised", shipment_id="s", properties={"promised_at": later(DAY)})
    named = event("shipment_scanned", 2 * DAY, order_id="7", shipment_id="s", customer_id="ada")
    shop = heard(promise, until=DAY + MINUTE)
    shop.hears(named)
    shop.clock(3 * DAY)
    assert shop.episodes() == [(DELIVERY, "order:7", DAY, None, "opened")]


def test_how_late_it_came_is_said() -> None:
    shop = heard(BOUGHT, promised(DAY), event("delivered", 3 * DAY, order_id="7"))
    (row,) = [row for row in shop.signals if row.kind == DELIVERY and row.status == "resolved"]
    assert "2 d late" in row.reason


# -- the order's row ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("came", "on_time", "days_late"),
    [
        (HOUR, True, -1),
        (DAY - TICK, True, 0),
        (DAY, True, 0),
        (DAY + TICK, False, 0),
        (DAY + 12 * HOUR - TICK, False, 0),
        (DAY + 12 * HOUR, False, 1),
    ],
)
def test_on_time_is_to_the_microsecond_and_days_late_by_the_calendar(came: timedelta, on_time: bool, days_late: int) -> None:
    (order,) = heard(BOUGHT, promised(DAY), event("delivered", came, order_id="7"), until=10 * DAY).orders()
    assert (order.on_time, order.days_late) == (on_time, days_late)


def test_the_calendar_is_that_of_the_place_where_the_parcel_goes() -> None:
    promise = promised(DAY, properties={"promised_at": later(DAY), "destination_timezone": "Asia/Tokyo"})
    (order,) = heard(BOUGHT, promise, event("delivered", DAY + 3 * HOUR, order_id="7")).orders()
    assert (order.days_late, order.promised_timezone) == (1, "Asia/Tokyo")


@pytest.mark.parametrize(("until", "on_time"), [(DAY, None), (DAY + TICK, False)])
def test_whether_it_is_on_time_is_open_while_nobody_can_know(until: timedelta, on_time: bool | None) -> None:
    (order,) = heard(BOUGHT, promised(DAY), until=until).orders()
    assert order.on_time is on_time


def test_an_order_tells_its_money_and_its_returns() -> None:
    (order,) = heard(
        BOUGHT,
        event("order_refunded", DAY, order_id="7", properties={"amount_minor": 1000, "currency": "EUR"}),
        event("return_requested", 2 * DAY, order_id="7"),
        event("return_received", 3 * DAY, order_id="7"),
    ).orders()
    assert (order.total_minor, order.refunded_minor, order.currency) == (9900, 1000, "EUR")
    assert after_noon(order.return_requested_at) == 2 * DAY
    assert after_noon(order.return_received_at) == 3 * DAY
