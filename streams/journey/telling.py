"""What a subject says of its journey, and how it takes back what it said.

In order it says what is new. Out of order it folds again, from the last mark before what came, else from the base, and the
difference to what it had said goes out: rows that no longer stand are withdrawn, claims that no longer hold are taken back from
the keys they were made to.
"""

from __future__ import annotations

import msgspec
from msgspec import Struct

from schemas.signals import KINDS, signal_id
from streams.journey.effects import Effects, Moment
from streams.journey.entries import Claim, ClaimEntry, Touchpoint, partition_of
from streams.journey.fold import Folder, Outcome, Rowlike, write_open
from streams.journey.identity import Ownership
from streams.journey.orders import learn_shipments, names_order_anew
from streams.journey.state import Episode, Fold, Subject, encoder, fold_decoder

Claims = dict[tuple[str, str], Claim]
"""By (key, signal id)."""
Said = tuple[dict[tuple[str, str], Rowlike], Claims]
"""Rows by (table, id), and claims."""
NOTHING = Fold().through
"""How far a fold reaches that has nothing in it."""
MARK_EVERY = 8
"""Touchpoints: to fold one costs about as much as to pack a fold."""
MARKS = 4
"""What comes later than the last 32 touchpoints is rare."""


class Mark(Struct, gc=False):
    """A fold on its way, to go on from once more when something comes in behind it."""

    count: int
    """Of the subject's touchpoints, the first ones, are in it."""
    fold: bytes
    rows: dict[tuple[str, str], Rowlike]
    """What was said up to here."""
    claims: Claims
    """Likewise; those of episodes that are still in the fold may be older than the fold."""


class Live:
    """A subject in hand between two commits."""

    __slots__ = ("known", "marks", "name", "outcome", "ownership", "remembers", "said", "state")

    def __init__(self, name: str, state: Subject) -> None:
        self.name = name
        self.state = state
        self.ownership = Ownership(name, state.links, state.revocations)
        self.outcome = Outcome()
        self.said: Said | None = None if state.touchpoints or state.fold.through[0] >= 0 else ({}, {})
        """What it had said of its touchpoints when it was last folded from the base, if that is known: what the outcome has
        comes on top."""
        self.remembers = True
        """Whether the outcome is of touchpoints that it still has, and of no others."""
        self.known = {touchpoint.event_id: touchpoint for touchpoint in state.touchpoints}
        self.marks: list[Mark] = []
        """The latest, in order. To be cleared where touchpoints go."""

    def rows(self) -> dict[tuple[str, str], Rowlike]:
        """All rows that stand, where it is known what was said."""
        assert self.said is not None
        return {**self.said[0], **{identity: row for identity, row in self.outcome.rows.items() if not row.withdrawn}}

    def unmarked(self, count: int) -> int:
        """How far the first so many touchpoints reach beyond the last mark."""
        return count - self.marks[-1].count if self.marks else count

    def mark(self, count: int, fold: Fold, rows: dict[tuple[str, str], Rowlike], claims: Claims) -> None:
        """Note the fold over the first so many touchpoints, and what was said of them."""
        self.marks = [*self.marks[1 - MARKS :], Mark(count, encoder.encode(fold), dict(rows), dict(claims))]


