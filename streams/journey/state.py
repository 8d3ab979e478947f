"""What is remembered of a subject between two entries: structs that pack to a few hundred bytes.

Everything here is written whole and read whole (``array_like`` msgpack); a field added at the end with a default reads old
state. Nothing refers to a clock but instants found in the log. Structs are trees: none can be part of a cycle, so Python's
search for cycles (``gc``) need not look at them.
"""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Struct, field

from streams.journey.entries import Claim, Instant, Touchpoint, Transition, Version

Evidence = tuple[str, int, int, int]
"""(event_id, topic, partition, offset) of an event that a conclusion rests on."""


def evidence_of(touchpoint: Touchpoint) -> Evidence:
    return (touchpoint.event_id, *touchpoint.source)


class Cart(Struct, array_like=True, gc=False):
    key: str
    items: dict[str, list[Any]] = {}
    """Product id to [quantity, price in minor units or None]."""
    currency: str | None = None
    changed_by: Evidence | None = None
    """The last change: its event id is the anchor of an abandonment."""
    changed_at: Instant = 0
    checkout_since: bool = False
    """A checkout of it started after its last change."""
    opened_for: str | None = None
    """The anchor of the last abandonment: one change is abandoned once."""
    passed_over: Instant = -1
    """The activity whose silence was put down to an abandoned checkout."""

    @property
    def value_minor(self) -> int | None:
        prices = [price for _, price in self.items.values()]
        if not prices or None in prices:
            return None
        return sum(int(quantity) * int(price) for quantity, price in self.items.values())

    @property
    def count(self) -> int:
        return sum(int(quantity) for quantity, _ in self.items.values())


class Checkout(Struct, array_like=True, gc=False):
    key: str
    cart: str | None = None
    """The key of the cart it names; without one it is of every cart."""
    value_minor: int | None = None
    currency: str | None = None
    changed_by: Evidence | None = None
    changed_at: Instant = 0
    ordered: bool = False
    opened_for: str | None = None
    failures: int = 0
    """Payments that failed."""
    errors: dict[str, int] = {}
    """Field and step to the errors shown since the step was last completed."""
    names: list[str] = []
    """The ids it was given after it had begun without."""
    awaits_name: bool = False
    """It was started without a name, and none has been heard since."""


class Parcel(Struct, array_like=True, gc=False):
    dispatched_at: Instant | None = None
    attempted_at: Instant | None = None
    """First of delivery attempted, ready for pickup, delivered."""
    delivered_at: Instant | None = None
    returned_at: Instant | None = None
    word: Evidence | None = None
    """The last that was heard of its way."""
    word_at: Instant = 0
    awaits: str | None = None
    """``first scan`` or ``scan``: what must follow; None while nothing must."""
    silent: bool = False
    """The silence after its last word has been told."""
    pickup: Evidence | None = None
    pickup_at: Instant = 0
    """When it was first ready for pickup."""
    pickup_judged: bool = False


class Order(Struct, array_like=True, gc=False):
    key: str
    """``order:7``, or ``shipment:s`` of a parcel whose order nobody named."""
    ordered_at: Instant | None = None
    ordered_by: Evidence | None = None
    total_minor: int | None = None
    currency: str | None = None
    cart_id: str | None = None
    checkout_id: str | None = None
    cancelled_at: Instant | None = None
    refunded_at: Instant | None = None
    refunded_minor: int | None = None
    dispatch_by: Instant | None = None
    dispatched_at: Instant | None = None
    promised_at: Instant | None = None
    promised_by: Evidence | None = None
    promise_known_at: Instant = 0
    timezone: str | None = None
    estimated_at: Instant | None = None
    estimated_by: Evidence | None = None
    estimated_day: int | None = None
    """Its proleptic ordinal, where the estimate is a day and nobody says of which place."""
    first_attempt_at: Instant | None = None
    delivered_at: Instant | None = None
    return_requested_at: Instant | None = None
    return_received_at: Instant | None = None
    parcels: dict[str, Parcel] = {}
    touched_at: Instant = 0
    dispatch_late: bool = False
    """An episode of this kind was opened, whatever became of it."""
    delivery_late: bool = False
    dated_at: Instant = 0
    """When its date of dispatch was last spoken of: by a date that was past already it is late from then on, not before."""
    returned_at: Instant | None = None
    """A parcel of it came back undelivered."""
    returned_by: Evidence | None = None
    """The last that said so."""
    delivered_by: Evidence | None = None
    refunded_by: Evidence | None = None
    """The last one."""
    return_received_by: Evidence | None = None
    refund_late: bool = False
    asked_for: bool = False
    """The customer has been looking for it, and that was told."""
    status_views: int = 0
    """How often its status was looked up while it was on its way."""
    next_due: Instant | None = None
    """When the first of its own deadlines falls if nothing happens before."""

    @property
    def waiting(self) -> bool:
        """Somebody still waits: for a parcel that was promised or is on its way, or for a return."""
        if self.return_requested_at is not None and self.return_received_at is None:
            return True
        over = self.delivered_at or self.cancelled_at or self.return_received_at
        return over is None and (self.promised_at is not None or bool(self.parcels))

    @property
    def worth(self) -> tuple[int | None, str | None]:
        return self.total_minor, self.currency

    @property
    def on_its_way(self) -> bool:
        over = self.delivered_at or self.cancelled_at or self.returned_at
        return over is None and self.dispatched_at is not None


