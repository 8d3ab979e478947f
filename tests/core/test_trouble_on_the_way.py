"""What goes wrong with a parcel: ``delay_expected``, ``delivery_failed``, ``delivery_exception``."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from schemas.signals import signal_id
from tests.core.shop import DAY, HOUR, MINUTE, TICK
from tests.core.troubles import AROUND, NOW, Event, evidence, found, it, keys, later, opened, told

DELAY, FAILED, EXCEPTION = "delay_expected", "delivery_failed", "delivery_exception"
BOUGHT = it("order_completed", -DAY, {"total_minor": 9900, "currency": "EUR"}, order_id="7")


def of(name: str, after: timedelta = NOW, parcel: str | None = None, order: str = "7", **properties: Any) -> Event:
    """About order 7, or about one parcel of it."""
    fields = {"order_id": order} if parcel is None else {"order_id": order, "shipment_id": parcel}
    return it(name, after, properties, event_id=f"{name} {order} {parcel or ''}{after}", **fields)


PARCELS = [of("shipment_created", -HOUR, "s"), of("shipment_created", -HOUR, "t")]

# -- delays -------------------------------------------------------------------------------------------------------------------


def promised(for_: timedelta = 2 * DAY, after: timedelta = -HOUR) -> Event:
    return of("delivery_promised", after, promised_at=later(for_))


def estimated(for_: timedelta, after: timedelta = NOW) -> Event:
    return of("estimate_updated", after, estimated_at=later(for_))


@AROUND
def test_an_estimate_after_the_promise_is_a_delay(step: timedelta) -> None:
    assert opened(DELAY, promised(), estimated(2 * DAY + step)) == [NOW] * (step > NOW)


@AROUND
def test_when_the_promise_is_past_nothing_more_is_expected_of_it(step: timedelta) -> None:
    expected = [(2 * DAY + step, 2 * DAY, "expired")] * (step < NOW)
    assert found(DELAY, promised(), estimated(5 * DAY, 2 * DAY + step)) == expected


@pytest.mark.parametrize(("day", "late"), [("2024-05-02", 0), ("2024-05-03", 0), ("2024-05-04", 1)])
def test_a_day_lasts_to_its_end_where_the_parcel_goes(day: str, late: int) -> None:
    promise = of("delivery_promised", -HOUR, promised_date="2024-05-03", destination_timezone="Asia/Tokyo")
    estimate = of("estimate_updated", estimated_date=day, destination_timezone="Asia/Tokyo")
    assert len(found(DELAY, promise, estimate)) == late


@pytest.mark.parametrize(("day", "late"), [("2024-05-03", 0), ("2024-05-04", 1)])
@pytest.mark.parametrize("after", [-2 * HOUR, NOW], ids=["estimated first", "promised first"])
def test_a_day_estimated_for_no_place_ends_where_the_parcel_was_promised(after: timedelta, day: str, late: int) -> None:
    promise = of("delivery_promised", -HOUR, promised_date="2024-05-03", destination_timezone="Asia/Tokyo")
    assert len(found(DELAY, promise, of("estimate_updated", after, estimated_date=day))) == late


def test_a_promise_made_below_what_the_carrier_expects_is_a_delay_from_the_start() -> None:
    late, promise = estimated(3 * DAY), promised(after=HOUR)
    (row, _) = told(DELAY, late, promise)
    assert row.signal_id == signal_id(DELAY, "order:7", late["event_id"])
    assert evidence(row) == [late["event_id"], promise["event_id"]]
    assert opened(DELAY, late, promise) == [HOUR]
    assert found(DELAY, estimated(DAY), promise) == []


def test_a_second_promise_says_nothing_of_a_delay() -> None:
    again = promised(DAY, after=HOUR)
    assert [row.status for row in told(DELAY, promised(), estimated(3 * DAY), again, until=DAY)] == ["opened"]
    assert found(DELAY, promised(), estimated(36 * HOUR), again) == []


@pytest.mark.parametrize(
    ("then", "stretches", "words"),
    [
        (estimated(2 * DAY, HOUR), [(NOW, HOUR, "resolved")], "in time again"),
        (estimated(DAY, HOUR), [(NOW, HOUR, "resolved")], "in time again"),
        (estimated(4 * DAY, HOUR), [(NOW, HOUR, "resolved"), (HOUR, 2 * DAY, "expired")], "which takes its place"),
        (of("delivery_attempt_failed", HOUR), [(NOW, HOUR, "resolved")], "at the door"),
        (of("ready_for_pickup", HOUR), [(NOW, HOUR, "resolved")], "at the door"),
        (of("order_cancelled", HOUR), [(NOW, HOUR, "resolved")], "cancelled"),
        (of("order_cancelled", HOUR, whole=False), [(NOW, 2 * DAY, "expired")], "Nothing more came"),
        (of("shipment_scanned", HOUR), [(NOW, 2 * DAY, "expired")], "Nothing more came"),
        (of("estimate_updated", HOUR, order="8", estimated_at=later(DAY)), [(NOW, 2 * DAY, "expired")], "Nothing more came"),
    ],
)
def test_a_delay_ends_with_the_next_estimate_the_attempt_the_cancellation_or_the_promise(
    then: Event, stretches: list[Any], words: str
) -> None:
    assert found(DELAY, promised(), estimated(3 * DAY), then) == stretches
    ending = [row for row in told(DELAY, promised(), estimated(3 * DAY), then) if row.status in ("resolved", "expired")]
    assert words in ending[0].reason


@pytest.mark.parametrize("before", ["delivery_attempt_failed", "ready_for_pickup", "delivered", "order_cancelled"])
def test_after_the_attempt_or_the_cancellation_no_delay_is_expected(before: str) -> None:
    assert found(DELAY, promised(), of(before), estimated(3 * DAY, HOUR)) == []


def test_one_of_two_parcels_at_the_door_is_not_the_order() -> None:
    attempt = of("delivery_attempt_failed", HOUR, "s")
    assert opened(DELAY, *PARCELS, promised(), attempt, estimated(3 * DAY, 2 * HOUR)) == [2 * HOUR]


def test_how_much_later_is_said() -> None:
    (row, _) = told(DELAY, BOUGHT, promised(), estimated(5 * DAY))
    assert "3 d later" in row.reason
    assert (row.severity, row.value_minor) == ("warning", 9900)


# -- attempts and pickups -----------------------------------------------------------------------------------------------------

IN_VAIN = of("delivery_attempt_failed")
READY = of("ready_for_pickup")


def test_attempts_while_it_stands_are_the_same_trouble() -> None:
    assert opened(FAILED, IN_VAIN, of("delivery_attempt_failed", HOUR), of("delivery_attempt_failed", DAY)) == [NOW]


@pytest.mark.parametrize("before", ["delivered", "order_cancelled"])
def test_an_attempt_after_the_order_is_over_is_none(before: str) -> None:
    assert found(FAILED, of(before, -HOUR), IN_VAIN) == []


@pytest.mark.parametrize(
    ("then", "words"),
    [
        (of("delivered", HOUR), "Delivered"),
        (of("order_cancelled", HOUR), "cancelled"),
        (of("returned_to_sender", HOUR), "goes back"),
        (of("order_cancelled", HOUR, whole=False), None),
        (of("out_for_delivery", HOUR), None),
        (of("order_refunded", HOUR, amount_minor=1, currency="EUR"), None),
        (of("delivered", HOUR, order="8"), None),
        (of("returned_to_sender", HOUR, order="8"), None),
    ],
)
def test_it_ends_when_the_order_is_delivered_cancelled_or_goes_back(then: Event, words: str | None) -> None:
    rows = told(FAILED, BOUGHT, IN_VAIN, then)
    assert [row.status for row in rows] == (["opened"] if words is None else ["opened", "resolved"])
    assert (words or "at the door in vain") in rows[-1].reason
    assert (rows[0].severity, rows[0].value_minor, evidence(rows[0])) == ("warning", 9900, [IN_VAIN["event_id"]])


def test_after_one_parcel_went_back_the_others_trouble_is_its_own() -> None:
    """Another order's return is no end of it, though a parcel of this one went back before."""
    back = of("returned_to_sender", -HOUR, "s")
    others = of("returned_to_sender", HOUR, order="8")
    in_vain = of("delivery_attempt_failed", NOW, "t")
    assert found(FAILED, *PARCELS, back, in_vain, others) == [(NOW, None, "opened")]
    assert found(FAILED, *PARCELS, back, in_vain, of("returned_to_sender", HOUR, "t")) == [(NOW, HOUR, "resolved")]


