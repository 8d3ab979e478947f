"""What gets in the way of being helped: ``reply_late``, ``ticket_reopened``, ``repeat_contact``, ``bad_score``."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from schemas.signals import signal_id
from tests.core.shop import DAY, HOUR, MINUTE
from tests.core.troubles import AROUND, NOW, Event, evidence, found, it, keys, opened, told

REPLY, REOPENED, REPEAT, SCORE = "reply_late", "ticket_reopened", "repeat_contact", "bad_score"


def of(name: str, after: timedelta = NOW, ticket: str = "x", **fields: Any) -> Event:
    """About a ticket."""
    return it(name, after, ticket_id=ticket, event_id=f"{name} {ticket} {after}", **fields)


def replied(after: timedelta, by: str = "human", ticket: str = "x") -> Event:
    return of("agent_replied", after, ticket) | {"properties": {"by": by}}


ASKED = of("ticket_opened")

# -- answers ------------------------------------------------------------------------------------------------------------------


@AROUND
@pytest.mark.parametrize("asked", ["ticket_opened", "customer_replied", "ticket_reopened"])
@pytest.mark.parametrize("answer", ["agent_replied", "ticket_solved"])
def test_whatever_the_customer_says_wants_an_answer_within_four_hours(answer: str, asked: str, step: timedelta) -> None:
    at = 4 * HOUR + step
    answered = replied(at) if answer == "agent_replied" else of(answer, at)
    assert found(REPLY, of(asked), answered) == [(4 * HOUR, at, "resolved")] * (step > NOW)


@pytest.mark.parametrize(
    ("talk", "due"),
    [
        ([ASKED, replied(HOUR, "bot")], [4 * HOUR]),
        ([ASKED, of("ticket_handed_over", HOUR)], [4 * HOUR]),
        ([ASKED, replied(HOUR, ticket="y")], [4 * HOUR]),
        ([ASKED, of("customer_replied", 3 * HOUR)], [4 * HOUR]),
        ([ASKED, replied(HOUR)], []),
        ([ASKED, of("ticket_solved", HOUR)], []),
        ([ASKED, replied(HOUR), of("customer_replied", 3 * HOUR)], [7 * HOUR]),
        ([ASKED, of("ticket_solved", HOUR), of("ticket_reopened", 3 * HOUR)], [7 * HOUR]),
        ([ASKED, replied(HOUR), replied(2 * HOUR)], []),
        ([ASKED, of("ticket_opened", HOUR, "y")], [4 * HOUR, 5 * HOUR]),
        ([replied(NOW)], []),
    ],
    ids=[
        "a bot's reply answers nothing",
        "nor does a handover",
        "nor an answer in another ticket",
        "asking again does not start the clock anew",
        "answered",
        "solved",
        "the next question has its own clock",
        "taken up again",
        "answered twice",
        "two tickets",
        "nobody asked",
    ],
)
def test_the_clock_runs_from_the_first_word_that_no_human_has_answered(talk: list[Event], due: list[timedelta]) -> None:
    assert opened(REPLY, *talk) == due


@pytest.mark.parametrize(
    ("then", "words"),
    [
        (replied(5 * HOUR), "answered"),
        (of("ticket_solved", 5 * HOUR), "solved"),
        (replied(5 * HOUR, "bot"), None),
        (of("ticket_handed_over", 5 * HOUR), None),
        (of("customer_replied", 5 * HOUR), None),
        (of("ticket_solved", 5 * HOUR, "y"), None),
    ],
)
def test_a_late_answer_is_one_and_ends_it(then: Event, words: str | None) -> None:
    rows = told(REPLY, ASKED, then)
    assert [row.status for row in rows] == (["opened"] if words is None else ["opened", "resolved"])
    assert (words or "no human has answered within 4 h") in rows[-1].reason
    assert (rows[0].severity, rows[0].value_minor, evidence(rows[0])) == ("warning", None, [ASKED["event_id"]])


def test_two_questions_of_one_ticket_are_two_signals_by_their_anchor() -> None:
    rows = told(REPLY, ASKED, replied(5 * HOUR), of("customer_replied", DAY))
    anchors = [ASKED["event_id"], ASKED["event_id"], of("customer_replied", DAY)["event_id"]]
    assert [row.signal_id for row in rows] == [signal_id(REPLY, "ticket:x", anchor) for anchor in anchors]


# -- solved, or not -----------------------------------------------------------------------------------------------------------

AGAIN = of("ticket_reopened")


def test_a_ticket_taken_up_twice_is_one_trouble_until_it_is_solved() -> None:
    solved, later = of("ticket_solved", DAY), of("ticket_reopened", 2 * DAY)
    assert found(REOPENED, AGAIN, of("ticket_reopened", HOUR), solved, later) == [
        (NOW, DAY, "resolved"),
        (2 * DAY, None, "opened"),
    ]


@pytest.mark.parametrize("other", [replied(HOUR), of("ticket_solved", HOUR, "y"), of("ticket_opened", HOUR)])
def test_only_its_own_solution_ends_it(other: Event) -> None:
    assert found(REOPENED, AGAIN, other) == [(NOW, None, "opened")]


def test_a_ticket_taken_up_again_says_so() -> None:
    opening, ending = told(REOPENED, AGAIN, of("ticket_solved", HOUR))
    assert (opening.severity, opening.key, evidence(opening)) == ("warning", "ticket:x", [AGAIN["event_id"]])
    assert "took the ticket up again" in opening.reason
    assert "was solved" in ending.reason


# -- asking again -------------------------------------------------------------------------------------------------------------


def asked(number: int, after: timedelta, **fields: str) -> Event:
    return of("ticket_opened", after, f"x{number}", **fields)


@AROUND
def test_the_third_ticket_within_seven_days_is_trouble(step: timedelta) -> None:
    third = asked(3, 7 * DAY + step)
    assert keys(REPEAT, asked(1, NOW), asked(2, HOUR), third) == ["ticket:x3"] * (step <= NOW)


@pytest.mark.parametrize(
    ("tickets", "again"),
    [
        ([asked(1, NOW), asked(2, HOUR)], []),
        ([asked(1, NOW, order_id="7"), asked(2, HOUR, order_id="8")], []),
        ([asked(1, NOW, order_id="7"), asked(2, HOUR)], []),
        ([asked(1, NOW, order_id="7"), asked(2, 40 * DAY, order_id="7")], ["x2"]),
        ([asked(1, NOW, order_id="7"), of("ticket_solved", HOUR, "x1"), asked(2, 40 * DAY, order_id="7")], ["x2"]),
        ([asked(1, NOW, order_id="7"), asked(2, HOUR, order_id="8"), asked(3, DAY, order_id="7")], ["x3"]),
        ([asked(1, NOW), asked(2, HOUR), asked(3, DAY), asked(4, 2 * DAY)], ["x3", "x4"]),
        ([asked(1, NOW, order_id="7"), asked(2, HOUR, order_id="7"), asked(3, DAY)], ["x2", "x3"]),
        ([asked(1, NOW), asked(1, HOUR), asked(1, DAY)], []),
        ([asked(1, NOW, order_id="7"), asked(1, HOUR, order_id="7")], []),
        ([asked(1, NOW), asked(1, HOUR), asked(2, DAY)], []),
        ([asked(1, NOW), asked(2, HOUR), asked(3, DAY), asked(2, 2 * DAY)], ["x3"]),
        ([of("customer_replied", NOW, "x1"), of("customer_replied", NOW, "x2"), asked(3, HOUR)], []),
        ([asked(1, NOW, shipment_id="s", order_id="7"), asked(2, HOUR, shipment_id="s")], []),
    ],
    ids=[
        "two are none",
        "nor two about two orders",
        "nor one about no order",
        "the second about one order, whenever",
        "in another journey, too",
        "with another between",
        "the fourth too",
        "the first was about an order",
        "one ticket opened three times",
        "one ticket opened twice about one order",
        "one ticket opened twice is one",
        "one of three opened twice",
        "tickets nobody opened",
        "a parcel is no order",
    ],
)
def test_a_second_ticket_about_an_order_or_a_third_at_all_is_asking_again(tickets: list[Event], again: list[str]) -> None:
    assert keys(REPEAT, *tickets) == [f"ticket:{name}" for name in again]


def test_who_was_forgotten_asks_for_the_first_time() -> None:
    forget = it("privacy_requested", HOUR, {"request": "erasure"})
    assert keys(REPEAT, asked(1, NOW, order_id="7"), forget, asked(2, DAY, order_id="7")) == []


def test_asking_again_rests_on_all_that_was_asked() -> None:
    thrice = [asked(1, NOW), asked(2, HOUR), asked(3, DAY)]
    row = told(REPEAT, *thrice)[0]
    assert "3 tickets in 7 d" in row.reason
    assert (row.severity, evidence(row)) == ("error", [one["event_id"] for one in thrice])
    twice = [asked(1, -DAY), asked(2, NOW, order_id="7"), asked(3, HOUR, order_id="7")]
    row = told(REPEAT, *twice)[0]
    assert "ticket number 2 about order 7" in row.reason
    assert evidence(row) == [one["event_id"] for one in twice[1:]]


def test_nothing_but_a_week_ends_it() -> None:
    ending = [of("ticket_solved", 2 * DAY, "x2"), replied(3 * DAY, ticket="x2")]
    assert found(REPEAT, asked(1, NOW, order_id="7"), asked(2, DAY, order_id="7"), *ending) == [(DAY, 8 * DAY, "expired")]


# -- scores -------------------------------------------------------------------------------------------------------------------


def score(survey: str, points: float, scale: int | None = None, **fields: Any) -> Event:
    said: dict[str, Any] = {"score": points} | ({} if scale is None else {"scale_max": scale})
    if survey == "review":
        return it("review_posted", NOW, said, **fields)
    return it("survey_answered", NOW, {"survey": survey} | said, **fields)


@pytest.mark.parametrize(
    ("survey", "scale", "bad", "good"),
    [
        ("nps", None, 6, 7),
        ("nps", 10, 6, 6.5),
        ("nps", 100, 60, 61),
        ("nps", 5, 3, 3.5),
        ("csat", None, 2, 3),
        ("csat", 5, 2, 2.5),
        ("csat", 10, 4, 5),
        ("ces", None, 2, 3),
        ("ces", 7, 2, 2.5),
        ("ces", 5, 1, 2),
        ("review", None, 2, 3),
        ("review", 5, 2, 2.5),
        ("review", 10, 4, 4.5),
    ],
)
def test_a_score_is_bad_up_to_its_limit_in_proportion_to_its_scale(
    survey: str, scale: int | None, bad: float, good: float
) -> None:
    assert opened(SCORE, score(survey, bad, scale)) == [NOW]
    assert opened(SCORE, score(survey, good, scale)) == []


@pytest.mark.parametrize(
    ("about", "key"),
    [
        ({"order_id": "7", "ticket_id": "x"}, "order:7"),
        ({"order_id": "7"}, "order:7"),
        ({"ticket_id": "x"}, "ticket:x"),
        ({}, "session:page_viewed -1 day, 23:59:00"),
    ],
)
def test_a_score_is_about_the_order_else_the_ticket_else_the_visit(about: dict[str, str], key: str) -> None:
    assert keys(SCORE, it("page_viewed", -MINUTE), score("csat", 1, None, **about)) == [key]


@pytest.mark.parametrize(("survey", "words"), [("nps", "NPS: 2 of 10"), ("ces", "CES: 2 of 7"), ("review", "A review: 2 of 5")])
def test_what_was_scored_is_said(survey: str, words: str) -> None:
    (row,) = told(SCORE, score(survey, 2))
    assert words in row.reason
    assert (row.severity, evidence(row)) == ("warning", [score(survey, 2)["event_id"]])


def test_every_bad_score_is_told_and_none_ends() -> None:
    again = it("review_posted", DAY, {"score": 1}, order_id="7")
    better = it("review_posted", 2 * DAY, {"score": 5}, order_id="7")
    assert found(SCORE, score("review", 1, order_id="7"), again, better) == [(NOW, None, "opened"), (DAY, None, "opened")]
