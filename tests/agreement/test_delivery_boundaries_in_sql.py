"""Parcels that go astray and customers who ask: every threshold and its two neighbours, asked of the SQL."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.agreement.stories import DAY, HOUR, MINUTE, NOON, SECOND, TICK, episodes, event

NONE, TWO_DAYS, THREE_DAYS, FIVE_DAYS = timedelta(), 2 * DAY, 3 * DAY, 5 * DAY


def found(kind: str, *events: dict[str, Any], as_of: timedelta = 400 * DAY) -> list[tuple[Any, ...]]:
    """Its episodes, without the kind."""
    return [one[1:] for one in episodes(events, as_of, [kind])]


def neighbours(threshold: timedelta, before: int, at: int, after: int) -> list[tuple[timedelta, int]]:
    return [(threshold - TICK, before), (threshold, at), (threshold + TICK, after)]


def word(kind: str, after: timedelta = NONE, parcel: str | None = None, **properties: Any) -> dict[str, Any]:
    """Of ada's order 7, and of one of its parcels where named; its id is kind and parcel."""
    named = {} if parcel is None else {"shipment_id": parcel}
    name = kind + (parcel or "") + (f"@{after / HOUR:g}" if after else "")
    return event(name, after, type=kind, order_id="7", customer_id="ada", properties=properties, **named)


SENT = word("shipment_dispatched")
WHOLLY_CANCELLED = word("order_cancelled", HOUR)


# -- silence ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("last", "patience"),
    [
        (SENT, TWO_DAYS),
        (word("shipment_scanned"), THREE_DAYS),
        (word("out_for_delivery"), THREE_DAYS),
        (word("delivery_attempt_failed"), THREE_DAYS),
        *[(word("delivery_exception", exception=what), THREE_DAYS) for what in ("address", "refused", "weather", "other")],
    ],
)
def test_a_carrier_is_silent_once_the_clock_has_passed_its_time(last: dict[str, Any], patience: timedelta) -> None:
    silences = [len(found("carrier_silent", last, as_of=as_of)) for as_of in (patience, patience + TICK)]
    assert silences == [0, 1]
    scans = [word("shipment_scanned", patience + step) for step in (-TICK, NONE, TICK)]
    assert [len(found("carrier_silent", last, scan, as_of=patience + 2 * TICK)) for scan in scans] == [0, 0, 1]


@pytest.mark.parametrize(
    "last",
    [
        *(word("shipment_created"), word("ready_for_pickup"), word("delivered"), word("returned_to_sender")),
        *[word("delivery_exception", exception=what) for what in ("damaged", "lost", "customs")],
    ],
)
def test_where_a_parcel_waits_or_its_way_is_over_silence_says_nothing(last: dict[str, Any]) -> None:
    assert found("carrier_silent", last) == []


def test_silence_ends_with_the_next_word_or_with_the_order() -> None:
    scan, off = word("shipment_scanned", THREE_DAYS), word("order_cancelled", 4 * DAY)
    expected = ("order:7", SENT["event_id"], TWO_DAYS, TWO_DAYS)
    assert found("carrier_silent", SENT, scan, off) == [(*expected, THREE_DAYS, "resolved")]
    assert found("carrier_silent", SENT, off) == [(*expected, 4 * DAY, "resolved")]
    assert found("carrier_silent", SENT, WHOLLY_CANCELLED) == []


@pytest.mark.parametrize(("off", "silences"), neighbours(TWO_DAYS, 0, 0, 1))
def test_an_order_cancelled_at_the_due_moment_is_not_waited_for(off: timedelta, silences: int) -> None:
    assert len(found("carrier_silent", SENT, word("order_cancelled", off))) == silences


def test_of_two_dispatches_the_first_counts_and_none_after_a_scan() -> None:
    again = word("shipment_dispatched", DAY)
    assert [one[2] for one in found("carrier_silent", SENT, again)] == [TWO_DAYS]
    assert [one[2] for one in found("carrier_silent", word("shipment_scanned"), again)] == [THREE_DAYS]


def test_a_word_for_all_parcels_is_one_silence_until_the_last_of_them_is_heard_of() -> None:
    parcels = word("shipment_created", -HOUR, "s"), word("shipment_created", -MINUTE, "t")
    (one,) = found("carrier_silent", *parcels, SENT, word("delivered", 3 * DAY, "s"), word("delivered", 4 * DAY, "t"))
    assert one[-2:] == (4 * DAY, "resolved")


def test_a_parcel_named_later_is_the_one_without_a_name_and_a_second_is_another() -> None:
    scan = word("shipment_scanned", DAY, "s")
    assert [one[1] for one in found("carrier_silent", SENT, scan, as_of=THREE_DAYS)] == []
    assert len(found("carrier_silent", SENT, word("shipment_created", HOUR, "s"), word("shipment_scanned", DAY, "t"))) == 2


