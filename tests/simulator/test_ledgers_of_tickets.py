"""Tickets told by hand: who waits for an answer, who comes again, and what they think of it."""

from __future__ import annotations

import pytest

from tests.simulator.hand_told import ends, episodes, names, said
from throughline.simulator.drafts import Draft
from throughline.simulator.world import DAY, HOUR


def of_ticket(at: int, type: str, ticket: str = "t1", **fields: str) -> Draft:
    return said(at, type, ticket_id=ticket, **fields)


OPENED = of_ticket(0, "ticket_opened")


def human(at: int) -> Draft:
    return of_ticket(at, "agent_replied", by="human")


@pytest.mark.parametrize(("wait", "late"), [(4 * HOUR, 0), (4 * HOUR + 1, 1)])
@pytest.mark.parametrize("answer", ["agent_replied", "ticket_solved"])
def test_a_ticket_waits_four_hours_for_a_human(answer: str, wait: int, late: int) -> None:
    told = episodes("reply_late", OPENED, of_ticket(wait, answer, by="human"))
    assert names(told) == [("ticket:t1", "ticket_opened@0")] * late
    assert ends(told) == [(4 * HOUR, wait, "resolved")] * late


def test_a_bot_or_a_handover_is_no_answer() -> None:
    acts = [OPENED, of_ticket(1, "agent_replied", by="bot"), of_ticket(2, "ticket_handed_over")]
    assert ends(episodes("reply_late", *acts)) == [(4 * HOUR, None, None)]


def test_the_first_word_since_the_last_answer_waits() -> None:
    words = [of_ticket(at, "customer_replied") for at in (HOUR, 6 * HOUR, 7 * HOUR)]
    told = episodes("reply_late", OPENED, words[0], human(2 * HOUR), *words[1:], human(20 * HOUR))
    assert names(told) == [("ticket:t1", words[1].event_id)]
    assert ends(told) == [(10 * HOUR, 20 * HOUR, "resolved")]


def test_who_opens_a_ticket_anew_waits_again() -> None:
    told = episodes("reply_late", OPENED, of_ticket(1, "ticket_solved"), of_ticket(DAY, "ticket_reopened"))
    assert names(told) == [("ticket:t1", f"ticket_reopened@{DAY}")]


def test_a_reopened_ticket_is_open_until_it_is_solved() -> None:
    again = [of_ticket(at, "ticket_reopened") for at in (1, 2, 5)]
    told = episodes("ticket_reopened", OPENED, *again[:2], human(3), of_ticket(4, "ticket_solved"), again[2])
    assert names(told) == [("ticket:t1", "ticket_reopened@1"), ("ticket:t1", "ticket_reopened@5")]
    assert ends(told) == [(1, 4, "resolved"), (5, None, None)]


def opened(at: int, ticket: str, **fields: str) -> Draft:
    return of_ticket(at, "ticket_opened", ticket, **fields)


def test_a_second_ticket_on_one_order_is_a_repeated_contact_however_long_after() -> None:
    told = episodes("repeat_contact", opened(0, "t1", order_id="o1"), opened(90 * DAY, "t2", order_id="o1"))
    assert names(told) == [("ticket:t2", "")]
    assert ends(told) == [(90 * DAY, 97 * DAY, "expired")]


@pytest.mark.parametrize(
    "second",
    [opened(1, "t2", order_id="o2"), opened(1, "t2"), opened(1, "t1", order_id="o1"), opened(1, "t2", shipment_id="s1")],
    ids=["another order", "no order", "the same ticket", "its parcel"],
)
def test_these_are_no_repeated_contacts(second: Draft) -> None:
    assert episodes("repeat_contact", opened(0, "t1", order_id="o1"), second, order_of={"s1": "o1"}) == []


def test_a_tickets_first_opening_says_what_it_is_about() -> None:
    acts = [opened(0, "t1"), opened(1, "t1", order_id="o1"), opened(2, "t2", order_id="o1")]
    assert episodes("repeat_contact", *acts) == []


@pytest.mark.parametrize(("third", "told"), [(7 * DAY, 1), (7 * DAY + 1, 0)])
def test_the_third_contact_within_seven_days_is_a_repeated_one(third: int, told: int) -> None:
    acts = [opened(0, "t1"), opened(DAY, "t2"), opened(third, "t3")]
    assert names(episodes("repeat_contact", *acts)) == [("ticket:t3", "")] * told


def score(survey: str, value: float, scale: int | None) -> Draft:
    return said(0, "survey_answered", survey=survey, score=value, scale_max=scale)


@pytest.mark.parametrize(
    ("survey", "scale", "bad", "good"),
    [
        ("nps", None, 6, 7),
        ("nps", 10, 6, 7),
        ("nps", 5, 3, 3.5),
        ("csat", None, 2, 3),
        ("csat", 10, 4, 5),
        ("ces", None, 2, 3),
        ("ces", 5, 1, 2),
        ("ces", 7, 2, 2.5),
    ],
)
def test_a_score_is_bad_by_its_own_scale(survey: str, scale: int | None, bad: float, good: float) -> None:
    assert ends(episodes("bad_score", score(survey, bad, scale))) == [(0, None, None)]
    assert episodes("bad_score", score(survey, good, scale)) == []


def test_a_review_in_the_bottom_two_of_five_is_bad() -> None:
    assert len(episodes("bad_score", *(said(at, "review_posted", score=at) for at in (1, 2, 3)))) == 2


@pytest.mark.parametrize(
    ("about", "key"),
    [
        ({"order_id": "o1", "ticket_id": "t1"}, "order:o1"),
        ({"ticket_id": "t1"}, "ticket:t1"),
        ({"shipment_id": "s1"}, "session:first"),
        ({}, "session:first"),
    ],
)
def test_a_score_is_of_the_order_else_the_ticket_else_the_session(about: dict[str, str], key: str) -> None:
    bad = said(1, "survey_answered", "bad", survey="nps", score=0, **about)
    assert names(episodes("bad_score", said(0, "page_viewed", "first"), bad)) == [(key, "bad")]
