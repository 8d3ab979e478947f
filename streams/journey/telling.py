"""What a subject says of its journey, and how it takes back what it said.

In order it says what is new. Out of order it folds again from the base, and the difference to what it had said goes out: rows
that no longer stand are withdrawn, claims that no longer hold are taken back from the keys they were made to.
"""

from __future__ import annotations

import msgspec

from schemas.signals import KINDS, signal_id
from streams.journey.effects import Effects, Moment
from streams.journey.entries import Claim, ClaimEntry, Touchpoint, partition_of
from streams.journey.fold import Folder, Outcome, Rowlike, write_open
from streams.journey.identity import Ownership
from streams.journey.orders import learn_shipments
from streams.journey.state import Episode, Fold, Subject, encoder, fold_decoder

Claims = dict[tuple[str, str], Claim]
"""By (key, signal id)."""
Said = tuple[dict[tuple[str, str], Rowlike], Claims]
"""Rows by (table, id), and claims."""
NOTHING = Fold().through
"""How far a fold reaches that has nothing in it."""


class Live:
    """A subject in hand between two commits."""

    __slots__ = ("known", "name", "outcome", "ownership", "remembers", "said", "state")

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


class Teller:
    """Folds a subject's touchpoints and tells what follows: rows into its outcome, claims to the keys they are about."""

    def __init__(self, folder: Folder, partitions: int) -> None:
        self._folder = folder
        self._partitions = partitions

    def extend(self, live: Live, fresh: list[Touchpoint], moment: Moment, out: Effects) -> None:
        state = live.state
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
        rows, claims = live.said
        return {**rows, **{identity: row for identity, row in live.outcome.rows.items() if not row.withdrawn}}, claims

    def _run(self, live: Live) -> tuple[Fold, dict[tuple[str, str], Rowlike], Claims]:
        """The fold from the base on: itself, its rows, and the claims that follow as of now."""
        state, outcome = live.state, Outcome()
        fold = copy_of(state.base)
        learn_shipments(fold, state.touchpoints)
        for touchpoint in state.touchpoints:
            self._folder.apply(live.name, fold, touchpoint, outcome)
        self._folder.advance(live.name, fold, state.as_of, outcome)
        write_open(live.name, fold, outcome, list(fold.journey.orders) if fold.journey is not None else [])
        claims = {}
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
