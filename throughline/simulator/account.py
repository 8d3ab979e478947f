"""What is true of a person: what they did, and what it must lead to."""

from __future__ import annotations

from itertools import chain

from throughline.simulator.ledgers import settle
from throughline.simulator.person import Person
from throughline.simulator.truth import Episode, Shopper


def account(person: Person) -> tuple[Shopper, list[Episode]]:
    """The person, and every signal about them as it stands when nothing more comes."""
    ledgers = settle(person.drafts, person.parcels)
    shopper = Shopper(person.number, person.identifiers, ledgers.sessions, person.orders, person.acts)
    return shopper, list(chain(person.broken, ledgers.episodes))