@AROUND
@pytest.mark.parametrize("claimed", ["delivered", "returned_to_sender", "order_cancelled"])
def test_a_parcel_lies_unclaimed_for_five_days(claimed: str, step: timedelta) -> None:
    at = 5 * DAY + step
    assert found(FAILED, READY, of(claimed, at)) == [(5 * DAY, at, "resolved")] * (step > NOW)


def test_an_unclaimed_parcel_says_since_when() -> None:
    (row,) = told(FAILED, BOUGHT, READY)
    assert "waiting to be picked up for 5 d since 2024-05-01 12:00:00" in row.reason
    assert row.signal_id == signal_id(FAILED, "order:7", READY["event_id"])
    assert (row.severity, row.value_minor, evidence(row)) == ("warning", 9900, [READY["event_id"]])


def test_the_first_call_to_pick_it_up_starts_the_clock() -> None:
    assert opened(FAILED, READY, of("ready_for_pickup", DAY)) == [5 * DAY]


def test_a_pickup_is_judged_parcel_by_parcel() -> None:
    ready = [of("ready_for_pickup", NOW, "s"), of("ready_for_pickup", HOUR, "t")]
    assert opened(FAILED, *ready, of("delivered", DAY, "s")) == [5 * DAY + HOUR]
    assert opened(FAILED, *ready, of("delivered", DAY, "s"), of("returned_to_sender", DAY, "t")) == []
    assert opened(FAILED, *ready) == [5 * DAY]


