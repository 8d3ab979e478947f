"""Where is my parcel, and where is my money: ``where_is_my_order`` and ``refund_late``."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.core.shop import DAY, HOUR, MINUTE, SECOND
from tests.core.troubles import AROUND, NOW, Event, evidence, found, it, keys, later, opened, told

WHERE, REFUND = "where_is_my_order", "refund_late"
BOUGHT = it("order_completed", -DAY, {"total_minor": 9900, "currency": "EUR"}, order_id="7")


def of(name: str, after: timedelta = NOW, order: str = "7", **properties: Any) -> Event:
    """About an order, number 7 unless said."""
    return it(name, after, properties, order_id=order, event_id=f"{name} {order} {after}")


GONE = of("shipment_dispatched", -HOUR)

# -- where is my order --------------------------------------------------------------------------------------------------------


def looked(minute: int, page_kind: str = "order_status", **fields: str) -> Event:
    return it("page_viewed", minute * MINUTE, {"page_kind": page_kind, "path": f"/{minute}"}, **fields)


def ticket(minute: int = 0, **fields: str) -> Event:
    return it("ticket_opened", minute * MINUTE, ticket_id=f"t{minute}", **fields)


@pytest.mark.parametrize(
    ("doings", "told_at"),
    [
        ([looked(0), looked(1)], []),
        ([looked(0), looked(1), looked(2)], [2]),
        ([looked(0), looked(1), looked(2), looked(3), ticket(4)], [2]),
        ([looked(0), looked(1, order_id="7"), looked(2, order_id="7")], [2]),
        ([looked(0), looked(1), looked(2, order_id="8"), looked(3)], [3]),
        ([looked(0), looked(1), looked(2, page_kind="help")], []),
        ([looked(-120), looked(0), looked(1)], []),
        ([looked(0, shipment_id="s"), looked(1, shipment_id="s"), looked(2, shipment_id="s")], []),
        ([looked(0), looked(1), ticket(2)], [2]),
        ([ticket()], [0]),
        ([ticket(order_id="7")], [0]),
        ([ticket(order_id="8")], []),
        ([ticket(shipment_id="s")], []),
        ([ticket(-120)], []),
        ([it("customer_replied", ticket_id="x")], []),
    ],
    ids=[
        "two views",
        "three views",
        "once an order",
        "named or not",
        "another order's view does not count",
        "nor another page's",
        "nor what was before its dispatch",
        "nor of a parcel that is not known to be its",
        "a ticket needs no third view",
        "a ticket",
        "a ticket about it",
        "a ticket about another",
        "a ticket about a parcel that is not known to be its",
        "a ticket before its dispatch",
        "a word in an older ticket",
    ],
)
def test_a_ticket_or_the_third_view_asks_after_an_order_on_its_way(doings: list[Event], told_at: list[int]) -> None:
    assert opened(WHERE, GONE, *doings) == [minute * MINUTE for minute in told_at]


def test_a_parcel_stands_for_its_order() -> None:
    gone = it("shipment_dispatched", -HOUR, order_id="7", shipment_id="s")
    assert keys(WHERE, gone, ticket(shipment_id="s")) == ["order:7"]
    assert keys(WHERE, gone, *[looked(minute, shipment_id="s") for minute in range(3)]) == ["order:7"]


@pytest.mark.parametrize("order", ["7", "9"])
def test_whose_parcel_a_ticket_is_about_may_be_said_after_it(order: str) -> None:
    gone = [of("shipment_dispatched", -HOUR, one) for one in ("7", "9")]
    scanned = it("shipment_scanned", HOUR, order_id=order, shipment_id="s")
    assert keys(WHERE, *gone, ticket(shipment_id="s"), scanned) == [f"order:{order}"]
    assert keys(WHERE, *gone, *[looked(minute, shipment_id="s") for minute in range(3)], scanned) == [f"order:{order}"]


def test_who_names_no_order_asks_after_all_that_are_on_their_way() -> None:
    gone = [of("shipment_dispatched", -HOUR, order) for order in ("7", "8", "9")]
    came = of("delivered", -MINUTE, "9")
    assert keys(WHERE, *gone, came, ticket()) == ["order:7", "order:8"]
    assert keys(WHERE, *gone, came, *[looked(minute) for minute in range(3)]) == ["order:7", "order:8"]
    assert keys(WHERE, *gone, came, looked(0), looked(1, order_id="8"), looked(2)) == ["order:8"]


@pytest.mark.parametrize("over", ["delivered", "order_cancelled", "returned_to_sender"])
def test_an_order_that_is_no_longer_on_its_way_is_not_looked_for(over: str) -> None:
    assert found(WHERE, GONE, of(over, -MINUTE), ticket(), *[looked(minute) for minute in range(3)]) == []


def test_an_order_not_yet_dispatched_is_not_looked_for() -> None:
    packed = it("shipment_created", -HOUR, order_id="7", shipment_id="s")
    assert found(WHERE, BOUGHT, packed, ticket(order_id="7")) == []


def test_an_order_delivered_or_cancelled_in_part_is_on_its_way() -> None:
    parcels = [it("shipment_dispatched", -HOUR, order_id="7", shipment_id=name, event_id=name) for name in "st"]
    partly = it("delivered", -MINUTE, order_id="7", shipment_id="s"), of("order_cancelled", -MINUTE, whole=False)
    assert opened(WHERE, *parcels, *partly, ticket()) == [NOW]


@pytest.mark.parametrize(
    ("promise", "severity", "words"),
    [
        ([of("delivery_promised", -DAY, promised_at=later(-HOUR))], "info", "is on its way, late, and the customer"),
        ([of("delivery_promised", -DAY, promised_at=later(HOUR))], "warning", "is on its way and the customer"),
        ([of("delivery_promised", -DAY, "8", promised_at=later(-HOUR))], "warning", "is on its way and the customer"),
        ([], "warning", "is on its way and the customer"),
    ],
    ids=["late", "not yet", "another's", "nothing promised"],
)
def test_a_late_delivery_explains_it(promise: list[Event], severity: str, words: str) -> None:
    (row,) = told(WHERE, BOUGHT, GONE, *promise, ticket(order_id="7"))
    assert (row.severity, row.value_minor, evidence(row)) == (severity, 9900, [ticket(order_id="7")["event_id"]])
    assert words in row.reason
    assert "opened a ticket" in row.reason


def test_how_often_it_was_looked_up_is_said() -> None:
    (row,) = told(WHERE, GONE, *[looked(minute) for minute in range(3)])
    assert "looked up its status 3 times" in row.reason
    assert evidence(row) == [looked(2)["event_id"]]


@pytest.mark.parametrize(
    ("then", "words"),
    [
        (of("delivered", DAY), "Delivered"),
        (of("order_cancelled", DAY), "cancelled"),
        (of("returned_to_sender", DAY), "goes back"),
        (of("order_cancelled", DAY, whole=False), None),
        (of("out_for_delivery", DAY), None),
        (of("delivered", DAY, "8"), None),
        (it("ticket_solved", DAY, ticket_id="t0"), None),
    ],
)
def test_it_ends_when_the_order_is_no_longer_on_its_way(then: Event, words: str | None) -> None:
    rows = told(WHERE, GONE, ticket(), then)
    assert [row.status for row in rows] == (["opened"] if words is None else ["opened", "resolved"])
    assert words is None or words in rows[-1].reason


# -- where is my money --------------------------------------------------------------------------------------------------------

RECEIVED = of("return_received")


def refunded(after: timedelta, order: str = "7") -> Event:
    return of("order_refunded", after, order, amount_minor=9900, currency="EUR")


@AROUND
def test_a_refund_is_awaited_for_five_days(step: timedelta) -> None:
    at = 5 * DAY + step
    assert found(REFUND, RECEIVED, refunded(at)) == [(5 * DAY, at, "resolved")] * (step > NOW)


@pytest.mark.parametrize(
    ("before", "late"),
    [
        ([], 1),
        ([refunded(-SECOND)], 1),
        ([refunded(NOW)], 0),
        ([of("return_requested", -DAY), refunded(-2 * DAY)], 1),
        ([of("return_requested", -DAY), refunded(-DAY)], 0),
        ([of("return_requested", -DAY), refunded(-HOUR)], 0),
        ([refunded(HOUR), of("return_requested", DAY)], 0),
        ([refunded(-2 * DAY), of("return_requested", -DAY), refunded(DAY)], 0),
        ([refunded(DAY, "8")], 1),
        ([of("order_cancelled", HOUR)], 1),
    ],
    ids=[
        "nothing was",
        "before it arrived unasked",
        "as it arrived",
        "before it was asked for",
        "as it was asked for",
        "after it was asked for",
        "asked for after it arrived",
        "before and again",
        "another order's",
        "cancelled",
    ],
)
def test_what_was_refunded_since_the_return_was_spoken_of_counts(before: list[Event], late: int) -> None:
    assert opened(REFUND, RECEIVED, *before) == [5 * DAY] * late


def test_the_first_arrival_counts_and_is_told_once() -> None:
    again = of("return_received", DAY)
    assert found(REFUND, RECEIVED, again, refunded(6 * DAY)) == [(5 * DAY, 6 * DAY, "resolved")]
    another = of("return_received", 20 * DAY)
    assert opened(REFUND, RECEIVED, refunded(6 * DAY), another) == [5 * DAY]


def test_a_return_that_never_arrived_is_owed_nothing() -> None:
    assert found(REFUND, BOUGHT, of("return_requested")) == []


def test_a_refund_that_is_late_says_since_when_and_how_it_ended() -> None:
    opening, ending = told(REFUND, BOUGHT, RECEIVED, refunded(6 * DAY))
    assert "99.00 EUR arrived 2024-05-01 12:00:00 UTC; nothing was refunded within 5 d" in opening.reason
    assert (opening.severity, opening.value_minor, evidence(opening)) == ("error", 9900, [RECEIVED["event_id"]])
    assert "Refunded" in ending.reason


@pytest.mark.parametrize("then", [refunded(6 * DAY, "8"), of("order_cancelled", 6 * DAY), of("delivered", 6 * DAY)])
@pytest.mark.parametrize("before", [[], [refunded(-DAY)]], ids=["", "refunded before"])
def test_nothing_but_its_refund_ends_it(before: list[Event], then: Event) -> None:
    assert found(REFUND, *before, RECEIVED, then) == [(5 * DAY, None, "opened")]
