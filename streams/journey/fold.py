"""A journey is a fold over its touchpoints in the order of (occurred_at, event_id), with the deadlines that fall between them.

Before a touchpoint counts, every deadline *before* it falls: an event at the very moment of a deadline is still in time. What
is found depends on the touchpoints and on the moment as of which one asks, on nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from msgspec import Struct, field

from schemas.events import CATALOGUE, CHANNELS, NUMBERED
from schemas.signals import KINDS
from schemas.tables import JourneyRow, OrderRow, SessionRow
from streams.journey import carts, orders, rows, sessions, tickets
from streams.journey.detectors import Detector
from streams.journey.entries import Instant, Touchpoint, Transition
from streams.journey.rules import Rules, micros
from streams.journey.state import Episode, Fold, Journey, Order, Session, Ticket, evidence_of

SEVERITY = {"info": 0, "warning": 1, "error": 2, "critical": 4}
"""What an episode adds to its journey's friction score."""
Rowlike = SessionRow | JourneyRow | OrderRow
Changed = Order | Ticket | None


class Outcome(Struct, gc=False):
    """What a stretch of folding has ended or changed: rows by (table, id)."""

    rows: dict[tuple[str, str], Rowlike] = field(default_factory=dict)
    orders: dict[str, None] = field(default_factory=dict)
    """Keys of orders that have changed and stand in the open journey, in order."""


Work = Callable[[Fold, Journey, Touchpoint, Outcome], Changed]
"""What a touchpoint changes besides its journey and session; the order or ticket whose deadlines may have changed."""


class Kind(Struct, gc=False):
    """What there is to do about an event of one type."""

    own: bool
    stage: str | None
    works: tuple[Work, ...]
    detectors: tuple[Detector, ...]
    """Those for whom it alone may be trouble."""


