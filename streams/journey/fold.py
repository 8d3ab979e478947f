"""A journey is a fold over its touchpoints in the order of (occurred_at, event_id), with the deadlines that fall between them.

Before a touchpoint counts, every deadline *before* it falls: an event at the very moment of a deadline is still in time. What
is found depends on the touchpoints and on the moment as of which one asks, on nothing else.
"""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct, field

from schemas.events import CATALOGUE
from schemas.tables import JourneyRow, OrderRow, SessionRow
from streams.journey import carts, orders, rows
from streams.journey.detectors import Detector
from streams.journey.entries import Instant, Touchpoint, Transition
from streams.journey.rules import Rules, micros
from streams.journey.state import Episode, Fold, Journey, Session, evidence_of

SEVERITY = {"info": 0, "warning": 1, "error": 2, "critical": 4}
"""What an episode adds to its journey's friction score."""
_STAGES = {name: kind.stage for name, kind in CATALOGUE.items()}
Rowlike = SessionRow | JourneyRow | OrderRow


class Outcome(Struct):
    """What a stretch of folding has ended or changed: rows by (table, id), and the episodes it touched."""

    rows: dict[tuple[str, str], Rowlike] = field(default_factory=dict)
    orders: dict[str, None] = field(default_factory=dict)
    """Keys of orders that have changed and stand in the open journey, in order."""
    episodes: list[Episode] = field(default_factory=list)
    """Opened or ended here, in that order; one that is ended where it was opened stands once."""


class Folder:
    """The fold's step under given rules."""

    def __init__(self, rules: Rules) -> None:
        self._gap = micros(rules.session_gap)
        self._quiet = micros(rules.journey_quiet)
        self._order_waits = micros(rules.order_waits)
        self._detectors = rules.detectors
        self._by_kind: dict[str, Detector] = {detector.kind: detector for detector in rules.detectors}
        self._expires = {detector.kind: micros(detector.expires) for detector in rules.detectors if detector.expires is not None}

    def apply(self, subject: str, fold: Fold, touchpoint: Touchpoint, outcome: Outcome) -> None:
        """One touchpoint, not before any that is folded so far."""
        at = touchpoint.at
        if fold.through == (at, touchpoint.event_id):
            return  # it came by two ways, and counts once
        if fold.next_due is not None and fold.next_due < at:
            self.advance(subject, fold, at, outcome)
        fold.through = (at, touchpoint.event_id)
        journey = fold.journey
        if journey is None:
            journey = fold.journey = self._begin(subject, fold, touchpoint)
        self._touch(subject, journey, touchpoint, outcome)
        for work in _WORK.get(touchpoint.type, ()):
            work(fold, journey, touchpoint, outcome)
        if fold.episodes:
            self._end_episodes(fold, journey, touchpoint, outcome)
        if touchpoint.type == "privacy_requested" and touchpoint.facts.get("request") == "erasure":
            self._close(subject, fold, journey, at, outcome)
        fold.next_due = self._next_due(fold)

    def advance(self, subject: str, fold: Fold, before: Instant, outcome: Outcome) -> None:
        """Every deadline before the given moment falls, the earliest first."""
        while fold.next_due is not None and fold.next_due < before:
            now = fold.next_due
            fold.fired = max(fold.fired, now)
            self._expire(fold, now, outcome)
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
        fold.carts, fold.checkouts, fold.implicit_cart, fold.implicit_checkout = {}, {}, None, None
        return journey

    def _touch(self, subject: str, journey: Journey, touchpoint: Touchpoint, outcome: Outcome) -> None:
        at, channel = touchpoint.at, touchpoint.channel
        journey.last_at = at
        journey.touchpoints += 1
        stage = _STAGES[touchpoint.type]
        if stage is not None and stage not in journey.stages:
            journey.stages[stage] = at
        if channel is not None and channel not in journey.channels:
            journey.channels.append(channel)
        if touchpoint.own:
            journey.last_own_at, journey.last_own = at, evidence_of(touchpoint)
            session = journey.session
            if session is None or at - session.ended_at > self._gap:
                session = self._visit(subject, journey, touchpoint, outcome)
            session.ended_at = at
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
        journey.session = Session(session_id, journey.sessions, touchpoint.at, touchpoint.at)
        return journey.session

    def _end_episodes(self, fold: Fold, journey: Journey, touchpoint: Touchpoint, outcome: Outcome) -> None:
        for episode in fold.episodes:
            if not episode.open or (episode.journey != journey.id and episode.key not in journey.orders):
                continue
            reason = self._by_kind[episode.kind].ended_by(episode, journey, touchpoint)
            if reason is not None:
                episode.transitions.append(Transition(touchpoint.at, "resolved", reason, by_deadline=False))
                _note(outcome, episode)

    def _expire(self, fold: Fold, now: Instant, outcome: Outcome) -> None:
        for episode in fold.episodes:
            if episode.open and self._expiry(episode) == now:
                episode.transitions.append(Transition(now, "expired", "Nothing more came of it.", by_deadline=True))
                _note(outcome, episode)

    def _expiry(self, episode: Episode) -> Instant | None:
        lasts = self._expires.get(episode.kind)
        return None if lasts is None else episode.transitions[0].at + lasts

    def _open_due(self, fold: Fold, now: Instant, outcome: Outcome) -> None:
        journey = fold.journey
        if journey is None:
            return
        for detector in self._detectors:
            for thing in detector.things(journey):
                due = detector.due(thing, journey)
                if due is None or due > now:
                    continue
                episode = detector.open(thing, journey, due, fold.episodes)
                if episode is not None:
                    fold.episodes.append(episode)
                    journey.signals += 1
                    journey.friction += SEVERITY[episode.severity]
                    _note(outcome, episode)
                    if thing.key in journey.orders:
                        outcome.orders[thing.key] = None

    def _next_due(self, fold: Fold) -> Instant | None:
        journey = fold.journey
        if journey is None:
            return None
        soonest = self._closes_at(journey)
        if journey.carts or journey.checkouts or journey.orders:
            for detector in self._detectors:
                for thing in detector.things(journey):
                    due = detector.due(thing, journey)
                    if due is not None and due < soonest:
                        soonest = due
        for episode in fold.episodes:
            if episode.open and (expiry := self._expiry(episode)) is not None:
                soonest = min(soonest, expiry)
        return soonest

    def _closes_at(self, journey: Journey) -> Instant:
        """After the quiet days, or when what is still open has been waited for long enough."""
        closes = journey.last_at + self._quiet
        for order in journey.orders.values():
            if order.waiting:
                closes = max(closes, order.touched_at + self._order_waits)
        if journey.tickets and any(journey.tickets.values()):
            closes = max(closes, journey.last_at + self._order_waits)
        return closes

    def _close(self, subject: str, fold: Fold, journey: Journey, at: Instant, outcome: Outcome) -> None:
        write_open(subject, fold, outcome, list(journey.orders), closed_at=at)
        fold.carts, fold.implicit_cart = journey.carts, journey.implicit_cart
        fold.checkouts, fold.implicit_checkout = journey.checkouts, journey.implicit_checkout
        fold.past_orders.update(journey.orders)
        for key, order in list(fold.past_orders.items()):
            if order.touched_at + self._order_waits <= at:
                del fold.past_orders[key]
        fold.journey = None


