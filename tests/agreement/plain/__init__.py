"""The contract once more, in the plainest Python and without any cleverness: loops over lists, as the words have it.

It is slow and it is meant to be. It knows nothing of SQL and nothing of the pipeline; it takes envelopes as dicts.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.agreement.plain.carts import browse_episodes, cart_episodes, checkout_episodes
from tests.agreement.plain.lives import Episode, Life, Touchpoint, people, sessions
from tests.agreement.plain.orders import orders
from tests.agreement.plain.parcels import parcel_episodes
from tests.agreement.plain.storefront import storefront_episodes
from tests.agreement.plain.support import support_episodes


@dataclass
class Answer:
    people: dict[str, Life]
    sessions: set[tuple[str, str, datetime, datetime, int]] = field(default_factory=set)
    episodes: list[Episode] = field(default_factory=list)
    orders: set[tuple[Any, ...]] = field(default_factory=set)


def answer(events: list[Touchpoint], as_of: datetime) -> Answer:
    """Everything about ``events`` (accepted, distinct, none late), as of ``as_of``."""
    found = Answer(people(events))
    for person, life in sorted(found.people.items()):
        found.sessions |= sessions(person, life)
        found.orders |= {order.row(person) for order in orders(life) if order.order_id}
        found.episodes += episodes(life, as_of)
    found.episodes = first_of_each(found.episodes)
    return found


def episodes(life: Life, as_of: datetime) -> list[Episode]:
    """Of one person."""
    checkouts = checkout_episodes(life, as_of)
    left = [*[episode for episode, _ in checkouts], *cart_episodes(life, as_of, checkouts)]
    return [
        *left,
        *browse_episodes(life, as_of, left),
        *storefront_episodes(life, as_of),
        *[late for order in orders(life) for late in order.episodes(as_of)],
        *parcel_episodes(life, as_of),
        *support_episodes(life, as_of),
    ]


def first_of_each(episodes: list[Episode]) -> list[Episode]:
    """Two people may know of one order; its episode is the one that opened first."""
    first: dict[str, Episode] = {}
    for episode in episodes:
        other = first.setdefault(episode.signal_id, episode)
        if (episode.opened_at, episode.due_at) < (other.opened_at, other.due_at):
            first[episode.signal_id] = episode
    return list(first.values())
