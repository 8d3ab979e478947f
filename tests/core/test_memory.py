"""What is remembered of people between two events, for how long, and what is let go of without changing the answer."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from schemas.tables import JourneyRow
from streams.journey.packing import unpack_state
from streams.journey.rules import Rules
from streams.journey.state import Subject, encoder, subject_decoder
from tests.core.shop import DAY, HOUR, MINUTE, SECOND, TICK, Shop, event

ADA, BOB, TABLET = {"customer_id": "ada"}, {"customer_id": "bob"}, {"anonymous_id": "tablet"}
FEW = Rules(touchpoints_max=10)


def visit(after: timedelta, name: str = "visit", **whose: str) -> dict[str, Any]:
    return event("page_viewed", after, event_id=f"{name}-{after}", **(whose or ADA))


def counted(shop: Shop) -> dict[str, int]:
    """Touchpoints by subject, of all its journeys."""
    found: dict[str, int] = {}
    for row in shop.journeys():
        found[row.subject] = found.get(row.subject, 0) + row.touchpoints
    return found


def state(shop: Shop, name: str) -> Subject:
    shop.driver.commit()
    return unpack_state(subject_decoder, shop.driver.changelogs[0][name])


def known(shop: Shop) -> set[str]:
    shop.driver.commit()
    return {name for name in shop.driver.changelogs[0] if not name.startswith("clock/")}


# -- two kinds of memory ---------------------------------------------------------------------------------------------


def test_what_is_packed_is_unpacked_as_it_was() -> None:
    shop = Shop()
    shop.hears(
        event("product_added", properties={"product_id": "shoe", "price_minor": 1, "currency": "EUR"}),
        event("checkout_started", SECOND),
        event("order_completed", MINUTE, order_id="7", properties={"total_minor": 1, "currency": "EUR"}),
        event("shipment_created", HOUR, order_id="7", shipment_id="s", customer_id="ada"),
        event("survey_answered", 2 * HOUR, properties={"survey": "nps", "score": 3, "scale_max": 10}),
    )
    ada = state(shop, "customer:ada")
    assert encoder.encode(subject_decoder.decode(encoder.encode(ada))) == encoder.encode(ada)
    assert ada.fold.journey is not None


def test_a_restart_between_any_two_events_changes_nothing() -> None:
    events = [
        event("product_added", event_id="a", **TABLET),
        visit(MINUTE, **TABLET, **ADA),
        event("order_completed", HOUR, order_id="7"),
        event("shipment_created", DAY, order_id="7", shipment_id="s"),
        event("delivered", 2 * DAY, shipment_id="s"),
    ]
    quiet = Shop()
    quiet.hears_one_by_one(events)
    shaken = Shop()
    for said in events:
        shaken.hears(said)
        shaken.restarts()
    for shop in (quiet, shaken):
        shop.clock(3 * DAY)
    assert counted(quiet) == counted(shaken)
    assert quiet.episodes() == shaken.episodes()


def test_a_states_first_field_tells_when_to_ask_again() -> None:
    shop = Shop()
    shop.hears(event("product_added"))
    due = state(shop, "customer:ada").next_due
    shop.restarts()
    shop.clock(30 * MINUTE + TICK)
    assert due is not None
    assert [status for status, _, _ in shop.changes] == ["opened"]


# -- long histories --------------------------------------------------------------------------------------------------


def test_what_comes_late_takes_nothing_back_of_what_was_summarised_in_the_same_commit() -> None:
    visits = [visit(hours * HOUR) for hours in range(12)]
    late = [visit(10 * HOUR - MINUTE), visit(10 * HOUR - 2 * MINUTE)]
    shop, whole = Shop(FEW), Shop()
    for one in (shop, whole):
        one.hears_one_by_one([*visits, *late])
    assert len(state(shop, "customer:ada").touchpoints) < 10
    assert [row.started_at for row in shop.sessions()] == [row.started_at for row in whole.sessions()]


def test_the_oldest_half_of_a_long_history_is_summarised_and_the_rows_are_the_same() -> None:
    events = [visit(number * MINUTE) for number in range(40)]
    many, few = Shop(), Shop(FEW)
    for shop in (many, few):
        shop.hears_one_by_one(events)
    assert len(state(many, "customer:ada").touchpoints) == 40
    assert len(state(few, "customer:ada").touchpoints) <= 10
    assert counted(few) == counted(many) == {"customer:ada": 40}
    assert [row.touchpoints for row in few.sessions()] == [40]


@pytest.mark.parametrize("most", [3, 10])
def test_a_history_may_be_summarised_in_the_middle_of_an_episode(most: int) -> None:
    cart = event("product_added", cart_id="x")
    shop = Shop(Rules(touchpoints_max=most))
    shop.hears(cart)
    for number in range(1, 20):
        shop.hears(event("shipment_scanned", number * 10 * MINUTE, event_id=f"scan-{number}", shipment_id="s", **ADA))
        shop.clock(number * 10 * MINUTE)
    shop.hears(visit(5 * HOUR))
    shop.clock(6 * HOUR)
    assert [status for status, kind, _ in shop.changes if kind == "cart_abandoned"] == ["opened", "resolved"]


def test_a_duplicate_of_what_is_summarised_is_still_a_duplicate() -> None:
    events = [visit(number * MINUTE) for number in range(40)]
    shop = Shop(FEW)
    shop.clock(HOUR)
    shop.hears_one_by_one(events)
    shop.hears(events[0] | {"received_at": events[39]["occurred_at"]})
    assert counted(shop) == {"customer:ada": 40}
    assert shop.driver.counts["duplicates"] == 1


def test_a_linked_device_that_is_used_for_years_remembers_no_more_than_a_person() -> None:
    shop = Shop(FEW)
    shop.hears(visit(timedelta(), **TABLET, **ADA))
    for number in range(1, 60):
        shop.hears(visit(number * MINUTE, **TABLET))
    assert len(state(shop, "anonymous:tablet").touchpoints) <= 10
    assert counted(shop) == {"customer:ada": 60}


def test_what_a_device_has_let_go_of_stays_with_whom_it_was_sent_to() -> None:
    """Two months on the tablet remembers nothing; that somebody else uses it now takes nothing from ada's past."""
    shop = Shop()
    shop.hears(visit(timedelta(), **TABLET), visit(MINUTE, **TABLET, **ADA))
    for days in range(20, 120, 20):
        shop.hears(visit(days * DAY))
        shop.clock(days * DAY)
    shop.hears(visit(101 * DAY, **TABLET))
    assert counted(shop) == {"customer:ada": 8}
    shop.hears(visit(100 * DAY + HOUR, **TABLET, **BOB))
    assert counted(shop) == {"customer:ada": 7, "customer:bob": 2}


