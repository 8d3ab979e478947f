"""Every threshold of the contract and its two neighbours, asked of the SQL with answers worked out by hand."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from tests.agreement.stories import DAY, HOUR, MINUTE, NOON, SECOND, TICK, asked, episodes, event, masked, micros, records
from throughline.oracle.answers import answer

LEFT = event("product_added", properties={"product_id": "shoe"})
BEGUN = event("checkout_started")
PURCHASE = event("order_completed", order_id="7")


def later(after: timedelta) -> str:
    return (NOON + after).isoformat()


PROMISE = event("delivery_promised", order_id="7", properties={"promised_at": later(DAY)})


# -- carts --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("as_of", "abandoned"), [(30 * MINUTE - TICK, 0), (30 * MINUTE, 0), (30 * MINUTE + TICK, 1)])
def test_a_cart_is_abandoned_once_the_clock_has_passed_thirty_minutes(as_of: timedelta, abandoned: int) -> None:
    assert len(episodes([LEFT], as_of)) == abandoned


@pytest.mark.parametrize(("back", "abandoned"), [(30 * MINUTE - TICK, 0), (30 * MINUTE, 0), (30 * MINUTE + TICK, 1)])
def test_who_comes_back_at_the_due_moment_has_not_left(back: timedelta, abandoned: int) -> None:
    assert len(episodes([LEFT, event("page_viewed", back)], back + TICK)) == abandoned


def test_an_abandoned_cart_is_resolved_by_whatever_its_owner_does_next() -> None:
    found = episodes([LEFT, event("page_viewed", HOUR)])
    assert found[0] == ("cart_abandoned", "cart:product_added", "product_added", *[30 * MINUTE] * 2, HOUR, "resolved")


@pytest.mark.parametrize(
    ("back", "how"), [(-TICK, "resolved"), (timedelta(), "resolved"), (TICK, "expired")], ids=["before", "at", "after"]
)
def test_an_abandoned_cart_expires_after_seven_days_unless_its_owner_is_back_by_then(back: timedelta, how: str) -> None:
    expiry = 30 * MINUTE + 7 * DAY
    (found,) = episodes([LEFT, event("order_completed", expiry + back, order_id="7")], expiry + 2 * TICK)
    assert found[-2:] == (expiry + min(back, timedelta()), how)


@pytest.mark.parametrize(("as_of", "how"), [(-TICK, "open"), (timedelta(), "open"), (TICK, "expired")])
def test_an_episode_expires_only_once_the_clock_has_passed_it(as_of: timedelta, how: str) -> None:
    (found,) = episodes([LEFT], 30 * MINUTE + 7 * DAY + as_of)
    assert found[-1] == how


def test_what_a_carrier_does_is_no_sign_of_the_customer() -> None:
    scan = event("shipment_scanned", MINUTE, shipment_id="s", customer_id="ada")
    assert [one[3] for one in episodes([LEFT, scan], kinds=["cart_abandoned"])] == [30 * MINUTE]


def test_the_same_cart_opens_again_only_after_it_changed() -> None:
    visits = [event("page_viewed", HOUR, event_id="a"), event("page_viewed", 2 * HOUR, event_id="b")]
    more = event("product_added", 3 * HOUR, event_id="more")
    assert [one[2] for one in episodes([LEFT, *visits, more])] == ["product_added", "more"]


def test_a_cart_emptied_by_hand_is_not_abandoned_and_the_next_is_another_one() -> None:
    emptied = event("product_removed", MINUTE, properties={"product_id": "shoe"})
    again = event("product_added", 2 * MINUTE, event_id="again")
    assert [one[1] for one in episodes([LEFT, emptied, again])] == ["cart:again"]


def test_taking_out_more_than_there_is_leaves_nothing_owed() -> None:
    removed = event("product_removed", MINUTE, properties={"product_id": "shoe", "quantity": 5})
    again = event("product_added", 2 * MINUTE, event_id="again", properties={"product_id": "shoe"})
    assert [one[1] for one in episodes([LEFT, removed, again])] == ["cart:again"]


def test_taking_out_what_is_not_there_changes_nothing() -> None:
    removed = event("product_removed", MINUTE, properties={"product_id": "hat"})
    (found,) = episodes([LEFT, removed])
    assert found[2:4] == ("product_added", 31 * MINUTE)


def test_an_order_with_a_cart_id_empties_that_cart_only() -> None:
    carts = [event("product_added", event_id=f"add-{name}", cart_id=name) for name in "xy"]
    order = event("order_completed", MINUTE, order_id="7", cart_id="x")
    assert [one[1] for one in episodes([*carts, order]) if one[0] == "cart_abandoned"] == ["cart:y"]


def test_from_a_cart_that_an_order_emptied_nothing_can_be_taken() -> None:
    cart = [event("product_added", cart_id="x"), event("order_completed", MINUTE, order_id="7", cart_id="x")]
    taken = event("product_removed", 2 * MINUTE, cart_id="x")
    assert len(asked([*cart, taken]).execute("FROM carts").fetchall()) == 1


def test_an_order_without_a_cart_id_empties_them_all() -> None:
    carts = [event("product_added", event_id=f"add-{name}", cart_id=name) for name in "xy"]
    order = event("order_completed", MINUTE, order_id="7")
    assert [one[0] for one in episodes([LEFT, *carts, order])] == ["dispatch_late"]


def test_a_cart_on_its_way_through_checkout_is_not_left_but_the_checkout_is() -> None:
    assert [one[0] for one in episodes([LEFT, event("checkout_started", MINUTE)])] == ["checkout_abandoned"]


def test_a_checkout_of_another_cart_does_not_excuse_this_one() -> None:
    cart = event("product_added", cart_id="x")
    found = episodes([cart, event("checkout_started", MINUTE, cart_id="y")])
    assert [one[0] for one in found] == ["checkout_abandoned", "cart_abandoned"]


def test_an_abandoned_checkout_says_what_its_cart_would_say() -> None:
    changed = event("product_added", MINUTE)
    assert [one[0] for one in episodes([BEGUN, changed])] == ["checkout_abandoned"]


# -- checkouts ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("as_of", "abandoned"), [(15 * MINUTE - TICK, 0), (15 * MINUTE, 0), (15 * MINUTE + TICK, 1)])
def test_a_checkout_is_abandoned_once_the_clock_has_passed_fifteen_minutes(as_of: timedelta, abandoned: int) -> None:
    assert len(episodes([BEGUN], as_of)) == abandoned


@pytest.mark.parametrize(("back", "abandoned"), [(15 * MINUTE - TICK, 0), (15 * MINUTE, 0), (15 * MINUTE + TICK, 1)])
def test_an_order_at_the_due_moment_is_no_abandonment(back: timedelta, abandoned: int) -> None:
    assert len(episodes([BEGUN, event("order_completed", back, order_id="7")], back + TICK)) == abandoned


def test_an_ordered_checkout_is_over_for_good() -> None:
    steps = [event("checkout_started", checkout_id="c"), event("order_completed", MINUTE, order_id="7", checkout_id="c")]
    straggler = event("checkout_step_completed", 2 * MINUTE, checkout_id="c", properties={"step": 3})
    assert episodes([*steps, straggler], DAY) == []


# -- orders -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("as_of", "late"), [(48 * HOUR - TICK, 0), (48 * HOUR, 0), (48 * HOUR + TICK, 1)])
def test_a_dispatch_is_late_once_the_clock_has_passed_forty_eight_hours(as_of: timedelta, late: int) -> None:
    assert len(episodes([PURCHASE], as_of)) == late


@pytest.mark.parametrize(("sent", "late"), [(48 * HOUR - TICK, 0), (48 * HOUR, 0), (48 * HOUR + TICK, 1)])
def test_a_parcel_handed_over_at_the_due_moment_is_in_time(sent: timedelta, late: int) -> None:
    found = episodes([PURCHASE, event("shipment_dispatched", sent, order_id="7")], kinds=["dispatch_late"])
    assert len(found) == late


def test_an_order_may_say_itself_when_it_must_leave() -> None:
    order = PURCHASE | {"properties": {"dispatch_by": later(HOUR)}}
    postponed = event("order_updated", MINUTE, order_id="7", properties={"dispatch_by": later(2 * HOUR)})
    assert episodes([order, postponed]) == [("dispatch_late", "order:7", "", 2 * HOUR, 2 * HOUR, None, "open")]


def test_a_cancelled_part_of_an_order_does_not_excuse_the_rest() -> None:
    part = event("order_cancelled", HOUR, order_id="7", properties={"whole": False})
    whole = event("order_cancelled", HOUR, order_id="7")
    assert [len(episodes([PURCHASE, one])) for one in (part, whole)] == [1, 0]


@pytest.mark.parametrize(("as_of", "late"), [(DAY - TICK, 0), (DAY, 0), (DAY + TICK, 1)])
def test_a_delivery_is_late_once_the_clock_has_passed_its_promise(as_of: timedelta, late: int) -> None:
    assert len(episodes([PROMISE], as_of)) == late


@pytest.mark.parametrize("attempt", ["delivered", "delivery_attempt_failed", "ready_for_pickup"])
@pytest.mark.parametrize(("came", "late"), [(DAY - TICK, 0), (DAY, 0), (DAY + TICK, 1)])
def test_an_attempt_at_the_promised_moment_keeps_the_promise(attempt: str, came: timedelta, late: int) -> None:
    assert len(episodes([PROMISE, event(attempt, came, order_id="7")], kinds=["delivery_late"])) == late


@pytest.mark.parametrize(
    ("zone", "ends"),
    [("America/Sao_Paulo", 3 * HOUR), ("Asia/Tokyo", -9 * HOUR), ("Europe/Berlin", -2 * HOUR), (None, timedelta())],
)
def test_a_promised_day_ends_where_the_parcel_goes(zone: str | None, ends: timedelta) -> None:
    said = {"promised_date": "2024-05-02"} | ({"destination_timezone": zone} if zone else {})
    (found,) = episodes([event("delivery_promised", order_id="7", properties=said)])
    assert found[4] == 36 * HOUR - SECOND + ends


def test_the_original_promise_counts_not_a_later_one() -> None:
    softer = event("delivery_promised", HOUR, event_id="softer", order_id="7", properties={"promised_at": later(9 * DAY)})
    assert [one[4] for one in episodes([PROMISE, softer])] == [DAY]


def test_of_two_parcels_the_last_decides() -> None:
    parcels = [event("shipment_created", event_id=f"created-{name}", order_id="7", shipment_id=name) for name in "st"]
    first = event("delivered", HOUR, event_id="first", shipment_id="s")
    last = event("delivered", 3 * DAY, event_id="last", shipment_id="t")
    (found,) = episodes([PROMISE, *parcels, first, last])
    assert found[3:] == (DAY, DAY, 3 * DAY, "resolved")


def test_days_late_are_days_of_the_calendar_where_the_parcel_goes() -> None:
    said = {"promised_date": "2024-05-02", "destination_timezone": "America/Sao_Paulo"}
    delivered = event("delivered", 39 * HOUR, order_id="7")  # 3 a.m. in UTC, midnight in São Paulo
    just_in_time = delivered | {"occurred_at": later(39 * HOUR - TICK)}
    for arrival, days in [(delivered, 1), (just_in_time, 0)]:
        rows = asked([event("delivery_promised", order_id="7", properties=said), arrival]).execute("SELECT days_late FROM orders")
        assert rows.fetchall() == [(days,)]


# -- sessions, journeys, people -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("pause", "sessions"), [(30 * MINUTE - TICK, 1), (30 * MINUTE, 1), (30 * MINUTE + TICK, 2)])
def test_a_session_bears_a_pause_of_thirty_minutes_and_no_longer(pause: timedelta, sessions: int) -> None:
    visits = [event("page_viewed", event_id="a"), event("page_viewed", pause, event_id="b")]
    assert len(asked(visits).execute("FROM sessions").fetchall()) == sessions


@pytest.mark.parametrize(("pause", "journeys"), [(30 * DAY - TICK, 1), (30 * DAY, 1), (30 * DAY + TICK, 2)])
def test_a_journey_bears_thirty_quiet_days_and_no_more(pause: timedelta, journeys: int) -> None:
    visits = [event("page_viewed", event_id="a"), event("page_viewed", pause, event_id="b")]
    assert len(asked(visits).execute("FROM journeys").fetchall()) == journeys


@pytest.mark.parametrize(("opened", "journeys"), [("ticket_opened", 1), ("ticket_solved", 2)])
def test_an_open_ticket_holds_a_journey_open(opened: str, journeys: int) -> None:
    ticket = event(opened, ticket_id="t", customer_id="ada")
    assert len(asked([ticket, event("page_viewed", 200 * DAY)]).execute("FROM journeys").fetchall()) == journeys


@pytest.mark.parametrize(("pause", "journeys"), [(365 * DAY, 1), (365 * DAY + TICK, 2)])
def test_an_order_that_never_comes_holds_a_journey_open_for_a_year(pause: timedelta, journeys: int) -> None:
    history = [PURCHASE | {"event_id": "buy"}, PROMISE | {"occurred_at": later(DAY)}, event("page_viewed", DAY + pause)]
    assert len(asked(history).execute("FROM journeys").fetchall()) == journeys


def owner_of(name: str, *events: dict[str, object]) -> str:
    rows = asked(events).execute("SELECT person FROM touchpoints WHERE event_id = $name", {"name": name})
    return str(rows.fetchall()[0][0])


def visit(after: timedelta) -> dict[str, object]:
    return event("page_viewed", after, event_id="visit", anonymous_id="tablet")


def login(who: str, after: timedelta) -> dict[str, object]:
    return event("identified", after, event_id=f"{who}-{after}", customer_id=who, anonymous_id="tablet")


def test_a_first_login_claims_the_past_of_the_device_and_a_second_only_what_follows() -> None:
    logins = login("ada", HOUR), login("bob", 2 * HOUR)
    assert owner_of("visit", visit(timedelta()), *logins) == "customer:ada"
    assert owner_of("visit", visit(2 * HOUR - TICK), *logins) == "customer:ada"
    assert owner_of("visit", visit(2 * HOUR), *logins) == "customer:bob"


def test_within_one_minute_a_person_is_tied_to_a_device_once() -> None:
    logins = login("ada", 5 * SECOND), login("bob", 20 * SECOND), login("ada", 40 * SECOND)
    assert owner_of("visit", visit(50 * SECOND), *logins) == "customer:bob"


def test_of_two_logins_in_one_instant_the_greater_name_holds() -> None:
    assert owner_of("visit", visit(HOUR), login("bob", MINUTE), login("ada", MINUTE)) == "customer:bob"


@pytest.mark.parametrize(("people", "owner"), [(10, "customer:p09"), (11, "anonymous:tablet")])
def test_a_device_of_too_many_people_keeps_its_touchpoints_to_itself(people: int, owner: str) -> None:
    logins = [login(f"p{number:02}", timedelta()) for number in range(people)]
    assert owner_of("visit", visit(HOUR), *logins) == owner


def test_a_scan_reaches_the_customer_through_shipment_and_order() -> None:
    created = event("shipment_created", MINUTE, order_id="7", shipment_id="s")
    scan = event("shipment_scanned", HOUR, event_id="visit", shipment_id="s")
    assert owner_of("visit", PURCHASE, created, scan) == "customer:ada"


# -- reception ----------------------------------------------------------------------------------------------------------


def verdict(one: dict[str, object]) -> tuple[str, timedelta, bool]:
    rows = asked([one]).execute("SELECT verdict, moment, late FROM verdicts").fetchall()
    return rows[0][0], timedelta(microseconds=rows[0][1] - micros(timedelta())), rows[0][2]


def test_a_client_whose_clock_is_wrong_is_corrected_by_what_it_says_of_sending() -> None:
    fast = event("page_viewed", 3 * DAY, sent_at=later(3 * DAY + MINUTE), received_at=later(2 * MINUTE))
    assert verdict(fast) == ("accepted", MINUTE, False)


def test_nothing_happens_after_it_was_received() -> None:
    assert verdict(event("page_viewed", HOUR, received_at=later(MINUTE))) == ("accepted", MINUTE, False)


@pytest.mark.parametrize(("ahead", "judged"), [(DAY - TICK, "accepted"), (DAY, "accepted"), (DAY + TICK, "from_the_future")])
def test_an_event_more_than_a_day_ahead_of_its_receipt_is_refused(ahead: timedelta, judged: str) -> None:
    assert verdict(event("page_viewed", ahead, received_at=later(timedelta())))[0] == judged


@pytest.mark.parametrize(("age", "late"), [(30 * DAY - TICK, False), (30 * DAY, False), (30 * DAY + TICK, True)])
def test_an_event_older_than_thirty_days_is_late(age: timedelta, late: bool) -> None:
    assert verdict(event("page_viewed", received_at=later(age)))[2] == late


def test_a_late_event_is_in_no_journey_and_ties_nobody() -> None:
    stale = login("ada", timedelta()) | {"received_at": later(31 * DAY)}
    assert owner_of("visit", stale, visit(timedelta())) == "anonymous:tablet"


@pytest.mark.parametrize("value", ["", " ", "null", "Undefined", "GUEST", "anonymous", "-1", "0", f"{UUID(int=0)}"])
def test_a_placeholder_is_nobody(value: str) -> None:
    assert verdict(event("page_viewed", customer_id=value))[0] == "no_identity"
    assert verdict(event("page_viewed", email=value))[0] == "no_identity"


def test_of_one_event_sent_twice_the_first_to_arrive_counts() -> None:
    again = event("page_viewed", MINUTE)
    rows = asked([event("page_viewed"), again]).execute("SELECT moment, verdict FROM verdicts ORDER BY moment").fetchall()
    assert rows == [(micros(timedelta()), "accepted"), (micros(MINUTE), "duplicate")]


def test_broken_records_are_told_apart_from_events() -> None:
    broken = [one._replace(value=value) for one, value in zip(records([LEFT] * 2), [b"{", b'{"event_id": "1"}'], strict=True)]
    rows = answer(broken, masked).execute('SELECT verdict FROM verdicts ORDER BY "offset"').fetchall()
    assert rows == [("unreadable",), ("invalid",)]
