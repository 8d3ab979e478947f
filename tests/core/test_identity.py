"""Whose is a touchpoint? By its own time, whatever came first: the rule alone, then people who lend devices and log in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.tables import SESSIONS, EventRow, IdentityLinkRow
from streams.journey.entries import Instant
from streams.journey.identity import LINK_GRAIN, MOST_TARGETS, Ownership, record_link
from streams.journey.state import Link
from tests.core.shop import DAY, HOUR, MINUTE, NOON, SECOND, Shop, event

TABLET = "anonymous:tablet"


def owner(*links: tuple[Instant, str], at: Instant) -> str:
    recorded: list[Link] = []
    for moment, target in links:
        record_link(recorded, Link(moment, target, f"{target}@{moment}"))
    return Ownership(TABLET, recorded).owner(at)


# -- the rule --------------------------------------------------------------------------------------------------------------


def test_what_nobody_claims_is_its_own() -> None:
    assert owner(at=5) == TABLET


@pytest.mark.parametrize("at", [0, 9 * LINK_GRAIN, 10 * LINK_GRAIN, 10 * LINK_GRAIN + 1])
def test_the_first_login_claims_the_past(at: Instant) -> None:
    assert owner((10 * LINK_GRAIN, "ada"), at=at) == "ada"


@pytest.mark.parametrize(("step", "whose"), [(-1, "ada"), (0, "bob"), (1, "bob")])
def test_a_second_person_gets_only_what_follows_their_login(step: int, whose: str) -> None:
    assert owner((10 * LINK_GRAIN, "ada"), (20 * LINK_GRAIN, "bob"), at=20 * LINK_GRAIN + step) == whose


def test_two_logins_at_one_moment_are_the_greater_names() -> None:
    assert {owner(*ties, at=7) for ties in permutations([(5, "ada"), (5, "bob")])} == {"bob"}


def test_of_one_minute_the_earliest_moment_is_recorded() -> None:
    ties = [(LINK_GRAIN + 10, "ada"), (LINK_GRAIN + 5, "ada"), (LINK_GRAIN + 7, "bob")]
    assert {owner(*order, at=LINK_GRAIN + 20) for order in permutations(ties)} == {"bob"}


@pytest.mark.parametrize(("kind", "most"), MOST_TARGETS.items())
def test_an_identifier_of_too_many_is_quarantined_and_keeps_to_itself(kind: str, most: int) -> None:
    links = [Link(number * LINK_GRAIN, f"customer:{number}", str(number)) for number in range(most + 1)]
    assert not Ownership(f"{kind}:x", links[:most]).quarantined
    crowded = Ownership(f"{kind}:x", links)
    assert crowded.quarantined
    assert (crowded.alone, crowded.owner(0)) == (True, f"{kind}:x")


@pytest.mark.parametrize("kind", ["order", "shipment", "ticket"])
def test_an_order_stays_its_buyers_whoever_opens_its_page(kind: str) -> None:
    bought, tracked = Link(10 * LINK_GRAIN, "customer:ada", "a"), Link(20 * LINK_GRAIN, "anonymous:phone", "b")
    mailed = Link(30 * LINK_GRAIN, "email:hers", "c")
    assert Ownership(f"{kind}:7", [bought, tracked, mailed]).owner(40 * LINK_GRAIN) == "customer:ada"
    assert Ownership(f"{kind}:7", [tracked, mailed]).owner(0) == "email:hers"
    assert Ownership("anonymous:tablet", [bought, mailed]).owner(40 * LINK_GRAIN) == "email:hers"


def test_a_parcel_looked_up_on_a_strange_phone_is_not_late_for_its_buyer() -> None:
    """Its delivery comes after somebody, not logged in, opened the tracking page."""
    shop = Shop()
    promised = {"promised_at": (NOON + DAY).isoformat()}
    shop.hears(
        event("order_completed", customer_id="ada", order_id="7"),
        event("delivery_promised", order_id="7", properties=promised),
        event("shipment_dispatched", MINUTE, order_id="7"),
        *(event("page_viewed", HOUR, event_id=f"look {n}", anonymous_id=f"phone {n}", order_id="7") for n in range(5)),
        event("delivered", 2 * HOUR, order_id="7"),
    )
    shop.clock(20 * DAY)
    assert [order.subject for order in shop.orders() if order.delivered_at is not None] == ["customer:ada"]
    assert shop.changes == []


@pytest.mark.parametrize(("up_to", "whose"), [(-1, "ada"), (0, "bob"), (1, "bob")])
def test_a_link_is_taken_back_up_to_a_moment(up_to: int, whose: str) -> None:
    links = [Link(10, "ada", "a"), Link(10 * LINK_GRAIN, "bob", "b")]
    assert Ownership(TABLET, links, [Link(10 + up_to, "ada", "r")]).owner(11) == whose


@given(st.lists(st.tuples(st.integers(0, 4 * LINK_GRAIN), st.sampled_from("abc")), max_size=7), st.randoms())
def test_whose_it_is_follows_from_the_set_of_links_alone(ties: list[tuple[Instant, str]], lot: Any) -> None:
    shuffled = [*ties, *ties[:2]]
    lot.shuffle(shuffled)
    moments = [at + step for at, _ in ties for step in (-1, 0, 1)]
    assert [owner(*ties, at=at) for at in moments] == [owner(*shuffled, at=at) for at in moments]


# -- people ----------------------------------------------------------------------------------------------------------------


def seen(name: str, after: timedelta, **whose: str) -> dict[str, Any]:
    return event("page_viewed", after, event_id=name, **(whose or {"anonymous_id": "tablet"}))


def sessions(shop: Shop) -> list[tuple[str, int]]:
    return [(row.subject, row.touchpoints) for row in shop.sessions()]


def every_order(events: Sequence[dict[str, Any]]) -> list[list[tuple[str, int]]]:
    """What the sessions are for each order in which the events may come, over two partitions, asked now and then."""
    answers = []
    for order in permutations(events):
        shop = Shop(partitions=2)
        for said in order:
            shop.hears(said)
            shop.sessions()
        answers.append(sessions(shop))
    return answers


ADA, BOB = {"customer_id": "ada"}, {"customer_id": "bob"}


def test_who_logs_in_has_been_here_before() -> None:
    found = every_order([seen("a", SECOND), seen("b", MINUTE), seen("c", 2 * MINUTE, anonymous_id="tablet", **ADA)])
    assert found == [[("customer:ada", 3)]] * 6


def test_a_lent_tablet_joins_nobody() -> None:
    visits = [
        seen("a", SECOND),
        seen("b", MINUTE, anonymous_id="tablet", **ADA),
        seen("c", 5 * MINUTE, anonymous_id="tablet", **BOB),
        seen("d", 6 * MINUTE),
    ]
    assert every_order(visits) == [[("customer:ada", 2), ("customer:bob", 2)]] * 24


def test_a_parcel_reaches_the_customer_through_its_order_and_a_device() -> None:
    bought = event("order_completed", event_id="o", order_id="7", anonymous_id="tablet")
    packed = event("shipment_created", HOUR, event_id="p", order_id="7", shipment_id="s")
    came = event("delivered", DAY, event_id="d", shipment_id="s")
    login = seen("l", 2 * DAY, anonymous_id="tablet", **ADA)
    for order in permutations([bought, packed, came, login]):
        shop = Shop(partitions=3)
        shop.hears_one_by_one(order)
        assert [(row.subject, row.touchpoints) for row in shop.journeys()] == [("customer:ada", 4)]
        assert [(row.order_id, row.delivered_at is not None) for row in shop.orders()] == [("7", True)]


def test_a_login_within_the_minute_counts_from_its_earliest_moment_for_all_that_came_before() -> None:
    """Of ada's two moments in a minute the later is forgotten for the earlier, and with it what followed is bob's."""
    visits = [
        seen("before", -10 * MINUTE, anonymous_id="tablet", **ADA),
        seen("later", 30 * SECOND, anonymous_id="tablet", **ADA),
        seen("bob", 20 * SECOND, anonymous_id="tablet", **BOB),
        seen("early", 10 * SECOND, anonymous_id="tablet", **ADA),
    ]
    alone = seen("alone", 40 * SECOND)
    for order in permutations(visits):
        shop = Shop()
        shop.hears(alone)
        shop.hears_one_by_one(order)
        assert sessions(shop) == [("customer:ada", 3), ("customer:bob", 2)]


def test_a_tablet_that_was_not_adas_gives_back_what_it_brought_her() -> None:
    shop = Shop()
    shop.hears(seen("a", SECOND), seen("b", MINUTE, anonymous_id="tablet", **ADA))
    shop.takes_back(TABLET, "customer:ada", HOUR)
    assert sessions(shop) == [(TABLET, 1), ("customer:ada", 1)]


def test_a_revocation_may_come_before_what_it_revokes() -> None:
    shop = Shop()
    shop.takes_back(TABLET, "customer:ada", HOUR)
    shop.hears(seen("a", SECOND), seen("b", MINUTE, anonymous_id="tablet", **ADA))
    assert sessions(shop) == [(TABLET, 1), ("customer:ada", 1)]


def test_a_kiosk_is_nobodys_and_everybodys_own_touchpoints_stay_theirs() -> None:
    shop = Shop()
    for number in range(MOST_TARGETS["anonymous"] + 1):
        shop.hears(seen(f"guest-{number}", number * HOUR, anonymous_id="tablet"))
        shop.hears(seen(f"login-{number}", number * HOUR + MINUTE, anonymous_id="tablet", customer_id=f"c{number:02}"))
    found = sessions(shop)
    assert found[: MOST_TARGETS["anonymous"] + 1] == [(TABLET, 1)] * (MOST_TARGETS["anonymous"] + 1)
    assert {count for _, count in found} == {1}


def test_what_was_said_in_the_tablets_name_is_withdrawn_when_somebody_logs_in() -> None:
    shop = Shop()
    shop.hears(seen("a", SECOND))
    assert sessions(shop) == [(TABLET, 1)]
    shop.hears(seen("b", MINUTE, anonymous_id="tablet", **ADA))
    assert sessions(shop) == [("customer:ada", 2)]
    assert [row.withdrawn for row in shop.sink.rows[SESSIONS.name] if row.subject == TABLET] == [False, True]  # type: ignore[attr-defined]


def test_links_are_told_with_their_event_and_revocations_beside_them() -> None:
    shop = Shop()
    shop.hears(seen("b", MINUTE, anonymous_id="tablet", **ADA))
    shop.takes_back(TABLET, "customer:ada", HOUR)
    shop.driver.commit()
    rows = [row for row in shop.sink.rows["identity_links"] if isinstance(row, IdentityLinkRow)]
    assert [(row.identifier, row.target, row.event_id, row.revoked) for row in rows] == [
        (TABLET, "customer:ada", "b", False),
        (TABLET, "customer:ada", "not customer:ada", True),
    ]


def test_an_events_row_says_whose_it_was_known_to_be() -> None:
    shop = Shop()
    shop.hears(seen("a", SECOND))
    shop.hears(seen("b", MINUTE, anonymous_id="tablet", **ADA))
    shop.hears(seen("c", 2 * MINUTE))
    shop.driver.commit()
    rows = [row for row in shop.sink.rows["events"] if isinstance(row, EventRow)]
    assert [(row.event_id, row.owner) for row in rows] == [("a", TABLET), ("b", "customer:ada"), ("c", "customer:ada")]