# -- forgetting ------------------------------------------------------------------------------------------------------


def test_a_device_that_came_once_is_forgotten_after_two_months() -> None:
    shop = Shop()
    shop.hears(visit(timedelta(), **TABLET))
    shop.clock(60 * DAY)
    assert known(shop) == {"anonymous:tablet"}
    shop.clock(60 * DAY + SECOND)
    shop.clock(61 * DAY)
    assert known(shop) == set()
    assert counted(shop) == {"anonymous:tablet": 1}


def test_a_customer_who_returns_after_a_year_goes_on_where_they_were() -> None:
    shop = Shop()
    shop.hears(event("order_completed", order_id="7"))
    for days in (100, 200, 300):
        shop.clock(days * DAY)
    shop.hears(event("order_completed", 301 * DAY, event_id="again", order_id="8"))
    rows = [row for row in shop.journeys() if isinstance(row, JourneyRow)]
    assert [row.number for row in rows] == [1, 2]
    assert "repeat" in (rows[1].stages or "")


def test_what_is_forgotten_leaves_the_rows_that_were_written() -> None:
    shop = Shop()
    shop.hears(visit(timedelta(), **TABLET))
    before = [row.session_id for row in shop.sessions()]
    for days in (61, 62, 200):
        shop.clock(days * DAY)
    assert [row.session_id for row in shop.sessions()] == before


def test_an_order_whose_parcel_never_came_is_let_go_of_in_the_end() -> None:
    shop = Shop()
    shop.hears(event("shipment_created", order_id="7", shipment_id="s"))
    for days in range(0, 900, 30):
        shop.clock(days * DAY)
    assert known(shop) == {"shipment:s"}


# -- one event, one id -----------------------------------------------------------------------------------------------


def test_the_same_event_again_is_dropped_and_counted() -> None:
    shop = Shop()
    shop.hears(visit(timedelta()))
    shop.hears(visit(timedelta()))
    assert counted(shop) == {"customer:ada": 1}
    assert (shop.driver.counts["events"], shop.driver.counts["duplicates"]) == (1, 1)
    assert len(shop.sink.rows["events"]) == 1


@pytest.mark.parametrize(
    "other",
    [
        visit(timedelta()) | {"properties": {"path": "/sale"}},
        visit(timedelta()) | {"type": "product_viewed"},
        visit(timedelta()) | {"occurred_at": visit(MINUTE)["occurred_at"]},
        visit(timedelta()) | {"cart_id": "x"},
        visit(timedelta()) | {"order_id": "7"},
        visit(timedelta()) | {"anonymous_id": "tablet"},
    ],
    ids=["properties", "type", "time", "cart", "order", "device"],
)
def test_another_event_under_the_same_id_is_a_dead_letter(other: dict[str, Any]) -> None:
    shop = Shop()
    shop.hears(visit(timedelta()))
    shop.hears(other)
    assert shop.letters() == [("conflicting_duplicate", "visit-0:00:00")]
    assert counted(shop) == {"customer:ada": 1}


def test_the_same_event_sent_again_later_is_no_conflict() -> None:
    said = visit(timedelta()) | {"sent_at": visit(SECOND)["occurred_at"], "received_at": visit(SECOND)["occurred_at"]}
    shop = Shop()
    shop.hears(said)
    shop.hears(said | {"sent_at": visit(MINUTE)["occurred_at"], "received_at": visit(MINUTE)["occurred_at"]})
    assert shop.letters() == []


def test_an_event_that_came_too_late_counts_once_and_in_no_journey() -> None:
    late = visit(timedelta()) | {"received_at": visit(31 * DAY)["occurred_at"]}
    shop = Shop()
    shop.hears(late)
    shop.hears(late)
    assert (counted(shop), shop.driver.counts["late"], shop.driver.counts["duplicates"]) == ({}, 1, 1)
    assert [row.late for row in shop.sink.rows["events"]] == [True]  # type: ignore[attr-defined]