def test_what_is_said_of_all_is_not_said_of_a_parcel_that_is_there() -> None:
    parcels = word("delivered", -HOUR, "s"), word("shipment_created", -MINUTE, "t")
    (one,) = found("carrier_silent", *parcels, word("shipment_scanned"), word("delivered", 4 * DAY, "t"))
    assert one[-2:] == (4 * DAY, "resolved")


# -- expectations -------------------------------------------------------------------------------------------------------


def later(after: timedelta) -> str:
    return (NOON + after).isoformat()


def promise(at: timedelta, after: timedelta = -HOUR) -> dict[str, Any]:
    return word("delivery_promised", after, promised_at=later(at))


def estimate(at: timedelta, after: timedelta = NONE, **properties: Any) -> dict[str, Any]:
    return word("estimate_updated", after, estimated_at=later(at), **properties)


@pytest.mark.parametrize(("thought", "delays"), neighbours(DAY, 0, 0, 1))
def test_a_delay_is_expected_where_the_estimate_is_later_than_the_promise(thought: timedelta, delays: int) -> None:
    assert len(found("delay_expected", promise(DAY), estimate(thought))) == delays


@pytest.mark.parametrize(("said", "delays"), neighbours(DAY, 1, 0, 0))
def test_no_delay_is_expected_of_a_promise_that_is_past(said: timedelta, delays: int) -> None:
    assert len(found("delay_expected", promise(DAY), estimate(9 * DAY, said))) == delays


def test_an_estimate_before_the_promise_is_looked_at_with_it_if_none_came_between() -> None:
    early, back = estimate(2 * DAY), estimate(HOUR, MINUTE)
    (one,) = found("delay_expected", early, promise(DAY, HOUR))
    assert one[:4] == ("order:7", early["event_id"], HOUR, HOUR)
    assert found("delay_expected", early, back, promise(DAY, HOUR)) == []


@pytest.mark.parametrize(
    "end",
    [
        *(estimate(HOUR, 2 * HOUR), word("delivery_attempt_failed", 2 * HOUR), word("delivered", 2 * HOUR)),
        *(word("ready_for_pickup", 2 * HOUR), word("order_cancelled", 2 * HOUR)),
    ],
)
def test_an_expected_delay_ends_with_a_new_estimate_an_attempt_or_the_order(end: dict[str, Any]) -> None:
    (one,) = found("delay_expected", promise(DAY), estimate(2 * DAY), end)
    assert one[-2:] == (2 * HOUR, "resolved")


@pytest.mark.parametrize("end", ["delivery_attempt_failed", "delivered", "ready_for_pickup", "order_cancelled"])
def test_where_nothing_is_waited_for_no_delay_is_expected(end: str) -> None:
    assert found("delay_expected", promise(DAY), word(end), estimate(2 * DAY, HOUR)) == []


@pytest.mark.parametrize(("came", "how"), [(DAY - TICK, "resolved"), (DAY, "resolved"), (DAY + TICK, "expired")])
def test_an_expected_delay_expires_at_the_promise(came: timedelta, how: str) -> None:
    (one,) = found("delay_expected", promise(DAY), estimate(2 * DAY), word("delivered", came))
    assert one[-2:] == (min(came, DAY), how)


@pytest.mark.parametrize(("as_of", "how"), [(DAY, "open"), (DAY + TICK, "expired")])
def test_an_expected_delay_expires_once_the_clock_has_passed_the_promise(as_of: timedelta, how: str) -> None:
    assert found("delay_expected", promise(DAY), estimate(2 * DAY), as_of=as_of)[0][-1] == how


def test_a_still_later_estimate_supersedes_the_first() -> None:
    ends = [one[-2:] for one in found("delay_expected", promise(DAY), estimate(2 * DAY), estimate(3 * DAY, HOUR))]
    assert ends == [(HOUR, "resolved"), (DAY, "expired")]


@pytest.mark.parametrize(("zone", "delays"), [({}, 0), ({"destination_timezone": "UTC"}, 1)])
def test_an_estimated_day_ends_where_the_promise_said_unless_the_estimate_does(zone: dict[str, Any], delays: int) -> None:
    promised = word("delivery_promised", -HOUR, promised_date="2024-05-02", destination_timezone="Asia/Tokyo")
    thought = word("estimate_updated", estimated_date="2024-05-02", **zone)
    assert len(found("delay_expected", promised, thought)) == delays


def test_an_estimated_day_is_its_last_second() -> None:
    thought = word("estimate_updated", estimated_date="2024-05-02")
    ends = 36 * HOUR - SECOND
    assert [len(found("delay_expected", promise(ends + step), thought)) for step in (-TICK, NONE)] == [1, 0]


