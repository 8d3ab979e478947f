"""The help desk: what people write to it, and how fast it answers.

A bot answers at once, a human mostly within hours; who is not content writes again, opens the ticket anew, or opens another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from throughline.simulator.drafts import Ids
from throughline.simulator.ledgers.tickets import CONTACTS_WITHIN, REPLY_WITHIN
from throughline.simulator.person import Person
from throughline.simulator.placed import BESIDE, Placed
from throughline.simulator.world import DAY, HOUR, MINUTE

Deed = tuple[int, Callable[[Person], None]]


def asks(person: Person, order: Placed | None, at: int) -> Iterator[Deed]:
    """A ticket, about an order or not, and what comes of it: at times a second one, rarely a third within a week."""
    yield from _ticket(person, order, at)
    chance = person.rng.random()
    if chance < 0.2 and order is not None:
        yield from _ticket(person, order, at + person.between(6 * HOUR, 4 * DAY))
    elif chance < 0.35:
        yield from _ticket(person, None, at + person.between(6 * HOUR, 3 * DAY))
        third = CONTACTS_WITHIN + person.rng.choice(BESIDE) if person.chance(0.3) else person.between(3 * DAY, 6 * DAY)
        yield from _ticket(person, None, at + third)


def _ticket(person: Person, order: Placed | None, at: int) -> Iterator[Deed]:
    person.tickets += 1
    ticket_id = f"t{person.name}-{person.tickets}"
    channel = person.rng.choice(("chat", "email", "phone", "social"))
    yield at, lambda person: _open(person, order, ticket_id, channel)
    if person.chance(0.35):
        yield at + person.between(2 * HOUR, 20 * HOUR), lambda person: _write(person, "customer_replied", ticket_id, channel)
    if person.chance(0.25):
        yield at + person.between(2 * DAY, 3 * DAY), lambda person: _write(person, "ticket_reopened", ticket_id, channel)
    if person.chance(0.3):
        yield at + person.between(3 * DAY, 5 * DAY), lambda person: _csat(person, ticket_id)


def _open(person: Person, order: Placed | None, ticket_id: str, channel: str) -> None:
    """Who asks about an order mostly says which; some say the parcel instead."""
    about: Ids = {}
    if order is not None and person.chance(0.6):
        about = {"order_id": order.order_id}
    elif order is not None and (shipment_id := _parcel(person, order)) and person.chance(0.3):
        about = {"shipment_id": shipment_id}
    topic = {"topic": "delivery" if order is not None else "product"}
    person.do("ticket_opened", topic, {"ticket_id": ticket_id, **about}, by=person.contact(), channel=channel)
    if person.chance(0.4):
        person.tell(person.now + MINUTE, "agent_replied", {"by": "bot"}, {"ticket_id": ticket_id}, channel)
    if person.chance(0.2):
        person.tell(person.now + 2 * MINUTE, "ticket_handed_over", {"to": "second level"}, {"ticket_id": ticket_id}, channel)
    _answer(person, ticket_id, channel)


def _parcel(person: Person, order: Placed) -> str | None:
    """One of which the shop has told."""
    said = {draft.ids.get("shipment_id") for draft in person.drafts if draft.at < person.now and draft.ids.get("order_id")}
    return next((parcel for parcel, of in person.parcels.items() if of == order.order_id and parcel in said), None)


def _answer(person: Person, ticket_id: str, channel: str) -> None:
    """A human, in time, just in time or not, late, or never; most hold the matter to be settled then."""
    chance = person.rng.random()
    if chance > 0.96:
        return
    if chance < 0.74:
        wait = person.between(10 * MINUTE, REPLY_WITHIN - 10 * MINUTE)
    elif chance < 0.82:
        wait = REPLY_WITHIN + person.rng.choice(BESIDE)
    else:
        wait = person.between(REPLY_WITHIN + MINUTE, 30 * HOUR)
    replied_at = person.now + wait
    person.tell(replied_at, "agent_replied", {"by": "human"}, {"ticket_id": ticket_id}, channel)
    if person.chance(0.8):
        solved_at = replied_at + person.between(MINUTE, DAY)
        person.tell(solved_at, "ticket_solved", {}, {"ticket_id": ticket_id}, channel)


def _write(person: Person, type: str, ticket_id: str, channel: str) -> None:
    """A help desk knows the ticket; who wrote, it had asked at the beginning."""
    person.do(type, {}, {"ticket_id": ticket_id}, by={}, channel=channel)
    _answer(person, ticket_id, channel)


def _csat(person: Person, ticket_id: str) -> None:
    scale = person.rng.choice((5, 5, 10, None))
    score = person.between(1, 6) * (2 if scale == 10 else 1)
    person.do(
        "survey_answered",
        {"survey": "csat", "score": score, "scale_max": scale},
        {"ticket_id": ticket_id},
        by={},
        channel="email",
    )
