"""A shopper's life: when they come, on which device and with what in mind, and whether they come back.

Everything is drawn from ``Random(f"{seed}/{number}")``, and nobody draws from another's chances.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable
from random import Random

from throughline.simulator.aftermath import deeds_after
from throughline.simulator.desk import asks
from throughline.simulator.drafts import Device
from throughline.simulator.fates import fulfil
from throughline.simulator.ledgers.silences import CART_IDLE, CHECKOUT_IDLE
from throughline.simulator.person import BOUNDARIES, Kind, Person
from throughline.simulator.placed import Placed
from throughline.simulator.truth import EXPIRES
from throughline.simulator.visits import Intent, visit
from throughline.simulator.world import DAY, HOUR, MINUTE, SECOND, World

VISIT_AT_MOST = 4 * HOUR
"""Who would not be done by the world's end does not come: so no life is cut in the middle of a visit."""
VISITS_AT_MOST = 6

_CONTEXTS = (
    ("web", {"device": "desktop", "os": "Windows", "locale": "de-DE", "country": "DE"}),
    ("web", {"device": "mobile", "os": "iOS", "locale": "en-GB", "country": "GB"}),
    ("web", {"device": "mobile", "os": "Android", "locale": "pt-BR", "country": "BR"}),
    ("app", {"device": "mobile", "os": "iOS", "locale": "en-US", "country": "US"}),
)
_INTENTS: dict[Kind, tuple[Intent, ...]] = {
    "stranger": ("look", "look", "look", "fill", "try"),
    "guest": ("look", "look", "fill", "try", "buy", "buy"),
    "member": ("look", "fill", "try", "buy", "buy"),
}

Deed = Callable[[Person], None]


def live(world: World, number: int) -> list[Person]:
    """The shopper ``number`` (from 1), and who else uses their device. Their drafts are in no order and not on the wire yet."""
    rng = Random(f"{world.seed}/{number}")  # noqa: S311 a story, no secret
    person = _born(world, number, rng)
    Life(person).run(world.first_visit(number - 1))
    shared = person.devices[0]
    if not shared.borrowed or shared.id not in person.logged_in:
        return [person]
    # Only after its owner has logged in on it: what the device did before is then the owner's for good.
    partner = _partner(person)
    Life(partner).run(person.logged_in[shared.id] + rng.randrange(HOUR, 3 * DAY))
    return [person, partner]


def _born(world: World, number: int, rng: Random) -> Person:
    chance = rng.random()
    kind: Kind = "stranger" if chance < 0.45 else "guest" if chance < 0.7 else "member"
    several = kind != "stranger" and rng.random() < 0.4
    devices = [_device(world, f"{world.seed}-{number}-{which}", rng) for which in range(1, 3 if several else 2)]
    person = Person(world, number, kind, rng, devices, named=rng.random() < 0.7)
    if kind == "member":
        person.customer_id = f"c{person.name}"
        devices[0].borrowed = rng.random() < world.rates.shared
    if kind != "stranger":
        person.email = f"shopper{person.name}@mail.example"
        person.phone = f"+4930{world.seed % 1000:03}{number:07}" if rng.random() < 0.2 else None
    return person


def _device(world: World, name: str, rng: Random) -> Device:
    channel, context = rng.choice(_CONTEXTS)
    skew = rng.randrange(-6 * HOUR, 6 * HOUR) if rng.random() < world.rates.skewed else 0
    return Device(f"d{name}", channel, context, skew)


def _partner(owner: Person) -> Person:
    """A second customer on the owner's device."""
    partner = Person(owner.world, -owner.number, "member", owner.rng, [owner.devices[0]], named=owner.named)
    partner.customer_id, partner.email = f"c{partner.name}", f"shopper{partner.name}@mail.example"
    return partner


class Life:
    """Takes deeds off an agenda in order of time; each may put others on it."""

    def __init__(self, person: Person) -> None:
        self.person = person
        self._agenda: list[tuple[int, int, Deed]] = []
        self._entries = 0
        self._visits = 0

    def run(self, starts_at: int) -> None:
        person = self.person
        person.now = starts_at - 1
        self._plan(starts_at, self._visit)
        while self._agenda:
            at, _, deed = heapq.heappop(self._agenda)
            starts = max(at, person.now + 1)
            if starts + VISIT_AT_MOST < person.world.end_at:
                person.come(starts)
                deed(person)

    def _plan(self, at: int, deed: Deed) -> None:
        self._entries += 1
        heapq.heappush(self._agenda, (at, self._entries, deed))

    def _visit(self, person: Person) -> None:
        self._visits += 1
        self._take_a_device(person)
        intents = _INTENTS[person.kind]
        intent: Intent = (
            "buy" if person.holds and person.kind != "stranger" and person.chance(0.5) else person.rng.choice(intents)
        )
        placed = visit(person, intent)
        if placed is not None:
            self._ordered(person, placed)
        elif person.chance(0.03):
            self._plan_all(asks(person, None, person.now + person.between(MINUTE, 2 * DAY)))
        if self._visits < VISITS_AT_MOST and person.chance(0.45):
            self._plan(person.now + self._absence(person), self._visit)

    def _take_a_device(self, person: Person) -> None:
        """Often the other one; who is not logged in there finds another cart."""
        previous = person.device
        person.device = person.rng.choice(person.devices)
        if person.device is not previous and person.named and person.device.id not in person.logged_in and person.chance(0.5):
            person.cart_id, person.checkout_id, person.holds = None, None, {}

    def _ordered(self, person: Person, order: Placed) -> None:
        self._plan_all(deeds_after(person, order, fulfil(person, order)))

    def _plan_all(self, deeds: Iterable[tuple[int, Deed]]) -> None:
        for at, deed in deeds:
            self._plan(at, deed)

    def _absence(self, person: Person) -> int:
        """How long they stay away: minutes, hours, days, or to the microsecond as long as a threshold."""
        chance = person.rng.random()
        if chance < 0.15:
            return person.rng.choice(BOUNDARIES)
        if chance < 0.25:
            idle = person.rng.choice((CHECKOUT_IDLE, CART_IDLE))
            return idle + EXPIRES["cart_abandoned"] + person.rng.choice((-1, 0, 1))
        if chance < 0.35:
            return person.between(3 * MINUTE, CART_IDLE - 5 * SECOND)
        if chance < 0.65:
            return person.between(CART_IDLE + 5 * SECOND, 10 * HOUR)
        return person.between(12 * HOUR, 11 * DAY)