class Ticket(Struct, array_like=True, gc=False):
    key: str
    open: bool = False
    opened_at: Instant | None = None
    opened_by: Evidence | None = None
    order: str | None = None
    """The order it was opened about, as the producer names it."""
    waiting_by: Evidence | None = None
    """The customer's first word that nobody has answered yet."""
    waiting_at: Instant = 0
    late_for: str | None = None
    """The word whose missing answer has been told."""
    touched_at: Instant = 0
    journey: int = 0
    """The number of the last journey it was heard of in."""
    next_due: Instant | None = None


class Episode(Struct, array_like=True, gc=False):
    """One stretch of trouble: opened once, perhaps ended."""

    kind: str
    key: str
    anchor: str
    journey: str
    """The journey's id."""
    due_at: Instant
    severity: str
    evidence: list[Evidence]
    transitions: list[Transition]
    value_minor: int | None = None
    currency: str | None = None
    claimed: int = 0
    """How many of its transitions the key's keeper was told."""
    detail: str = ""
    """What its detector must know of it to end it."""

    @property
    def open(self) -> bool:
        return self.transitions[-1].status == "opened"

    @property
    def opened_at(self) -> Instant:
        return self.transitions[0].at

    def visible(self, as_of: Instant) -> int:
        """How many transitions may be told: none that waiting found before the clock has passed it, nor what follows one."""
        for count, transition in enumerate(self.transitions):
            if transition.by_deadline and transition.at >= as_of:
                return count
        return len(self.transitions)


class Session(Struct, array_like=True, gc=False):
    id: str
    number: int
    started_at: Instant
    ended_at: Instant
    touchpoints: int = 0
    channel: str | None = None
    products_viewed: int = 0
    products_added: int = 0
    orders: int = 0
    first: str = ""
    """The event that began it: signals know it by this, whoever turns out to be the customer."""
    ends_at: Instant = 0
    """If the customer stays away until then, and the clock passes it, the session is over."""
    dead_searches: int = 0
    """Searches without results since a product was last viewed."""
    errors: int = 0
    pages: list[tuple[Instant, int]] = []
    """The latest page views: when, and which page."""
    denied: Evidence | None = None
    """The last coupon denied, if no order followed."""
    told: list[str] = []
    """Kinds of trouble that it has had: each once."""
    passed_over: Instant = -1
    """The activity whose silence was put down to an abandoned cart or checkout."""

    @property
    def key(self) -> str:
        return f"session:{self.first}"


class Journey(Struct, array_like=True, gc=False):
    id: str
    number: int
    opened_at: Instant
    last_at: Instant
    last_own_at: Instant = 0
    last_own: Evidence | None = None
    touchpoints: int = 0
    sessions: int = 0
    session: Session | None = None
    channels: list[str] = []
    stages: dict[str, Instant] = {}
    carts: dict[str, Cart] = {}
    checkouts: dict[str, Checkout] = {}
    orders: dict[str, Order] = {}
    implicit_cart: str | None = None
    implicit_checkout: str | None = None
    cart_count: int = 0
    checkout_count: int = 0
    order_count: int = 0
    tickets: dict[str, Ticket] = {}
    ticket_count: int = 0
    """Of those, heard of in this journey."""
    replies: int = 0
    scores: list[tuple[str, float, float]] = []
    signals: int = 0
    friction: int = 0


