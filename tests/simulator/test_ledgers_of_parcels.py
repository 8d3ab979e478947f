"""Parcels told by hand: silent ones, delayed ones, such as nobody takes or finds, and money that does not come back."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.hand_told import ends, episodes, names, said
from throughline.simulator.drafts import Draft
from throughline.simulator.truth import Episode
from throughline.simulator.world import DAY, HOUR

TWO = {"s1": "o1", "s2": "o1"}
ORDER = "order:o1"


def scan(at: int, parcel: str = "s1", type: str = "shipment_scanned", **said_of_it: Any) -> Draft:
    return said(at, type, f"{type}-{parcel}@{at}", shipment_id=parcel, **said_of_it)


def sent(at: int = 0, parcel: str = "s1") -> Draft:
    return scan(at, parcel, "shipment_dispatched")


def there(at: int, parcel: str = "s1") -> Draft:
    return scan(at, parcel, "delivered")


def of_order(at: int, type: str, **fields: Any) -> Draft:
    return said(at, type, order_id="o1", **fields)


def found(kind: str, *acts: Draft) -> list[Episode]:
    return episodes(kind, *acts, order_of=TWO)


BOTH = (said(-1, "shipment_created", shipment_id="s1"), said(-1, "shipment_created", shipment_id="s2"))


@pytest.mark.parametrize(("first", "silent"), [(48 * HOUR, False), (48 * HOUR + 1, True)])
def test_a_parcel_not_scanned_two_days_after_it_was_sent_is_silent(first: int, silent: bool) -> None:
    told = found("carrier_silent", sent(), sent(HOUR), scan(first))
    assert (told[0].opened_at == 48 * HOUR) == silent
    if silent:
        assert names(told)[0] == (ORDER, "shipment_dispatched-s1@0")
        assert ends(told)[0] == (48 * HOUR, first, "resolved")


@pytest.mark.parametrize(("gap", "silent"), [(72 * HOUR, 0), (72 * HOUR + 1, 1)])
@pytest.mark.parametrize("word", ["shipment_scanned", "out_for_delivery", "delivery_attempt_failed"])
def test_a_parcel_not_seen_for_three_days_is_silent(word: str, gap: int, silent: int) -> None:
    told = found("carrier_silent", sent(), scan(5, type=word), sent(10), there(5 + gap))
    assert names(told) == [(ORDER, f"{word}-s1@5")] * silent
    assert ends(told) == [(5 + 72 * HOUR, 5 + gap, "resolved")] * silent


@pytest.mark.parametrize("word", ["address", "refused", "weather", "other", "damaged", "lost", "customs"])
def test_a_parcel_in_customs_or_lost_is_not_waited_for(word: str) -> None:
    told = found("carrier_silent", sent(), scan(5, type="delivery_exception", exception=word), scan(4 * DAY))
    assert len([one for one in told if one.opened_at < 4 * DAY]) == (word not in ("damaged", "lost", "customs"))
    assert ends(told)[-1] == (4 * DAY + 72 * HOUR, None, None)


@pytest.mark.parametrize("end", [there(5), scan(5, type="returned_to_sender"), scan(5, type="ready_for_pickup")])
def test_a_parcel_that_has_arrived_somewhere_is_not_silent(end: Draft) -> None:
    assert found("carrier_silent", sent(), end) == []
    late_word = found("carrier_silent", sent(), end, scan(10))
    assert len(late_word) == (end.type == "ready_for_pickup")


def test_a_cancelled_order_is_not_waited_for_any_more() -> None:
    cancelled = of_order(DAY, "order_cancelled")
    assert found("carrier_silent", sent(), cancelled, scan(2 * DAY)) == []
    late = of_order(3 * DAY, "order_cancelled")
    assert ends(found("carrier_silent", sent(), late)) == [(2 * DAY, 3 * DAY, "resolved")]
    part = of_order(DAY, "order_cancelled", whole=False)
    assert ends(found("carrier_silent", sent(), part)) == [(2 * DAY, None, None)]


def test_one_word_for_two_parcels_is_one_episode_until_both_have_another() -> None:
    together = of_order(0, "shipment_dispatched")
    told = found("carrier_silent", *BOTH, together, scan(3 * DAY), there(3 * DAY + 1), scan(4 * DAY, "s2"), there(5 * DAY, "s2"))
    assert names(told) == [(ORDER, together.event_id)]
    assert ends(told) == [(2 * DAY, 4 * DAY, "resolved")]


def test_each_parcel_has_its_own_silence() -> None:
    told = found("carrier_silent", *BOTH, sent(), sent(1, "s2"), there(DAY))
    assert names(told) == [(ORDER, "shipment_dispatched-s2@1")]


def test_two_parcels_may_be_silent_at_once() -> None:
    told = found("carrier_silent", *BOTH, sent(), sent(1, "s2"))
    assert ends(told) == [(2 * DAY, None, None), (2 * DAY + 1, None, None)]


def test_the_first_named_parcel_takes_over_what_happened_to_the_one_without_a_name() -> None:
    told = found("carrier_silent", of_order(0, "shipment_dispatched"), scan(DAY), there(2 * DAY))
    assert told == []


def promised(at: int) -> Draft:
    return of_order(0, "delivery_promised", promised_at=at)


def estimated(at: int, arrival: int, **fields: Any) -> Draft:
    return said(at, "estimate_updated", f"e{at}", shipment_id="s1", estimated_at=arrival, **fields)


@pytest.mark.parametrize(("arrival", "late"), [(10 * DAY - 1, 0), (10 * DAY, 0), (10 * DAY + 1, 1)])
def test_an_estimate_behind_the_promise_is_a_delay_until_the_promise_is_past(arrival: int, late: int) -> None:
    told = found("delay_expected", promised(10 * DAY), estimated(DAY, arrival))
    assert names(told) == [(ORDER, f"e{DAY}")] * late
    assert ends(told) == [(DAY, 10 * DAY, "expired")] * late


def test_a_promise_given_after_the_estimate_is_held_against_it() -> None:
    told = found("delay_expected", estimated(-5, 20), promised(10), estimated(12, 30))
    assert names(told) == [(ORDER, "e-5")]
    assert ends(told) == [(0, 10, "expired")]


def test_the_next_estimate_ends_it_and_opens_its_own_if_it_is_late_too() -> None:
    told = found("delay_expected", promised(100), estimated(1, 101), estimated(2, 102), estimated(3, 99), estimated(4, 103))
    assert names(told) == [(ORDER, "e1"), (ORDER, "e2"), (ORDER, "e4")]
    assert ends(told) == [(1, 2, "resolved"), (2, 3, "resolved"), (4, 100, "expired")]


@pytest.mark.parametrize(("at", "how"), [(99, "resolved"), (100, "resolved"), (101, "expired")])
@pytest.mark.parametrize("type", ["delivery_attempt_failed", "order_cancelled", "delivered"])
def test_an_attempt_or_a_cancellation_ends_it_up_to_the_promise(type: str, at: int, how: str) -> None:
    told = found("delay_expected", promised(100), estimated(1, 200), of_order(at, type), estimated(102, 300))
    assert ends(told) == [(1, min(at, 100), how)]


def test_what_has_been_attempted_is_not_expected_any_more() -> None:
    assert found("delay_expected", promised(100), scan(1, type="ready_for_pickup"), estimated(2, 200)) == []
    assert found("delay_expected", promised(100), of_order(1, "order_cancelled"), estimated(2, 200)) == []


def test_the_first_promise_is_the_promise() -> None:
    again = of_order(1, "delivery_promised", promised_at=300)
    assert ends(found("delay_expected", promised(100), again, estimated(2, 200))) == [(2, 100, "expired")]


def test_an_estimated_day_without_a_zone_is_one_where_the_promised_parcel_goes() -> None:
    there_until = 4 * DAY + 27 * HOUR - 1_000_000
    promise = of_order(0, "delivery_promised", promised_at=there_until - 1, destination_timezone="America/Sao_Paulo")
    assert len(found("delay_expected", promise, said(1, "estimate_updated", shipment_id="s1", estimated_date="1970-01-05"))) == 1


def test_a_day_is_its_last_second_where_the_parcel_goes() -> None:
    day = {"estimated_date": "1970-01-05", "destination_timezone": "America/Sao_Paulo"}
    estimate = said(1, "estimate_updated", "e1", shipment_id="s1", **day)
    ends_at = 4 * DAY + 27 * HOUR - 1_000_000
    assert len(found("delay_expected", promised(ends_at - 1), estimate)) == 1
    assert found("delay_expected", promised(ends_at), estimate) == []
    promise = of_order(0, "delivery_promised", promised_date="1970-01-05", destination_timezone="America/Sao_Paulo")
    assert found("delay_expected", promise, estimate) == []


def test_a_failed_attempt_is_trouble_until_delivery_and_only_once_at_a_time() -> None:
    tried = [scan(at, type="delivery_attempt_failed") for at in (1, 2)]
    told = found("delivery_failed", sent(), *tried, there(3), scan(4, type="delivery_attempt_failed"))
    assert names(told) == [(ORDER, tried[0].event_id)]
    assert ends(told) == [(1, 3, "resolved")]


def test_who_has_the_parcel_back_may_fail_again() -> None:
    acts = [scan(1, type="delivery_attempt_failed"), scan(2, type="returned_to_sender"), scan(3, type="delivery_attempt_failed")]
    assert ends(found("delivery_failed", *acts)) == [(1, 2, "resolved"), (3, None, None)]


@pytest.mark.parametrize(("fetched", "late"), [(5 * DAY, 0), (5 * DAY + 1, 1)])
def test_a_parcel_that_waits_five_days_is_trouble_until_it_is_fetched(fetched: int, late: int) -> None:
    waits = [scan(1, type="ready_for_pickup"), scan(DAY, type="ready_for_pickup")]
    told = found("delivery_failed", *waits, there(1 + fetched))
    assert names(told) == [(ORDER, waits[0].event_id)] * late
    assert ends(told) == [(1 + 5 * DAY, 1 + fetched, "resolved")] * late


@pytest.mark.parametrize("end", ["returned_to_sender", "order_cancelled", "delivered"])
def test_what_waits_no_more_is_no_trouble(end: str) -> None:
    assert found("delivery_failed", scan(1, type="ready_for_pickup"), of_order(DAY, end)) == []


def test_a_pickup_that_falls_due_while_an_attempt_is_open_is_used_up() -> None:
    acts = [scan(1, type="delivery_attempt_failed"), scan(2, type="ready_for_pickup"), there(8 * DAY)]
    assert ends(found("delivery_failed", *acts)) == [(1, 8 * DAY, "resolved")]


def test_an_order_is_delivered_with_its_last_parcel() -> None:
    acts = [*BOTH, scan(1, type="delivery_attempt_failed"), there(2), there(3, "s2")]
    assert ends(found("delivery_failed", *acts)) == [(1, 3, "resolved")]


@pytest.mark.parametrize("what", ["damaged", "lost", "customs", "address", "weather"])
def test_a_grave_exception_is_open_until_delivery(what: str) -> None:
    grave = scan(1, type="delivery_exception", exception=what)
    told = found("delivery_exception", grave, scan(2, type="delivery_exception", exception="lost"), there(3))
    assert ends(told) == [(1 if what in ("damaged", "lost", "customs") else 2, 3, "resolved")]


def test_what_went_back_is_open_until_the_refund() -> None:
    told = found(
        "delivery_exception", scan(1, type="returned_to_sender"), of_order(2, "order_cancelled"), of_order(9, "order_refunded")
    )
    assert ends(told) == [(1, 9, "resolved")]


def test_damage_found_after_delivery_is_not_ended_by_another_word_of_it() -> None:
    told = found("delivery_exception", there(1), scan(2, type="delivery_exception", exception="damaged"), there(3))
    assert ends(told) == [(2, None, None)]


@pytest.mark.parametrize(("wait", "late"), [(5 * DAY, 0), (5 * DAY + 1, 1)])
def test_a_refund_is_due_five_days_after_the_first_return(wait: int, late: int) -> None:
    back = [of_order(-DAY, "return_requested"), of_order(0, "return_received"), of_order(DAY, "return_received")]
    told = found("refund_late", *back, of_order(wait, "order_refunded"))
    assert names(told) == [(ORDER, "")] * late
    assert ends(told) == [(5 * DAY, wait, "resolved")] * late


@pytest.mark.parametrize(("refunded", "late"), [(-DAY - 1, 1), (-DAY, 0), (-DAY + 1, 0)])
def test_only_a_refund_since_the_return_was_asked_for_counts(refunded: int, late: int) -> None:
    back = [of_order(refunded, "order_refunded"), of_order(-DAY, "return_requested"), of_order(0, "return_received")]
    asked_again = of_order(-1, "return_requested")
    assert ends(found("refund_late", *back, asked_again)) == [(5 * DAY, None, None)] * late


def looks(at: int, **ids: str) -> Draft:
    return said(at, "page_viewed", page_kind="order_status", **ids)


def asks(at: int, ticket: str = "t1", **ids: str) -> Draft:
    return said(at, "ticket_opened", ticket_id=ticket, **ids)


@pytest.mark.parametrize("about", [{"order_id": "o1"}, {"shipment_id": "s1"}, {}], ids=["order", "parcel", "nothing"])
def test_who_asks_while_it_is_on_its_way_asks_where_it_is(about: dict[str, str]) -> None:
    told = found("where_is_my_order", sent(), asks(1, **about), asks(2, "t2"), there(3), asks(4, "t3"))
    assert names(told) == [(ORDER, "")]
    assert ends(told) == [(1, 3, "resolved")]


@pytest.mark.parametrize(
    "acts",
    [
        [asks(1), sent(2)],
        [sent(), there(1), asks(2)],
        [sent(), of_order(1, "order_cancelled"), asks(2)],
        [sent(), scan(1, type="returned_to_sender"), asks(2)],
        [sent(), asks(2, order_id="o2")],
    ],
    ids=["not sent", "delivered", "cancelled", "sent back", "about another order"],
)
def test_who_asks_about_what_is_not_on_its_way_asks_something_else(acts: list[Draft]) -> None:
    assert found("where_is_my_order", *acts) == []


def test_who_names_no_order_asks_for_all_that_are_on_their_way() -> None:
    acts = [of_order(0, "shipment_dispatched"), said(0, "shipment_scanned", order_id="o2"), asks(1)]
    assert sorted(names(found("where_is_my_order", *acts))) == [("order:o1", ""), ("order:o2", "")]


def test_the_third_look_while_it_is_on_its_way_asks_too() -> None:
    early, views = looks(-1), [looks(1), looks(2, order_id="o1"), looks(3, order_id="o2"), looks(4), looks(5)]
    assert ends(found("where_is_my_order", early, sent(), *views)) == [(4, None, None)]
    assert found("where_is_my_order", early, sent(), *views[:3]) == []


@pytest.mark.parametrize("end", ["delivered", "order_cancelled", "returned_to_sender"])
def test_nobody_asks_any_more_when_it_is_there_or_will_never_be(end: str) -> None:
    assert ends(found("where_is_my_order", sent(), asks(1), of_order(2, end))) == [(1, 2, "resolved")]