def write_open(subject: str, fold: Fold, outcome: Outcome, changed: list[str], closed_at: Instant | None = None) -> None:
    """The rows of the open journey as it stands: itself, its session, and the orders named."""
    journey = fold.journey
    if journey is None:
        return
    signals_open = sum(episode.open and episode.journey == journey.id for episode in fold.episodes)
    row = rows.journey_row(subject, journey, closed_at, signals_open)
    outcome.rows["journeys", row.journey_id] = row
    if journey.session is not None:
        session = rows.session_row(subject, journey, journey.session)
        outcome.rows["sessions", session.session_id] = session
    for key in changed:
        if key in journey.orders:
            order = rows.order_row(subject, journey, journey.orders[key])
            outcome.rows["orders", order.order_id] = order


def _note(outcome: Outcome, episode: Episode) -> None:
    if not any(known is episode for known in outcome.episodes):
        outcome.episodes.append(episode)


Work = Callable[[Fold, Journey, Touchpoint, Outcome], None]


def _cart(fold: Fold, journey: Journey, touchpoint: Touchpoint, outcome: Outcome) -> None:
    carts.apply(journey, touchpoint)


def _order(fold: Fold, journey: Journey, touchpoint: Touchpoint, outcome: Outcome) -> None:
    counted = journey.order_count
    order = orders.apply(fold, journey, touchpoint)
    if order is not None:
        outcome.orders[order.key] = None
    if journey.order_count > counted:
        fold.orders += 1
        if fold.orders > 1:
            journey.stages.setdefault("repeat", touchpoint.at)


def _session(fold: Fold, journey: Journey, touchpoint: Touchpoint, outcome: Outcome) -> None:
    """What sessions count of their touchpoints."""
    session = journey.session
    assert session is not None
    session.products_viewed += touchpoint.type == "product_viewed"
    session.products_added += touchpoint.type == "product_added"
    session.orders += touchpoint.type == "order_completed"


def _support(fold: Fold, journey: Journey, touchpoint: Touchpoint, outcome: Outcome) -> None:
    """Tickets and human replies."""
    kind, ticket = touchpoint.type, touchpoint.refs.get("ticket")
    if kind == "agent_replied":
        journey.replies += touchpoint.facts.get("by") == "human"
    elif ticket is not None:
        journey.tickets[ticket] = kind != "ticket_solved"


def _score(fold: Fold, journey: Journey, touchpoint: Touchpoint, outcome: Outcome) -> None:
    facts = touchpoint.facts
    survey, score, scale = str(facts.get("survey", "review")), facts.get("score"), facts.get("scale_max", 5)
    if isinstance(score, int | float) and isinstance(scale, int | float):
        journey.scores.append((survey, float(score), float(scale)))  # as state unpacks them


_WORK: dict[str, tuple[Work, ...]] = {
    **dict.fromkeys(carts.CHECKOUT_TYPES, (_cart,)),
    **dict.fromkeys(orders.TYPES, (_order,)),
    **dict.fromkeys(("ticket_opened", "ticket_reopened", "customer_replied", "ticket_solved", "agent_replied"), (_support,)),
    **dict.fromkeys(("survey_answered", "review_posted"), (_score,)),
    "product_viewed": (_session,),
    "product_added": (_session, _cart),
    "product_removed": (_cart,),
    "order_completed": (_session, _cart, _order),
}
"""What a touchpoint changes besides its journey and session, by its type."""