class Fold(Struct, array_like=True, gc=False):
    """The fold over a subject's touchpoints so far."""

    journeys: int = 0
    """Journeys begun, the open one included."""
    orders: int = 0
    journey: Journey | None = None
    shipments: dict[str, str] = {}
    """Shipment to the order it belongs to, whenever that was said."""
    past_orders: dict[str, Order] = {}
    """Those of closed journeys: what comes of them later adds to what is known."""
    carts: dict[str, Cart] = {}
    """Those that the last journey left; the next one finds them as they were."""
    checkouts: dict[str, Checkout] = {}
    implicit_cart: str | None = None
    implicit_checkout: str | None = None
    tickets: dict[str, Ticket] = {}
    episodes: list[Episode] = []
    """Those that are open or not yet told to the end."""
    next_due: Instant | None = None
    """When the next deadline falls, if nothing happens before."""
    fired: Instant = -1
    """The latest deadline that has fallen."""
    through: tuple[Instant, str] = (-1, "")
    """The order of the last touchpoint in it."""


class Link(Struct, array_like=True, frozen=True, gc=False):
    at: Instant
    target: str
    event_id: str


class Subject(Struct, array_like=True, gc=False):
    """An identifier: the touchpoints it carries, whose it is, and, while it is nobody's, its journey."""

    next_due: Instant | None = None
    """When it must be asked again. First, so that recovery can peek."""
    applied: Version = (0, -1)
    """The position in the log that it has seen; nothing at or before it counts again."""
    as_of: Instant = 0
    """The firing clock at which it last said what it knows."""
    links: list[Link] = []
    revocations: list[Link] = []
    contributors: dict[str, Version] = {}
    """Who has sent touchpoints, and the newest version seen of each; a touchpoint's ``via`` counts along it from 1."""
    touchpoints: list[Touchpoint] = []
    """Sorted by (at, event_id)."""
    late: dict[str, tuple[int, tuple[int, int, int], Instant]] = {}
    """Events past the lateness window, by id: digest, source and when they came, so that they count once."""
    seen: dict[int, Instant] = {}
    """Of touchpoints let go within the lateness window: 64 bits of the id, and when it was."""
    base: Fold = field(default_factory=Fold)
    """The fold over what has been let go."""
    fold: Fold = field(default_factory=Fold)
    gone: tuple[Instant, str] = (-1, "")
    """The order of the last touchpoint let go while it was somebody else's: whoever it was sent to keeps what is up to here."""


class Held(Struct, array_like=True, gc=False):
    """What journeys claim of one episode, and what was last published of it."""

    claims: dict[str, tuple[Version, Claim | None]] = {}
    """By sender, its newest."""
    published_of: str | None = None
    """Whose claim was last published."""
    published_was: Claim | None = None
    """That claim, where its sender says something else by now: what is the same is kept once."""
    status: str | None = None
    ended_at: Instant | None = None
    retract_after: Instant | None = None
    """Nobody claims it any more: it is retracted when the clock passes this and nobody has claimed it anew."""
    changed_at: Instant = 0

    @property
    def published(self) -> Claim | None:
        if self.published_of is None or self.published_was is not None:
            return self.published_was
        return self.claims[self.published_of][1]


class Key(Struct, array_like=True, gc=False):
    """What an episode is about: a cart, an order … It alone says what is published of itself."""

    next_due: Instant | None = None
    applied: Version = (0, -1)
    held: dict[str, Held] = {}


class Peek(Struct, array_like=True, gc=False):
    """The first field of any state, read alone."""

    next_due: Instant | None = None


class ClockState(Struct, array_like=True, gc=False):
    """The partition's own record: where its clock stands."""

    next_due: Instant | None = None
    applied: Version = (0, -1)
    levels: list[dict[str, tuple[Instant, int]]] = []
    """By level and channel: its last tick, and how many it has had."""
    sent: list[Instant] = []
    replay: bool = False


subject_decoder = msgspec.msgpack.Decoder(Subject)
fold_decoder = msgspec.msgpack.Decoder(Fold)
peek_decoder = msgspec.msgpack.Decoder(Peek)
key_decoder = msgspec.msgpack.Decoder(Key)
clock_decoder = msgspec.msgpack.Decoder(ClockState)
encoder = msgspec.msgpack.Encoder()
