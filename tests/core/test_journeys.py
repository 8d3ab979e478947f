"""Sessions and journeys: where they begin and end, what they count, how they turned out."""

from __future__ import annotations

import json
from datetime import timedelta
from itertools import permutations
from typing import Any
from uuid import uuid5

import pytest

from schemas.signals import NAMESPACE
from schemas.tables import JOURNEYS, JourneyRow, SessionRow
from tests.core.shop import DAY, HOUR, MINUTE, SECOND, TICK, Shop, after_noon, event, micros

NOW = timedelta()
AROUND = pytest.mark.parametrize("step", [-TICK, NOW, TICK], ids=["before", "at", "after"])
PACKED = event("shipment_created", order_id="7", customer_id="ada")
PROMISE = {"promised_at": "2024-05-02T12:00:00Z"}


def visit(after: timedelta = NOW, **fields: Any) -> dict[str, Any]:
    return event("page_viewed", after, event_id=f"visit-{after}", **fields)


def heard(*events: dict[str, Any], until: timedelta | None = None) -> Shop:
    shop = Shop()
    shop.hears(*events)
    if until is not None:
        shop.clock(until)
    return shop


def sessions(*events: dict[str, Any]) -> list[SessionRow]:
    return heard(*events).sessions()


def journeys(*events: dict[str, Any], until: timedelta | None = None) -> list[JourneyRow]:
    return heard(*events, until=until).journeys()


def journey(*events: dict[str, Any], until: timedelta | None = None) -> JourneyRow:
    (found,) = journeys(*events, until=until)
    return found


# -- sessions -----------------------------------------------------------------------------------------------------------------


@AROUND
def test_a_session_goes_on_over_a_pause_of_thirty_minutes(step: timedelta) -> None:
    assert len(sessions(visit(), visit(30 * MINUTE + step))) == 1 + (step > NOW)


def test_a_session_is_named_by_its_first_event_and_whose_it_is() -> None:
    (row,) = sessions(visit(), visit(MINUTE))
    assert row.session_id == str(uuid5(NAMESPACE, f"session/customer:ada/visit-{NOW}"))
    assert row.journey_id == str(uuid5(NAMESPACE, f"journey/customer:ada/visit-{NOW}"))


def test_carriers_and_agents_open_no_session_and_prolong_none() -> None:
    scan = event("shipment_scanned", 20 * MINUTE, shipment_id="s", customer_id="ada")
    reply = event("agent_replied", 25 * MINUTE, ticket_id="t", customer_id="ada", properties={"by": "human"})
    assert [row.touchpoints for row in sessions(visit(), scan, reply, visit(40 * MINUTE))] == [1, 1]
    assert sessions(scan, reply) == []


def test_a_session_counts_what_was_done_in_it() -> None:
    kinds = ("product_viewed", "product_added", "order_completed")
    (row,) = sessions(*[event(kind, order_id="7") for kind in kinds], visit(MINUTE))
    assert (row.touchpoints, row.products_viewed, row.products_added, row.orders) == (4, 1, 1, 1)


def test_a_session_is_of_the_first_channel_that_is_known() -> None:
    (row,) = sessions(visit(), visit(SECOND, channel="app"), visit(MINUTE, channel="web"))
    assert row.channel == "app"


def test_sessions_are_numbered_within_their_journey() -> None:
    assert [row.number for row in sessions(visit(), visit(HOUR), visit(90 * DAY))] == [1, 2, 1]


def test_a_late_arrival_may_join_two_sessions_into_one() -> None:
    shop = heard(visit(), visit(40 * MINUTE))
    assert len(shop.sessions()) == 2
    shop.hears(visit(20 * MINUTE))
    assert [(row.touchpoints, row.number) for row in shop.sessions()] == [(3, 1)]


def test_a_session_that_ended_out_of_order_between_two_commits_is_not_lost() -> None:
    """Its row waits for the commit; the journey is folded anew before that."""
    shop = heard(visit())
    shop.hears(visit(2 * HOUR + MINUTE))
    shop.hears(visit(2 * HOUR))
    assert [row.touchpoints for row in shop.sessions()] == [1, 2]


# -- journeys -----------------------------------------------------------------------------------------------------------------


@AROUND
def test_a_journey_closes_after_thirty_quiet_days(step: timedelta) -> None:
    assert len(journeys(visit(), visit(30 * DAY + step))) == 1 + (step > NOW)


@AROUND
def test_a_journey_is_closed_once_the_clock_has_passed_it(step: timedelta) -> None:
    closed = journey(visit(), until=30 * DAY + step).closed_at
    assert after_noon(closed) == (30 * DAY if step > NOW else None)


