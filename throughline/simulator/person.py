"""One person: their devices, what they go by, and what they do, act by act.

``do`` is for their own acts: it moves their time on. ``tell`` is for what others say about them (the shop, a carrier, an agent)
and may lie ahead. Nothing is said from the world's end on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any, Literal

from throughline.simulator.drafts import NOTHING, Device, Draft, Ids
from throughline.simulator.ledgers.silences import CART_IDLE, CHECKOUT_IDLE
from throughline.simulator.truth import Episode
from throughline.simulator.world import MINUTE, SECOND, World

Kind = Literal["stranger", "guest", "member"]
"""Never says who they are; gives an e-mail to order; has an account."""

BOUNDARIES = tuple(idle + beside for idle in (CHECKOUT_IDLE, CART_IDLE) for beside in (-1, 0, 1))
"""The silences where a signal opens or does not: each threshold with its two neighbours."""
HESITATES = 0.03
HESITATIONS = 2
"""At most, in one visit."""


@dataclass(slots=True)
class Person:
    world: World
    number: int
    kind: Kind
    rng: Random
    devices: list[Device]
    named: bool
    """Their shop gives carts and checkouts an id."""
    now: int = 0
    device: Device = field(init=False)
    customer_id: str | None = None
    email: str | None = None
    phone: str | None = None
    known_by: set[str] = field(default_factory=set)
    """The identifiers that some event has joined to them; the others would be strangers."""
    logged_in: dict[str, int] = field(default_factory=dict)
    """Device to since when."""
    cart_id: str | None = None
    holds: dict[str, int] = field(default_factory=dict)
    """Product to pieces, of the current cart."""
    checkout_id: str | None = None
    orders: list[str] = field(default_factory=list)
    parcels: dict[str, str] = field(default_factory=dict)
    """Shipment to the order it is of."""
    drafts: list[Draft] = field(default_factory=list)
    acts: list[tuple[int, str]] = field(default_factory=list)
    tickets: int = 0
    broken: list[Episode] = field(default_factory=list)
    """What was planned to go wrong with their orders."""
    hesitations: int = 0
    just_arrived: bool = False
    events: int = 0

    def __post_init__(self) -> None:
        self.device = self.devices[0]

    @property
    def name(self) -> str:
        """Unique among all worlds' people by seed and number."""
        return f"{self.world.seed}-{self.number}" if self.number >= 0 else f"{self.world.seed}-{-self.number}b"

    @property
    def names_late(self) -> bool:
        """Their shop names a checkout from its first step on, not at its start, as Segment's events do."""
        return self.named and self.number % 3 == 0

    def chance(self, share: float) -> bool:
        return self.rng.random() < share

    def between(self, low: int, high: int) -> int:
        """A whole number from ``low``, below ``high``."""
        return low + int(self.rng.random() * (high - low))

    def come(self, at: int) -> None:
        """A visit begins: its first act is exactly now."""
        self.now, self.just_arrived, self.hesitations = at, True, 0

    def _pause(self) -> int:
        """How long they take to the next act: seconds, mostly."""
        if self.just_arrived:
            self.just_arrived = False
            return 0
        if self.hesitations < HESITATIONS and self.chance(HESITATES):
            self.hesitations += 1
            return self._hesitation()
        return self.between(2 * SECOND, 90 * SECOND)

    def _hesitation(self) -> int:
        """To the door, to the phone: about as long as a session may pause."""
        if self.chance(0.5):
            return self.rng.choice(BOUNDARIES)
        if self.chance(0.5):
            return self.between(CHECKOUT_IDLE + MINUTE, CART_IDLE - MINUTE)
        return self.between(CART_IDLE + MINUTE, 75 * MINUTE)

    def identity(self) -> Ids:
        """What an act on the current device carries."""
        customer = self.customer_id if self.device.id in self.logged_in else None
        return {"customer_id": customer, "anonymous_id": self.device.id}

    def contact(self) -> Ids:
        """What they go by where there is no device: a letter, a call, a form of the help desk."""
        ways: list[tuple[str, str | None]] = [("customer_id", self.customer_id), ("email", self.email), ("phone", self.phone)]
        known = [(name, value) for name, value in ways if value is not None and value in self.known_by]
        return dict([self.rng.choice(known)]) if known else {"anonymous_id": self.device.id}

    def do(
        self,
        type: str,
        properties: Mapping[str, Any] = NOTHING,
        refs: Ids = NOTHING,
        *,
        after: int | None = None,
        by: Ids | None = None,
        channel: str | None = None,
    ) -> None:
        """Their own act, about ``refs``, on the current device unless ``by`` says what they go by."""
        pause = self._pause()
        self.now += pause if after is None else after
        self.acts.append((self.now, type))
        device = self.device if by is None else None
        ids = {**(self.identity() if by is None else by), **refs}
        self._say(Draft(self.now, type, self._next_id(), ids, properties, device, channel or self.device.channel, own=True))

    def tell(self, at: int, type: str, properties: Mapping[str, Any], ids: Ids, channel: str = "other") -> None:
        """What somebody else says of them, at ``at``."""
        self._say(Draft(at, type, self._next_id(), ids, properties, channel=channel))

    def _next_id(self) -> str:
        self.events += 1
        return f"e{self.name}-{self.events}"

    def _say(self, draft: Draft) -> None:
        if draft.at < self.world.end_at:
            self.drafts.append(draft)

    def joins(self, *names: str) -> Ids:
        """These of their identifiers, to be said together with what they go by here: from then on each is theirs."""
        said = {name: getattr(self, name) for name in names}
        self.known_by.update(value for value in said.values() if value is not None)
        self.known_by.add(self.device.id)
        return said

    @property
    def identifiers(self) -> list[str]:
        """What some event has said of them, the strongest first."""
        ways = (("customer", self.customer_id), ("email", self.email), ("phone", self.phone))
        named = [f"{kind}:{value}" for kind, value in ways if value is not None and value in self.known_by]
        return named + [f"anonymous:{device.id}" for device in self.devices if not device.borrowed or self.number >= 0]