class Teller:
    """Folds a subject's touchpoints and tells what follows: rows into its outcome, claims to the keys they are about."""

    def __init__(self, folder: Folder, partitions: int) -> None:
        self._folder = folder
        self._partitions = partitions

    def extend(self, live: Live, fresh: list[Touchpoint], moment: Moment, out: Effects) -> None:
        state = live.state
        count = len(state.touchpoints) - len(fresh)
        if live.said is not None and live.unmarked(count) >= MARK_EVERY:
            live.mark(count, state.fold, live.rows(), live.said[1])
        learn_shipments(state.fold, fresh)
        for touchpoint in fresh:
            self._folder.apply(live.name, state.fold, touchpoint, live.outcome)
        self._folder.advance(live.name, state.fold, moment.firing, live.outcome)
        state.as_of = max(state.as_of, moment.firing)
        self._claim_steps(live, moment, out)

    def said(self, live: Live) -> Said:
        """All that this subject has said of the touchpoints it still has; what waited for the next commit is said now."""
        write_open(live.name, live.state.fold, live.outcome, list(live.outcome.orders))
        if live.said is None:
            return self._run(live)[1:]
        return live.rows(), live.said[1]

    def _run(self, live: Live) -> tuple[Fold, dict[tuple[str, str], Rowlike], Claims]:
        """The fold over all touchpoints: itself, its rows, and the claims that follow as of now."""
        state, outcome = live.state, Outcome()
        fold, begun, outcome.rows, claims = _begin(live)
        told = dict(claims)
        rest = state.touchpoints[begun:]
        learn_shipments(fold, rest)
        for count, touchpoint in enumerate(rest, begun):
            if live.unmarked(count) >= MARK_EVERY:
                live.mark(count, fold, outcome.rows, told)
            self._folder.apply(live.name, fold, touchpoint, outcome)
        self._folder.advance(live.name, fold, state.as_of, outcome)
        write_open(live.name, fold, outcome, list(fold.journey.orders) if fold.journey is not None else [])
        for episode in fold.episodes:
            episode.claimed = episode.visible(state.as_of)
            if episode.claimed:
                claims[name_of(episode)] = claim_of(episode, episode.claimed)
        return fold, outcome.rows, claims

    def refold(self, live: Live, was: Said, moment: Moment, out: Effects) -> None:
        state = live.state
        state.as_of = max(state.as_of, moment.firing)
        state.fold, rows, claims = self._run(live)
        if live.remembers:
            live.said = rows, dict(claims)
        forget_told(state.fold)
        for identity, row in was[0].items():
            if identity not in rows:
                live.outcome.rows[identity] = msgspec.structs.replace(row, withdrawn=True)
        for identity, row in rows.items():
            if was[0].get(identity) != row:
                live.outcome.rows[identity] = row
        self._tell_difference(live.name, was[1], claims, moment, out)

    def withdraw(self, live: Live, was: Said, moment: Moment, out: Effects) -> None:
        """It is somebody else's now: what was said in its name is taken back."""
        live.outcome.orders.clear()
        live.marks.clear()
        for identity, row in was[0].items():
            live.outcome.rows[identity] = msgspec.structs.replace(row, withdrawn=True)
        self._tell_difference(live.name, was[1], {}, moment, out)

    def _claim_steps(self, live: Live, moment: Moment, out: Effects) -> None:
        """Tell the keepers what has become visible since; forget what is over and told."""
        state = live.state
        if not state.fold.episodes:
            return
        for episode in state.fold.episodes:
            visible = episode.visible(state.as_of)
            if visible > episode.claimed:
                episode.claimed = visible
                identity, claim = name_of(episode), claim_of(episode, visible)
                self._claim(live.name, identity, claim, moment, out)
                if live.said is not None:
                    live.said[1][identity] = claim
        forget_told(state.fold)

    def _tell_difference(self, name: str, was: Claims, now: Claims, moment: Moment, out: Effects) -> None:
        for identity in was:
            if identity not in now:
                self._claim(name, identity, None, moment, out)
        for identity, claim in now.items():
            if was.get(identity) != claim:
                self._claim(name, identity, claim, moment, out)

    def _claim(self, name: str, identity: tuple[str, str], claim: Claim | None, moment: Moment, out: Effects) -> None:
        """Say it to the key's keeper; None withdraws."""
        key, signal = identity
        out.send(partition_of(key, self._partitions), ClaimEntry(key, name, moment.version, signal, claim, moment.cause))


def _begin(live: Live) -> tuple[Fold, int, dict[tuple[str, str], Rowlike], Claims]:
    """Where to fold again from: the last mark that nothing has come in before, else the base."""
    touchpoints = live.state.touchpoints
    while live.marks:
        mark = live.marks[-1]
        if mark.count < len(touchpoints):
            fold = fold_decoder.decode(mark.fold)
            if follow(fold, touchpoints[: mark.count], touchpoints[mark.count :]):
                return fold, mark.count, dict(mark.rows), dict(mark.claims)
        live.marks.pop()
    return copy_of(live.state.base), 0, {}, {}


def follow(fold: Fold, told: list[Touchpoint], fresh: list[Touchpoint]) -> bool:
    """Whether the fold over ``told`` can go on with ``fresh``: nothing that it has found so far could be another for them."""
    first = fresh[0]
    return (first.at, first.event_id) > fold.through and first.at > fold.fired and not names_order_anew(fold, told, fresh)


def name_of(episode: Episode) -> tuple[str, str]:
    return episode.key, signal_id(episode.kind, episode.key, episode.anchor)


def claim_of(episode: Episode, visible: int) -> Claim:
    return Claim(
        kind=episode.kind,
        journey_id=episode.journey,
        due_at=episode.due_at,
        severity=episode.severity,
        evidence=episode.evidence,
        transitions=episode.transitions[:visible],
        value_minor=episode.value_minor,
        currency=episode.currency,
    )


def forget_told(fold: Fold) -> None:
    """Drop the episodes that are told to their end, and of those still open the ones that nothing can end any more."""
    fold.episodes = [
        episode
        for episode in fold.episodes
        if episode.claimed < len(episode.transitions) or (episode.open and _may_end(episode, fold))
    ]


def _may_end(episode: Episode, fold: Fold) -> bool:
    """While what it is about is remembered: an order's or ticket's episode also when its journey is over."""
    about, _, _ = episode.key.partition(":")
    now = fold.journey
    if about in ("order", "shipment"):
        lasts = episode.key in fold.past_orders or (now is not None and episode.key in now.orders)
    elif about == "ticket":
        lasts = episode.key.removeprefix("ticket:") in (fold.tickets if now is None else now.tickets)
    else:
        lasts = True
    return lasts and KINDS[episode.kind].lasting


def copy_of(fold: Fold) -> Fold:
    if fold.through == NOTHING:
        return Fold()
    return fold_decoder.decode(encoder.encode(fold))