# -- failures -----------------------------------------------------------------------------------------------------------

ATTEMPT = word("delivery_attempt_failed")


def test_a_failed_attempt_is_told_at_once_and_another_says_nothing_new() -> None:
    again = word("delivery_attempt_failed", DAY)
    ends = [word(kind, TWO_DAYS) for kind in ("delivered", "returned_to_sender", "order_cancelled")]
    for end in ends:
        assert found("delivery_failed", ATTEMPT, again, end) == [
            ("order:7", ATTEMPT["event_id"], NONE, NONE, TWO_DAYS, "resolved")
        ]
    assert found("delivery_failed", word("delivered", -HOUR), ATTEMPT) == []
    assert found("delivery_failed", word("order_cancelled", -HOUR), ATTEMPT) == []


def test_after_a_parcel_went_back_the_next_failed_attempt_is_another() -> None:
    history = ATTEMPT, word("returned_to_sender", HOUR), word("delivery_attempt_failed", DAY)
    assert [one[-1] for one in found("delivery_failed", *history)] == ["resolved", "open"]


@pytest.mark.parametrize(("as_of", "failures"), neighbours(FIVE_DAYS, 0, 0, 1))
def test_a_pickup_has_failed_once_the_clock_has_passed_five_days(as_of: timedelta, failures: int) -> None:
    assert len(found("delivery_failed", word("ready_for_pickup"), as_of=as_of)) == failures


@pytest.mark.parametrize("end", ["delivered", "returned_to_sender", "order_cancelled"])
@pytest.mark.parametrize(("after", "failures"), neighbours(FIVE_DAYS, 0, 0, 1))
def test_what_ends_a_pickup_at_its_due_moment_is_in_time(end: str, after: timedelta, failures: int) -> None:
    assert len(found("delivery_failed", word("ready_for_pickup"), word(end, after))) == failures


def test_a_pickup_that_falls_due_while_a_failure_is_open_is_used_up() -> None:
    ready, back = word("ready_for_pickup", -HOUR, "s"), word("returned_to_sender", 6 * DAY, "t")
    failed = word("delivery_attempt_failed", NONE, "t")
    assert [one[1] for one in found("delivery_failed", ready, failed, back)] == [failed["event_id"]]


def test_of_two_parcels_the_collected_one_does_not_excuse_the_other() -> None:
    ready = word("ready_for_pickup", NONE, "s"), word("ready_for_pickup", MINUTE, "t")
    (one,) = found("delivery_failed", *ready, word("delivered", DAY, "s"), word("delivered", 6 * DAY, "t"))
    assert one == ("order:7", ready[1]["event_id"], FIVE_DAYS + MINUTE, FIVE_DAYS + MINUTE, 6 * DAY, "resolved")


# -- exceptions and refunds ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("what", "told"), [("damaged", 1), ("lost", 1), ("customs", 1), ("address", 0), ("weather", 0)])
def test_a_parcel_damaged_lost_or_in_customs_is_an_exception(what: str, told: int) -> None:
    assert len(found("delivery_exception", word("delivery_exception", exception=what))) == told


def test_an_exception_ends_with_the_delivery_or_a_refund_and_only_then_comes_another() -> None:
    lost, back = word("delivery_exception", exception="lost"), word("returned_to_sender", HOUR)
    (one,) = found("delivery_exception", lost, back, word("delivered", DAY))
    assert one == ("order:7", lost["event_id"], NONE, NONE, DAY, "resolved")
    assert [one[-1] for one in found("delivery_exception", lost, word("order_refunded", MINUTE), back)] == ["resolved", "open"]
    assert [one[-1] for one in found("delivery_exception", word("delivered", -HOUR), lost, word("delivered", DAY))] == ["open"]


@pytest.mark.parametrize(("refunded", "late"), neighbours(FIVE_DAYS, 0, 0, 1))
def test_a_refund_is_late_five_days_after_the_return_was_received(refunded: timedelta, late: int) -> None:
    refunds = found("refund_late", word("return_received"), word("order_refunded", refunded))
    assert refunds == [("order:7", "", FIVE_DAYS, FIVE_DAYS, refunded, "resolved")] * late
    assert len(found("refund_late", word("return_received"), as_of=refunded)) == late


@pytest.mark.parametrize(("refunded", "late"), neighbours(-DAY, 1, 0, 0))
def test_money_that_went_back_before_the_return_was_asked_for_was_for_something_else(refunded: timedelta, late: int) -> None:
    history = word("return_requested", -DAY), word("return_received"), word("order_refunded", refunded)
    assert len(found("refund_late", *history)) == late


def test_a_second_return_asked_for_after_the_refund_of_the_first_does_not_undo_it() -> None:
    assert found("refund_late", word("return_received"), word("order_refunded", HOUR), word("return_requested", DAY)) == []