@pytest.mark.parametrize(
    "awaited",
    [
        event("delivery_promised", order_id="7", customer_id="ada", properties=PROMISE),
        event("shipment_created", order_id="7", shipment_id="s", customer_id="ada"),
        event("ticket_opened", ticket_id="t"),
        event("return_requested", order_id="7"),
    ],
    ids=lambda said: said["type"],
)
def test_a_journey_stays_open_while_something_is_awaited(awaited: dict[str, Any]) -> None:
    assert len(journeys(awaited, visit(60 * DAY))) == 1


@pytest.mark.parametrize(
    ("awaited", "came"),
    [
        (PACKED, event("delivered", DAY, order_id="7", customer_id="ada")),
        (PACKED, event("order_cancelled", DAY, order_id="7", customer_id="ada")),
        (event("ticket_opened", ticket_id="t"), event("ticket_solved", DAY, ticket_id="t", customer_id="ada")),
        (event("return_requested", order_id="7"), event("return_received", DAY, order_id="7", customer_id="ada")),
    ],
    ids=lambda said: said["type"],
)
def test_it_closes_when_what_was_awaited_has_come(awaited: dict[str, Any], came: dict[str, Any]) -> None:
    assert len(journeys(awaited, came, visit(60 * DAY))) == 2


def test_nothing_is_awaited_for_more_than_a_year() -> None:
    assert len(journeys(PACKED, visit(365 * DAY))) == 1
    assert len(journeys(PACKED, visit(365 * DAY + TICK))) == 2


def test_a_cart_holds_no_journey_open() -> None:
    assert len(journeys(event("product_added"), visit(31 * DAY))) == 2


def test_who_asks_to_be_forgotten_ends_the_journey_at_once() -> None:
    asked = event("privacy_requested", HOUR, properties={"request": "erasure"})
    first, second = journeys(visit(), asked, visit(2 * HOUR))
    assert (after_noon(first.closed_at), first.touchpoints, second.touchpoints) == (HOUR, 2, 1)


def test_who_asks_what_is_known_of_them_ends_nothing() -> None:
    asked = event("privacy_requested", HOUR, properties={"request": "access"})
    assert journey(visit(), asked).closed_at is None


def test_journeys_of_one_customer_are_numbered() -> None:
    assert [row.number for row in journeys(visit(), visit(40 * DAY), visit(80 * DAY))] == [1, 2, 3]


# -- how it turned out ----------------------------------------------------------------------------------------------------------

ORDER = event("order_completed", 2 * HOUR, order_id="7", properties={"total_minor": 5000, "currency": "EUR"})
CANCELLED = event("order_cancelled", 3 * HOUR, order_id="7", customer_id="ada")
ADDED = event("product_added", HOUR)
TICKET = event("ticket_opened", ticket_id="t")


@pytest.mark.parametrize(
    ("events", "outcome"),
    [
        ([visit()], "browsed"),
        ([visit(), ADDED], "abandoned"),
        ([event("checkout_started")], "abandoned"),
        ([visit(), ADDED, ORDER], "converted"),
        ([ORDER, CANCELLED], "browsed"),
        ([ADDED, ORDER, CANCELLED], "abandoned"),
        ([ORDER, CANCELLED | {"properties": {"whole": False}}], "converted"),
        ([TICKET], "served"),
        ([TICKET, visit(MINUTE)], "browsed"),
        ([TICKET, ORDER], "converted"),
    ],
)
def test_how_a_journey_turned_out(events: list[dict[str, Any]], outcome: str) -> None:
    assert journey(*events).outcome == outcome


def test_a_stage_is_reached_at_its_first_touchpoint() -> None:
    path = [
        visit(),
        event("product_viewed", MINUTE),
        event("product_added", 2 * MINUTE),
        event("checkout_started", 3 * MINUTE),
        event("order_completed", 4 * MINUTE, order_id="7"),
        event("shipment_dispatched", HOUR, order_id="7", customer_id="ada"),
        event("delivered", DAY, order_id="7", customer_id="ada"),
        event("ticket_opened", 2 * DAY, ticket_id="t"),
        event("return_requested", 3 * DAY, order_id="7"),
        event("order_completed", 4 * DAY, event_id="again", order_id="8"),
    ]
    expected = {
        "discover": NOW, "consider": MINUTE, "cart": 2 * MINUTE, "checkout": 3 * MINUTE, "order": 4 * MINUTE, "dispatch": HOUR,
        "delivery": DAY, "support": 2 * DAY, "return": 3 * DAY, "repeat": 4 * DAY,
    }  # fmt: skip
    row = journey(*path, *[said | {"event_id": f"{said['event_id']} later"} for said in (visit(5 * DAY),)])
    assert json.loads(row.stages or "") == {stage: micros(after) for stage, after in expected.items()}