def test_one_call_for_two_parcels_is_one_trouble() -> None:
    assert [row.status for row in told(FAILED, *PARCELS, READY)] == ["opened"]
    both = told(FAILED, *PARCELS, READY, of("delivered", 6 * DAY, "s"), of("returned_to_sender", 7 * DAY, "t"))
    assert [row.status for row in both] == ["opened", "resolved"]


def test_a_pickup_that_passes_while_an_attempt_stands_is_used_up() -> None:
    attempt, ready = of("delivery_attempt_failed", NOW, "s"), of("ready_for_pickup", HOUR, "t")
    back = of("returned_to_sender", 7 * DAY, "s")
    assert found(FAILED, *PARCELS, attempt, ready, back) == [(NOW, 7 * DAY, "resolved")]


# -- exceptions ---------------------------------------------------------------------------------------------------------------


def exception(what: str, after: timedelta = NOW) -> Event:
    return of("delivery_exception", after, exception=what)


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (exception("damaged"), "a parcel is damaged"),
        (exception("lost"), "a parcel is lost"),
        (exception("customs"), "a parcel is stuck in customs"),
        (of("returned_to_sender"), "a parcel is on its way back"),
        *[(exception(what), None) for what in ("address", "refused", "weather", "other")],
    ],
)
def test_damaged_lost_held_by_customs_or_on_its_way_back_is_trouble(event: Event, words: str | None) -> None:
    rows = told(EXCEPTION, BOUGHT, event)
    assert len(rows) == (words is not None)
    assert all(words in row.reason for row in rows if words is not None)
    said = [(row.severity, row.value_minor, evidence(row)) for row in rows]
    assert said == [("error", 9900, [event["event_id"]])] * len(rows)


def test_what_follows_while_it_stands_is_the_same_trouble() -> None:
    assert opened(EXCEPTION, exception("customs"), exception("lost", DAY), of("returned_to_sender", 2 * DAY)) == [NOW]


def test_when_it_is_over_the_next_is_another() -> None:
    refund = of("order_refunded", DAY, amount_minor=1, currency="EUR")
    rows = told(EXCEPTION, exception("damaged"), refund, of("returned_to_sender", 2 * DAY))
    assert [row.status for row in rows] == ["opened", "resolved", "opened"]
    assert rows[-1].signal_id == signal_id(EXCEPTION, "order:7", of("returned_to_sender", 2 * DAY)["event_id"])


@pytest.mark.parametrize(
    ("then", "words"),
    [
        (of("delivered", HOUR), "Delivered"),
        (of("order_refunded", HOUR, amount_minor=1, currency="EUR"), "Refunded"),
        (of("order_cancelled", HOUR), None),
        (of("shipment_scanned", HOUR), None),
        (of("delivered", HOUR, order="8"), None),
        (of("order_refunded", HOUR, order="8", amount_minor=1, currency="EUR"), None),
    ],
)
def test_it_ends_with_the_delivery_or_a_refund_of_the_order(then: Event, words: str | None) -> None:
    rows = told(EXCEPTION, exception("customs"), then)
    assert [row.status for row in rows] == (["opened"] if words is None else ["opened", "resolved"])
    assert (words or "customs") in rows[-1].reason


def test_it_ends_when_the_last_of_its_parcels_is_delivered() -> None:
    first, last = of("delivered", HOUR, "s"), of("delivered", DAY, "t")
    assert found(EXCEPTION, *PARCELS, exception("lost"), first) == [(NOW, None, "opened")]
    assert found(EXCEPTION, *PARCELS, exception("lost"), first, last) == [(NOW, DAY, "resolved")]


def test_what_was_delivered_or_refunded_before_ends_nothing() -> None:
    before = [of("delivered", -DAY), of("order_refunded", -HOUR, amount_minor=1, currency="EUR")]
    again = of("delivered", MINUTE)
    assert found(EXCEPTION, *before, exception("damaged"), again) == [(NOW, None, "opened")]
    refund = of("order_refunded", TICK, amount_minor=1, currency="EUR")
    assert found(EXCEPTION, *before, exception("damaged"), again, refund) == [(NOW, TICK, "resolved")]


@pytest.mark.parametrize("kind", [FAILED, EXCEPTION])
def test_a_parcel_whose_order_nobody_named_is_in_trouble_by_itself(kind: str) -> None:
    name, said = ("delivery_attempt_failed", {}) if kind == FAILED else ("delivery_exception", {"exception": "lost"})
    alone = it(name, NOW, said, shipment_id="s")
    assert keys(kind, alone) == ["shipment:s"]
    assert keys(kind, of("shipment_created", DAY, "s"), alone) == ["order:7"]