class Folder:
    """The fold's step under given rules."""

    def __init__(self, rules: Rules) -> None:
        self._gap = micros(rules.session_gap)
        self._quiet = micros(rules.journey_quiet)
        self._order_waits = micros(rules.order_waits)
        self._by_kind = {detector.kind: detector for detector in rules.detectors}
        self._kinds = [_kind(name, rules) for name in NUMBERED]
        self._with_deadlines = [detector for detector in rules.detectors if detector.watches is not None]
        self._of_carts, self._of_checkouts, self._of_sessions, self._of_orders, self._of_tickets = (
            [detector for detector in rules.detectors if detector.watches == watched]
            for watched in ("carts", "checkouts", "sessions", "orders", "tickets")
        )

    def apply(self, subject: str, fold: Fold, touchpoint: Touchpoint, outcome: Outcome) -> None:
        """One touchpoint, not before any that is folded so far."""
        at, place = touchpoint.at, (touchpoint.at, touchpoint.event_id)
        if fold.through == place:
            return  # it came by two ways, and counts once
        if fold.next_due is not None and fold.next_due < at:
            self.advance(subject, fold, at, outcome)
        fold.through = place
        journey = fold.journey
        if journey is None:
            journey = fold.journey = self._begin(subject, fold, touchpoint)
        kind = self._kinds[touchpoint.number]
        self._touch(subject, journey, touchpoint, kind, outcome)
        for work in kind.works:
            changed = work(fold, journey, touchpoint, outcome)
            if changed is not None:
                self._set_due(changed, journey)
        if fold.episodes:
            self._end_episodes(fold, journey, touchpoint)
        for detector in kind.detectors:
            for found in detector.on_event(touchpoint, journey, fold):
                if type(found) is Episode:
                    _opened(fold, journey, found)
        if touchpoint.facts.get("request") == "erasure":
            self._forget(subject, fold, journey, at, outcome)
        fold.next_due = self._next_due(fold)

    def advance(self, subject: str, fold: Fold, before: Instant, outcome: Outcome) -> None:
        """Every deadline before the given moment falls, the earliest first."""
        while fold.next_due is not None and fold.next_due < before:
            now = fold.next_due
            fold.fired = max(fold.fired, now)
            self._expire(fold, now)
            self._open_due(fold, now, outcome)
            journey = fold.journey
            if journey is not None and self._closes_at(journey) <= now:
                self._close(subject, fold, journey, now, outcome)
            fold.next_due = self._next_due(fold)

    def _begin(self, subject: str, fold: Fold, touchpoint: Touchpoint) -> Journey:
        fold.journeys += 1
        journey = Journey(rows.journey_id(subject, touchpoint.event_id), fold.journeys, touchpoint.at, touchpoint.at)
        journey.carts, journey.implicit_cart = fold.carts, fold.implicit_cart
        journey.checkouts, journey.implicit_checkout = fold.checkouts, fold.implicit_checkout
        journey.tickets = fold.tickets
        fold.carts, fold.checkouts, fold.implicit_cart, fold.implicit_checkout, fold.tickets = {}, {}, None, None, {}
        return journey

    def _touch(self, subject: str, journey: Journey, touchpoint: Touchpoint, kind: Kind, outcome: Outcome) -> None:
        at, number = touchpoint.at, touchpoint.channel_number
        channel = None if number is None else CHANNELS[number]
        journey.last_at = at
        journey.touchpoints += 1
        if kind.stage is not None and kind.stage not in journey.stages:
            journey.stages[kind.stage] = at
        if channel is not None and channel not in journey.channels:
            journey.channels.append(channel)
        if kind.own:
            journey.last_own_at, journey.last_own = at, evidence_of(touchpoint)
            session = journey.session
            if session is None or at - session.ended_at > self._gap:
                session = self._visit(subject, journey, touchpoint, outcome)
            session.ended_at, session.ends_at = at, at + self._gap
            session.touchpoints += 1
            if session.channel is None:
                session.channel = channel

    def _visit(self, subject: str, journey: Journey, touchpoint: Touchpoint, outcome: Outcome) -> Session:
        """The customer has been away for long: another session begins."""
        if journey.session is not None:
            row = rows.session_row(subject, journey, journey.session)
            outcome.rows["sessions", row.session_id] = row
        journey.sessions += 1
        session_id = rows.session_id(subject, touchpoint.event_id)
        journey.session = Session(session_id, journey.sessions, touchpoint.at, touchpoint.at, first=touchpoint.event_id)
        return journey.session

    def _end_episodes(self, fold: Fold, journey: Journey, touchpoint: Touchpoint) -> None:
        for episode in fold.episodes:
            if not episode.open or episode.key in fold.past_orders:
                continue
            reason = self._by_kind[episode.kind].ended_by(episode, journey, touchpoint)
            if reason is not None:
                episode.transitions.append(Transition(touchpoint.at, "resolved", reason, by_deadline=False))

    def _expire(self, fold: Fold, now: Instant) -> None:
        for episode in fold.episodes:
            if self._expiry(episode, fold) == now:
                episode.transitions.append(Transition(now, "expired", "Nothing more came of it.", by_deadline=True))

    def _expiry(self, episode: Episode, fold: Fold) -> Instant | None:
        if fold.journey is None or not episode.open:
            return None
        return self._by_kind[episode.kind].expires_at(episode, fold.journey)

    def _open_due(self, fold: Fold, now: Instant, outcome: Outcome) -> None:
        journey = fold.journey
        if journey is None:
            return
        for detector in self._with_deadlines:
            for thing in things(detector, journey):
                due = detector.due(thing, journey)
                if type(due) is not int or due > now:
                    continue
                episode = detector.on_deadline(thing, journey, due, fold.episodes)
                if isinstance(thing, Order | Ticket):
                    self._set_due(thing, journey)
                if episode is not None:
                    _opened(fold, journey, episode)
                    if isinstance(thing, Order):
                        outcome.orders[thing.key] = None

    def _set_due(self, thing: Order | Ticket, journey: Journey) -> None:
        """What an order or a ticket waits for changes only with itself."""
        detectors = self._of_orders if isinstance(thing, Order) else self._of_tickets
        thing.next_due = min((due for one in detectors if type(due := one.due(thing, journey)) is int), default=None)

    def _next_due(self, fold: Fold) -> Instant | None:
        """Asked after every touchpoint, so in plain loops."""
        journey = fold.journey
        if journey is None:
            return None
        soonest = self._closes_at(journey)
        for order in journey.orders.values():
            if order.next_due is not None and order.next_due < soonest:
                soonest = order.next_due
        for ticket in journey.tickets.values():
            if ticket.next_due is not None and ticket.next_due < soonest:
                soonest = ticket.next_due
        for cart in journey.carts.values():
            soonest = _sooner(self._of_carts, cart, journey, soonest)
        for checkout in journey.checkouts.values():
            soonest = _sooner(self._of_checkouts, checkout, journey, soonest)
        if journey.session is not None:
            soonest = _sooner(self._of_sessions, journey.session, journey, soonest)
        for episode in fold.episodes:
            expiry = self._expiry(episode, fold)
            if expiry is not None and expiry < soonest:
                soonest = expiry
        return soonest

    def _closes_at(self, journey: Journey) -> Instant:
        """After the quiet days, or when what is still open has been waited for long enough."""
        closes = journey.last_at + self._quiet
        for order in journey.orders.values():
            if order.waiting:
                closes = max(closes, order.touched_at + self._order_waits)
        if journey.tickets and any(ticket.open for ticket in journey.tickets.values()):
            closes = max(closes, journey.last_at + self._order_waits)
        return closes

    def _close(self, subject: str, fold: Fold, journey: Journey, at: Instant, outcome: Outcome) -> None:
        write_open(subject, fold, outcome, list(journey.orders), closed_at=at)
        fold.carts, fold.implicit_cart = journey.carts, journey.implicit_cart
        fold.checkouts, fold.implicit_checkout = journey.checkouts, journey.implicit_checkout
        fold.tickets = {name: ticket for name, ticket in journey.tickets.items() if ticket.touched_at + self._order_waits > at}
        fold.past_orders.update(journey.orders)
        for key, order in list(fold.past_orders.items()):
            if order.touched_at + self._order_waits <= at:
                del fold.past_orders[key]
        fold.journey = None

    def _forget(self, subject: str, fold: Fold, journey: Journey, at: Instant, outcome: Outcome) -> None:
        """The customer wants to be forgotten: all is over, and whoever comes back is somebody new."""
        for episode in fold.episodes:
            if episode.open and KINDS[episode.kind].lasting:
                reason = "The customer asked to be forgotten."
                episode.transitions.append(Transition(at, "expired", reason, by_deadline=False))
        self._close(subject, fold, journey, at, outcome)
        fold.carts, fold.checkouts, fold.implicit_cart, fold.implicit_checkout = {}, {}, None, None
        fold.tickets, fold.past_orders, fold.orders = {}, {}, 0


