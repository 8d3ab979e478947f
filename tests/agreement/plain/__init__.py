"""The contract once more, in the plainest Python and without any cleverness: loops over lists, as the words have it.

It is slow and it is meant to be. It knows nothing of SQL and nothing of the pipeline; it takes envelopes as dicts.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from tests.agreement.plain.carts import browse_episodes, cart_episodes, checkout_episodes
from tests.agreement.plain.lives import Episode, Life, Touchpoint, people, said, sessions, when
from tests.agreement.plain.orders import orders
from tests.agreement.plain.parcels import parcel_episodes
from tests.agreement.plain.storefront import storefront_episodes
from tests.agreement.plain.support import support_episodes

NEVER_END = ("browse_abandoned", "bad_score")
FOUND_BY_WAITING = (
    *("browse_abandoned", "cart_abandoned", "checkout_abandoned", "coupon_trouble", "dispatch_late", "carrier_silent"),
    *("delivery_late", "refund_late", "reply_late", "delivery_failed"),
)


@dataclass
class Answer:
    people: dict[str, Life]
    sessions: set[tuple[str, str, datetime, datetime, int]] = field(default_factory=set)
    episodes: list[Episode] = field(default_factory=list)
    orders: set[tuple[Any, ...]] = field(default_factory=set)


def answer(events: list[Touchpoint], as_of: datetime) -> Answer:
    """Everything about ``events`` (accepted, distinct, none late), as of ``as_of``."""
    found = Answer(people(events))
    for person, whole in sorted(found.people.items()):
        theirs: dict[str, Episode] = {}
        for life in lives(whole):
            found.sessions |= sessions(person, life)
            found.orders |= {order.row(person) for order in orders(life) if order.order_id}
            theirs |= {episode.signal_id: episode for episode in until_erased(episodes(life, as_of), life)}
        found.episodes += theirs.values()
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


def lives(whole: Life) -> list[Life]:
    """Who asks to be forgotten begins anew."""
    parts: list[Life] = [[]]
    for event in whole:
        parts[-1].append(event)
        if erases(event):
            parts.append([])
    return [part for part in parts if part]


def erases(event: Touchpoint) -> bool:
    return bool(event["type"] == "privacy_requested" and said(event, "request") == "erasure")


def until_erased(found: list[Episode], life: Life) -> list[Episode]:
    """What is open when they ask expires; what waiting would have found later is not."""
    if not erases(life[-1]):
        return found
    erased = when(life[-1])
    kept = [one for one in found if one.opened_at < erased or (one.opened_at == erased and one.kind not in FOUND_BY_WAITING)]
    return [one if one.kind in NEVER_END or (one.ended_at and one.ended_at <= erased) else _cut(one, erased) for one in kept]


def _cut(episode: Episode, erased: datetime) -> Episode:
    return replace(episode, ended_at=erased, how="expired")


def first_of_each(episodes: list[Episode]) -> list[Episode]:
    """Two people may know of one order; its episode is the one that opened first."""
    first: dict[str, Episode] = {}
    for episode in episodes:
        other = first.setdefault(episode.signal_id, episode)
        if (episode.opened_at, episode.due_at) < (other.opened_at, other.due_at):
            first[episode.signal_id] = episode
    return list(first.values())
