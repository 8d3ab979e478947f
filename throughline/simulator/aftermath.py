"""What people do after they ordered: ask where it is, complain, review, answer surveys, send it back.

Each is the customer's own act at its own time, so each is an item on their agenda: (moment, what they do then). What the shop
does about it is told at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from throughline.simulator.parcels import Fate, Placed, later
from throughline.simulator.person import Person
from throughline.simulator.world import DAY, HOUR, MINUTE

Deed = tuple[int, Callable[[Person], None]]


def deeds_after(person: Person, order: Placed, fate: Fate) -> Iterator[Deed]:
    late = fate.promise_at is not None and (fate.delivered_at is None or fate.delivered_at > fate.promise_at)
    if late and fate.promise_at is not None and person.chance(0.5):
        yield from _ask(person, order, later(person, fate.promise_at, 1, 30))
    if person.chance(0.15):
        yield later(person, order.at, 1, 48), lambda person: _look_at_status(person)
    if fate.delivered_at is not None:
        yield from _after_delivery(person, order, fate.delivered_at)


def _look_at_status(person: Person) -> None:
    for _ in range(person.between(1, 4)):
        person.do("page_viewed", {"url": "https://shop.example/order", "path": "/order", "page_kind": "order_status"})


def _after_delivery(person: Person, order: Placed, delivered_at: int) -> Iterator[Deed]:
    if person.chance(0.25):
        score = person.rng.choice((1, 2, 3, 4, 5, 5))
        yield later(person, delivered_at, 2, 120), lambda person: _review(person, order, score)
    if person.chance(0.15):
        nps = person.between(0, 11)
        yield later(person, delivered_at, 24, 72), lambda person: _nps(person, nps)
    if person.chance(0.1):
        yield later(person, delivered_at, 12, 96), lambda person: _send_back(person, order)


def _review(person: Person, order: Placed, score: int) -> None:
    person.do(
        "review_posted", {"score": score, "scale_max": 5}, {"order_id": order.order_id}, by=person.contact(), channel="email"
    )


def _nps(person: Person, score: int) -> None:
    person.do("survey_answered", {"survey": "nps", "score": score, "scale_max": 10}, by=person.contact(), channel="email")


def _send_back(person: Person, order: Placed) -> None:
    person.do("return_requested", {"reason": "too firm"}, {"order_id": order.order_id}, by=person.contact(), channel="email")
    received_at = person.now + person.between(3 * DAY, 8 * DAY)
    person.tell(received_at, "return_received", {"reason": "too firm"}, {"order_id": order.order_id})
    if person.chance(0.9):
        refunded_at = received_at + person.between(HOUR, 6 * DAY)
        person.tell(refunded_at, "order_refunded", {"reason": "return", "currency": "EUR"}, {"order_id": order.order_id})


def _ask(person: Person, order: Placed, at: int) -> Iterator[Deed]:
    """A ticket: a bot answers, then a human, who solves it; the customer may write again, score it, or not let it rest."""
    ticket_id = f"t{order.order_id}"
    channel = person.rng.choice(("chat", "email", "phone", "social"))
    yield at, lambda person: _open(person, order, ticket_id, channel)
    if person.chance(0.5):
        yield at + person.between(2 * HOUR, 20 * HOUR), lambda person: _write(person, "customer_replied", ticket_id, channel)
    if person.chance(0.2):
        yield at + person.between(2 * DAY, 3 * DAY), lambda person: _write(person, "ticket_reopened", ticket_id, channel)
    if person.chance(0.3):
        yield at + person.between(3 * DAY, 5 * DAY), lambda person: _csat(person, ticket_id)


def _open(person: Person, order: Placed, ticket_id: str, channel: str) -> None:
    order_id = order.order_id if person.chance(0.6) else None
    person.do(
        "ticket_opened",
        {"topic": "delivery"},
        {"ticket_id": ticket_id, "order_id": order_id},
        by=person.contact(),
        channel=channel,
    )
    if person.chance(0.5):
        person.tell(person.now + MINUTE, "agent_replied", {"by": "bot"}, {"ticket_id": ticket_id}, channel)
        person.tell(person.now + 2 * MINUTE, "ticket_handed_over", {"to": "second level"}, {"ticket_id": ticket_id}, channel)
    replied_at = person.now + person.between(20 * MINUTE, 9 * HOUR)
    person.tell(replied_at, "agent_replied", {"by": "human"}, {"ticket_id": ticket_id}, channel)
    person.tell(replied_at + person.between(MINUTE, DAY), "ticket_solved", {}, {"ticket_id": ticket_id}, channel)


def _write(person: Person, type: str, ticket_id: str, channel: str) -> None:
    """A help desk knows the ticket; who wrote, it had asked at the beginning."""
    person.do(type, {}, {"ticket_id": ticket_id}, by={}, channel=channel)


def _csat(person: Person, ticket_id: str) -> None:
    survey = {"survey": "csat", "score": person.between(1, 6), "scale_max": 5}
    person.do("survey_answered", survey, {"ticket_id": ticket_id}, by={}, channel="email")