def write_open(subject: str, fold: Fold, outcome: Outcome, changed: list[str], closed_at: Instant | None = None) -> None:
    """The rows of the open journey as it stands: itself, its session, and the orders named."""
    journey = fold.journey
    if journey is None:
        return
    standing = [episode for episode in fold.episodes if episode.open and KINDS[episode.kind].lasting]
    signals_open = sum(episode.journey == journey.id for episode in standing)
    row = rows.journey_row(subject, journey, closed_at, signals_open)
    outcome.rows["journeys", row.journey_id] = row
    if journey.session is not None:
        session = rows.session_row(subject, journey, journey.session)
        outcome.rows["sessions", session.session_id] = session
    for key in changed:
        if key in journey.orders:
            order = rows.order_row(subject, journey, journey.orders[key])
            outcome.rows["orders", order.order_id] = order


def _opened(fold: Fold, journey: Journey, episode: Episode) -> None:
    fold.episodes.append(episode)
    journey.signals += 1
    journey.friction += SEVERITY[episode.severity]


def things(detector: Detector, journey: Journey) -> Iterable[Any]:
    """What it watches in a journey."""
    if detector.watches == "sessions":
        return () if journey.session is None else (journey.session,)
    return list(getattr(journey, str(detector.watches)).values())


def _sooner(detectors: Iterable[Detector], thing: Any, journey: Journey, soonest: Instant) -> Instant:
    for detector in detectors:
        due = detector.due(thing, journey)
        if type(due) is int and due < soonest:
            soonest = due
    return soonest


def _cart(fold: Fold, journey: Journey, touchpoint: Touchpoint, outcome: Outcome) -> Changed:
    carts.apply(journey, touchpoint)
    return None


def _order(fold: Fold, journey: Journey, touchpoint: Touchpoint, outcome: Outcome) -> Changed:
    counted = journey.order_count
    order = orders.apply(fold, journey, touchpoint)
    if order is not None:
        outcome.orders[order.key] = None
    if journey.order_count > counted:
        fold.orders += 1
        if fold.orders > 1:
            journey.stages.setdefault("repeat", touchpoint.at)
    return order


def _session(fold: Fold, journey: Journey, touchpoint: Touchpoint, outcome: Outcome) -> Changed:
    assert journey.session is not None
    sessions.apply(journey.session, touchpoint)
    return None


def _looked_up(fold: Fold, journey: Journey, touchpoint: Touchpoint, outcome: Outcome) -> Changed:
    if touchpoint.facts.get("kind") is not None:
        for order in orders.meant(fold, journey, touchpoint):
            order.status_views += 1
    return None


def _ticket(fold: Fold, journey: Journey, touchpoint: Touchpoint, outcome: Outcome) -> Changed:
    return tickets.apply(journey, touchpoint)


def _score(fold: Fold, journey: Journey, touchpoint: Touchpoint, outcome: Outcome) -> Changed:
    facts = touchpoint.facts
    survey, score, scale = str(facts.get("survey", "review")), facts.get("score"), facts.get("scale_max", 5)
    if isinstance(score, int | float) and isinstance(scale, int | float):
        journey.scores.append((survey, float(score), float(scale)))  # as state unpacks them
    return None


_WORKS: tuple[tuple[Work, frozenset[str]], ...] = (
    (_session, sessions.TYPES),
    (_cart, carts.TYPES),
    (_order, orders.TYPES),
    (_looked_up, frozenset(["page_viewed"])),
    (_ticket, tickets.TYPES),
    (_score, frozenset(["survey_answered", "review_posted"])),
)


def _kind(name: str, rules: Rules) -> Kind:
    return Kind(
        own=CATALOGUE[name].own,
        stage=CATALOGUE[name].stage,
        works=tuple(work for work, types in _WORKS if name in types),
        detectors=tuple(detector for detector in rules.detectors if name in detector.opened_by),
    )
