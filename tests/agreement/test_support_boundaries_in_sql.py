"""What customers ask and how they score it: every threshold and its two neighbours, asked of the SQL."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.agreement.stories import DAY, HOUR, MINUTE, TICK, episodes, event

NONE, FOUR_HOURS, WEEK = timedelta(), 4 * HOUR, 7 * DAY


def found(kind: str, *events: dict[str, Any], as_of: timedelta = 400 * DAY) -> list[tuple[Any, ...]]:
    """Its episodes, without the kind."""
    return [one[1:] for one in episodes(events, as_of, [kind])]


def neighbours(threshold: timedelta, before: int, at: int, after: int) -> list[tuple[timedelta, int]]:
    return [(threshold - TICK, before), (threshold, at), (threshold + TICK, after)]


def said(kind: str, after: timedelta = NONE, ticket: str = "t", **fields: Any) -> dict[str, Any]:
    """In a ticket of ada's; its id is its kind and time."""
    return event(f"{kind}@{after / HOUR:g}", after, type=kind, ticket_id=ticket, customer_id="ada", **fields)


def reply(by: str, after: timedelta) -> dict[str, Any]:
    return said("agent_replied", after, properties={"by": by})


OPENED = said("ticket_opened")


# -- replies ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("as_of", "late"), neighbours(FOUR_HOURS, 0, 0, 1))
@pytest.mark.parametrize("asked", ["ticket_opened", "customer_replied", "ticket_reopened"])
def test_a_reply_is_late_once_the_clock_has_passed_four_hours(asked: str, as_of: timedelta, late: int) -> None:
    assert len(found("reply_late", said(asked), as_of=as_of)) == late


@pytest.mark.parametrize(("answered", "late"), neighbours(FOUR_HOURS, 0, 0, 1))
@pytest.mark.parametrize("answer", [reply("human", NONE), said("ticket_solved")])
def test_an_answer_at_the_due_moment_is_in_time(answer: dict[str, Any], answered: timedelta, late: int) -> None:
    answer = answer | {"occurred_at": said("ticket_solved", answered)["occurred_at"]}
    expected = ("ticket:t", OPENED["event_id"], FOUR_HOURS, FOUR_HOURS, answered, "resolved")
    assert found("reply_late", OPENED, answer) == [expected] * late


@pytest.mark.parametrize(
    "word", [reply("bot", HOUR), said("ticket_handed_over", HOUR), reply("human", HOUR) | {"ticket_id": "u"}]
)
def test_a_bot_another_agent_and_another_ticket_answer_nothing(word: dict[str, Any]) -> None:
    assert len(found("reply_late", OPENED, word)) == 1


def test_who_writes_again_has_waited_since_the_first_word() -> None:
    more = said("customer_replied", HOUR)
    assert [one[1:3] for one in found("reply_late", OPENED, more)] == [(OPENED["event_id"], FOUR_HOURS)]
    assert [one[1:3] for one in found("reply_late", OPENED, reply("human", MINUTE), more)] == [(more["event_id"], 5 * HOUR)]


# -- again --------------------------------------------------------------------------------------------------------------


def test_a_reopened_ticket_is_told_at_once_until_it_is_solved() -> None:
    again, twice, solved = said("ticket_reopened"), said("ticket_reopened", HOUR), said("ticket_solved", DAY)
    once_more = said("ticket_reopened", 2 * DAY)
    assert found("ticket_reopened", said("ticket_opened", -HOUR), again, twice, solved, once_more) == [
        ("ticket:t", again["event_id"], NONE, NONE, DAY, "resolved"),
        ("ticket:t", once_more["event_id"], 2 * DAY, 2 * DAY, None, "open"),
    ]


@pytest.mark.parametrize(("third", "repeated"), neighbours(WEEK, 1, 1, 0))
def test_a_third_ticket_within_a_week_is_one_too_many(third: timedelta, repeated: int) -> None:
    tickets = OPENED, said("ticket_opened", HOUR, "u"), said("ticket_opened", third, "v")
    assert [one[0] for one in found("repeat_contact", *tickets)] == ["ticket:v"] * repeated


def test_a_ticket_opened_twice_is_one_contact() -> None:
    assert found("repeat_contact", OPENED, said("ticket_opened", MINUTE), said("ticket_opened", HOUR, "u")) == []


@pytest.mark.parametrize(("order", "repeated"), [("7", 1), ("8", 0)])
def test_a_second_ticket_on_one_order_is_one_too_many_however_much_later(order: str, repeated: int) -> None:
    tickets = said("ticket_opened", order_id="7"), said("ticket_opened", 90 * DAY, "u", order_id=order)
    contacts = found("repeat_contact", *tickets)
    assert contacts == [("ticket:u", "", 90 * DAY, 90 * DAY, 97 * DAY, "expired")] * repeated