def test_a_second_order_is_a_repeat_also_in_a_later_journey() -> None:
    _, second = journeys(ORDER, event("order_completed", 60 * DAY, event_id="again", order_id="8"))
    assert "repeat" in json.loads(second.stages or "")


def test_channels_stand_in_the_order_of_first_use() -> None:
    seen = [visit(number * SECOND, channel=channel) for number, channel in enumerate(("web", "app", "web", "phone"))]
    assert journey(*seen).channels == ["web", "app", "phone"]


def test_money_is_summed_by_currency_less_what_came_back() -> None:
    totals = {"a": (5000, "EUR"), "b": (700, "EUR"), "c": (900, "USD"), "d": (100, "EUR")}
    orders = [
        event("order_completed", event_id=name, order_id=name, properties={"total_minor": total, "currency": currency})
        for name, (total, currency) in totals.items()
    ]
    refund = event("order_refunded", HOUR, order_id="b", customer_id="ada", properties={"amount_minor": 200, "currency": "EUR"})
    cancelled = event("order_cancelled", HOUR, order_id="d", customer_id="ada")
    assert json.loads(journey(*orders, refund, cancelled).revenue or "") == {"EUR": 5500, "USD": 900}


def test_effort_scores_and_friction_are_counted() -> None:
    events = [
        event("ticket_opened", ticket_id="t"),
        event("agent_replied", MINUTE, ticket_id="t", customer_id="ada", properties={"by": "bot"}),
        event("agent_replied", 2 * MINUTE, event_id="human", ticket_id="t", customer_id="ada", properties={"by": "human"}),
        event("survey_answered", 3 * MINUTE, properties={"survey": "nps", "score": 9, "scale_max": 10}),
        event("review_posted", 4 * MINUTE, properties={"score": 5}),
        event("checkout_started", 5 * MINUTE),
    ]
    row = journey(*events, until=DAY)
    assert (row.tickets, row.replies, json.loads(row.scores or "")) == (1, 1, [["nps", 9.0, 10.0], ["review", 5.0, 5.0]])
    assert (row.signals, row.signals_open, row.friction) == (1, 1, 2.0)


def test_what_nothing_can_end_is_not_open_in_whatever_order_its_journey_is_told() -> None:
    before = event("product_viewed")
    after = [visit(31 * DAY), visit(31 * DAY + HOUR)]
    for visits in permutations(after):
        shop = Shop()
        shop.hears(before)
        shop.clock(31 * DAY)
        shop.hears_one_by_one(visits)
        first, _ = shop.journeys()
        assert (first.signals, first.signals_open) == (1, 0)


def test_promises_kept_and_missed_are_counted() -> None:
    orders = [event("order_completed", event_id=f"o{number}", order_id=number) for number in "12"]
    promises = [event("delivery_promised", event_id=f"p{number}", order_id=number, properties=PROMISE) for number in "12"]
    row = journey(*orders, *promises, event("delivered", HOUR, order_id="1"), until=2 * DAY)
    assert (row.promises_kept, row.promises_missed) == (1, 1)


# -- what was said before -------------------------------------------------------------------------------------------------------


def test_a_journey_that_began_earlier_than_thought_is_another_and_the_first_is_withdrawn() -> None:
    shop = heard(visit(HOUR))
    (first,) = shop.journeys()
    shop.hears(visit())
    (second,) = shop.journeys()
    assert first.journey_id != second.journey_id
    withdrawn = [row.journey_id for row in shop.sink.rows[JOURNEYS.name] if isinstance(row, JourneyRow) and row.withdrawn]
    assert withdrawn == [first.journey_id]


def test_touchpoints_of_one_moment_stand_in_the_order_of_their_ids() -> None:
    named = {"b": "web", "a": "app", "c": "phone"}
    events = [event("page_viewed", event_id=name, channel=channel) for name, channel in named.items()]
    assert {tuple(journey(*order).channels) for order in permutations(events)} == {("app", "web", "phone")}


@pytest.mark.parametrize("name", ["é", "z", "Z", "\U0001f6d2", "~"])
def test_ids_are_ordered_by_their_bytes(name: str) -> None:
    """As SQL's binary collation has it, whatever the language."""
    pair = [event("page_viewed", event_id=name, channel="web"), event("page_viewed", event_id="m", channel="app")]
    first = "web" if name.encode() < b"m" else "app"
    assert journey(*pair).channels[0] == first