@pytest.mark.parametrize(("as_of", "how"), [(WEEK, "open"), (WEEK + TICK, "expired")])
def test_a_repeated_contact_expires_once_the_clock_has_passed_a_week(as_of: timedelta, how: str) -> None:
    tickets = said("ticket_opened", -HOUR, order_id="7"), said("ticket_opened", NONE, "u", order_id="7")
    assert found("repeat_contact", *tickets, as_of=as_of)[0][-1] == how


# -- where is my order? -------------------------------------------------------------------------------------------------

SENT = event("shipment_dispatched", -HOUR, order_id="7", shipment_id="s", customer_id="ada")


def look(after: timedelta, **about: str) -> dict[str, Any]:
    return event(f"look@{after / HOUR:g}", after, type="page_viewed", properties={"page_kind": "order_status"}, **about)


@pytest.mark.parametrize(
    ("about", "asked"),
    [({}, 1), ({"order_id": "7"}, 1), ({"shipment_id": "s"}, 1), ({"order_id": "8"}, 0), ({"shipment_id": "u"}, 0)],
)
def test_a_ticket_about_an_order_on_its_way_asks_where_it_is(about: dict[str, str], asked: int) -> None:
    assert found("where_is_my_order", SENT, OPENED | about) == [("order:7", "", NONE, NONE, None, "open")] * asked


@pytest.mark.parametrize("end", ["delivered", "order_cancelled", "returned_to_sender"])
def test_an_order_is_on_its_way_until_it_is_there_or_will_not_be(end: str) -> None:
    over = event(end, HOUR, order_id="7", customer_id="ada")
    assert found("where_is_my_order", SENT, OPENED, over)[0][-2:] == (HOUR, "resolved")
    assert found("where_is_my_order", SENT, said("ticket_opened", 2 * HOUR), over) == []
    assert found("where_is_my_order", event("order_completed", -HOUR, order_id="7"), OPENED) == []


def test_a_question_that_names_no_order_is_about_all_that_are_on_their_way_and_each_is_asked_after_once() -> None:
    other = event("shipment_dispatched", -MINUTE, event_id="other", shipment_id="u", customer_id="ada")
    questions = found("where_is_my_order", SENT, other, OPENED, said("ticket_opened", HOUR, "u"))
    assert [one[:3] for one in questions] == [("order:7", "", NONE), ("shipment:u", "", NONE)]


@pytest.mark.parametrize(("looks", "asked"), [(2, 0), (3, 1), (4, 1)])
def test_who_looks_a_third_time_asks_where_the_order_is(looks: int, asked: int) -> None:
    views = [look(number * HOUR, **({"order_id": "7"} if number else {})) for number in range(looks)]
    assert [one[2] for one in found("where_is_my_order", SENT, *views)] == [2 * HOUR] * asked


def test_only_looks_at_the_status_while_it_is_on_its_way_count() -> None:
    before, elsewhere = look(-2 * HOUR), event("page_viewed", MINUTE, properties={"page_kind": "help"})
    assert found("where_is_my_order", before, SENT, look(NONE), elsewhere, look(HOUR)) == []


# -- scores -------------------------------------------------------------------------------------------------------------


def score(given: float, scale: int | None = None, survey: str | None = None, **about: str) -> dict[str, Any]:
    properties = {"score": given} | ({"scale_max": scale} if scale else {}) | ({"survey": survey} if survey else {})
    return event("score", type="survey_answered" if survey else "review_posted", properties=properties, **about)


@pytest.mark.parametrize(
    ("survey", "scale", "worst_good", "best_bad"),
    [
        *(("nps", None, 6.1, 6), ("nps", 10, 6.1, 6), ("nps", 5, 3.1, 3), ("csat", None, 2.1, 2), ("csat", 10, 4.1, 4)),
        *((None, None, 2.1, 2), (None, 10, 4.1, 4), ("ces", None, 2.1, 2), ("ces", 5, 1.5, 1.4)),
    ],
)
def test_a_score_is_bad_from_its_scale_s_limit_down(
    survey: str | None, scale: int | None, worst_good: float, best_bad: float
) -> None:
    assert found("bad_score", score(worst_good, scale, survey)) == []
    assert found("bad_score", score(best_bad, scale, survey)) == [("session:score", "score", NONE, NONE, None, "open")]


def test_a_score_is_about_the_order_it_names_else_the_ticket() -> None:
    assert found("bad_score", score(1, order_id="7", ticket_id="t"))[0][0] == "order:7"
    assert found("bad_score", score(1, ticket_id="t"))[0][0] == "ticket:t"
