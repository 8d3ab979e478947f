"""A subject's step: entries in, state on, effects out.

A subject keeps its touchpoints sorted. What comes in order folds one step further; what comes late, or is taken back, folds
again from where the state was last let go, and the difference to what was said before goes out. While somebody else owns it,
it sends its touchpoints on and folds nothing.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from operator import attrgetter

import msgspec

from schemas.tables import IdentityLinkRow
from streams.journey.contributions import came_by, ids, merged, once
from streams.journey.effects import Effects, Moment
from streams.journey.entries import (
    EventEntry,
    Instant,
    LinkEntry,
    MergeEntry,
    Touchpoint,
    Version,
    partition_of,
    position,
)
from streams.journey.fold import Folder, Outcome
from streams.journey.identity import Ownership, kind_of, record_link
from streams.journey.orders import learn_shipments
from streams.journey.rules import Rules, micros
from streams.journey.state import Link
from streams.journey.telling import NOTHING, Live, Teller, copy_of, follow, forget_told

SubjectEntry = EventEntry | LinkEntry | MergeEntry
_json = msgspec.json.Encoder().encode
_order = attrgetter("at", "event_id")


class Stepper:
    """Carries subjects through their entries, under given rules."""

    def __init__(self, rules: Rules, partitions: int) -> None:
        self._folder = Folder(rules)
        self._teller = Teller(self._folder, partitions)
        self._partitions = partitions
        self._most = rules.touchpoints_max
        self._kept = micros(rules.lateness) + micros(rules.journey_quiet)
        self._kept_alone = max(self._kept, micros(rules.order_waits))
        self._lateness = micros(rules.lateness)

    def step(self, live: Live, entries: list[tuple[int, SubjectEntry]], moment: Moment, out: Effects) -> None:
        """Take the entries (with their index in the record) and let time pass; without entries, only time passes."""
        state = live.state
        before = live.ownership
        fresh: list[Touchpoint] = []
        kept: list[Touchpoint] | None = None
        linked = False
        version = moment.version
        if state.applied >= (moment.epoch, version[1] - moment.index):
            entries = _not_yet_applied(entries, state.applied, moment)
        moment.cause = -1 if entries else moment.arrival
        for index, entry in entries:
            moment.cause = max(moment.cause, entry.clock if type(entry) is MergeEntry else moment.arrival)
            if type(entry) is EventEntry:
                self._take_event(live, entry, index, fresh, moment, out)
            elif type(entry) is LinkEntry:
                linked = self._take_link(live, entry, moment, out) or linked
            elif type(entry) is MergeEntry:
                kept = self._take_merge(live, entry, fresh, kept)
        state.applied = max(state.applied, version)
        if linked:
            live.ownership = Ownership(live.name, state.links, state.revocations)
        if fresh or linked or kept is not None:
            self._change(live, before, fresh, kept, linked, moment, out)
        elif live.ownership.alone:
            self._teller.extend(live, [], moment, out)
        state.as_of = max(state.as_of, moment.firing)
        self._retain(live, moment.firing)

    def _take_event(
        self, live: Live, entry: EventEntry, index: int, fresh: list[Touchpoint], moment: Moment, out: Effects
    ) -> None:
        touchpoint, state = entry.touchpoint, live.state
        known = live.known.get(touchpoint.event_id)
        if known is not None:
            return _met_again(known.digest, known.source, entry, out)
        if touchpoint.event_id in state.late:
            digest, source, _ = state.late[touchpoint.event_id]
            return _met_again(digest, source, entry, out)
        if state.seen and _short(touchpoint.event_id) in state.seen:
            out.counts["duplicates"] += 1
            return None
        out.counts["events"] += 1
        owner = live.ownership.owner(touchpoint.at)
        out.row("events", moment.offset, moment.placed(entry.row, index, owner))
        if entry.late:
            out.counts["late"] += 1
            came = max(moment.arrival, touchpoint.at + self._lateness)
            state.late[touchpoint.event_id] = (touchpoint.digest, touchpoint.source, came)
            return None
        fresh.append(touchpoint)
        live.known[touchpoint.event_id] = touchpoint
        return None

    def _take_link(self, live: Live, entry: LinkEntry, moment: Moment, out: Effects) -> bool:
        """A link; whether it can change whose anything is. One to who owns that moment anyway cannot, unless it takes the place
        of another in its minute."""
        state, known = live.state, len(live.state.links)
        link = Link(entry.at, entry.target, entry.event_id)
        if entry.revoked:
            if link in state.revocations:
                return False
            state.revocations.append(link)
        elif not record_link(state.links, link):
            return False
        row = IdentityLinkRow(
            identifier=live.name, target=entry.target, linked_at=entry.at, event_id=entry.event_id, revoked=entry.revoked
        )
        out.row("identity_links", moment.offset, _json(moment.stamp(row)))
        return entry.revoked or len(state.links) == known or live.ownership.owner(entry.at) != entry.target

    def _take_merge(
        self, live: Live, entry: MergeEntry, fresh: list[Touchpoint], kept: list[Touchpoint] | None
    ) -> list[Touchpoint] | None:
        """A contribution; ``kept`` is what stays of the touchpoints where some are taken back."""
        state = live.state
        if entry.version <= state.contributors.get(entry.sender, (-1, -1)):
            return kept
        state.contributors[entry.sender] = entry.version
        via = list(state.contributors).index(entry.sender) + 1
        if entry.whole:
            fresh[:] = [touchpoint for touchpoint in fresh if touchpoint.via != via]
            standing = state.touchpoints if kept is None else kept
            remaining = [one for one in standing if one.via != via or _order(one) <= entry.gone]
            if len(remaining) < len(standing) or kept is not None:
                kept = remaining
            live.known = {touchpoint.event_id: touchpoint for touchpoint in (*remaining, *fresh)}
        for touchpoint in entry.touchpoints:
            known = live.known.get(touchpoint.event_id)
            held = (state.touchpoints if kept is None else kept, fresh)
            if known is None or (known.via != via and not came_by(via, touchpoint, *held)):
                contributed = msgspec.structs.replace(touchpoint, via=via)
                live.known[touchpoint.event_id] = known or contributed
                fresh.append(contributed)
        return kept

    def _change(
        self,
        live: Live,
        before: Ownership,
        fresh: list[Touchpoint],
        kept: list[Touchpoint] | None,
        linked: bool,
        moment: Moment,
        out: Effects,
    ) -> None:
        """Touchpoints came, went, or changed hands: fold or send on what follows from it."""
        state, after = live.state, live.ownership
        held = state.touchpoints
        boundary = state.base.through
        if boundary > NOTHING:
            for touchpoint in fresh:
                if _order(touchpoint) <= boundary:  # its place is summarised: it counts in the lake, and never again
                    state.seen[_short(touchpoint.event_id)] = touchpoint.at
            fresh = [one for one in fresh if _order(one) > boundary]
        fresh.sort(key=_order)
        if before.alone and after.alone:
            if kept is None and (not fresh or follow(state.fold, held, fresh)):
                state.touchpoints.extend(fresh)
                return self._teller.extend(live, fresh, moment, out)
            was = self._teller.said(live)
            if kept is not None:
                live.marks.clear()
            state.touchpoints = merged(held if kept is None else kept, fresh)
            return self._teller.refold(live, was, moment, out)
        said = self._teller.said(live) if before.alone else None
        state.touchpoints = merged(held if kept is None else kept, fresh)
        if after.alone:
            self._send_all(live, {target: [] for target in before.assign(held)}, moment, out)
            return self._teller.refold(live, ({}, {}), moment, out)
        if said is not None:
            state.fold = copy_of(state.base)
            self._teller.withdraw(live, said, moment, out)
        elif kept is None and not linked:
            return self._forward(live, after.assign(fresh), moment, out)
        parted: dict[str, list[Touchpoint]] = before.assign(held) if said is None else {}
        now = after.assign(state.touchpoints)
        changed = {target: now.get(target, []) for target in (*now, *parted) if ids(now.get(target)) != ids(parted.get(target))}
        return self._send_all(live, changed, moment, out)

    def _forward(self, live: Live, assigned: dict[str, list[Touchpoint]], moment: Moment, out: Effects) -> None:
        for target, touchpoints in assigned.items():
            entry = MergeEntry(target, live.name, moment.version, False, once(touchpoints), moment.cause)
            out.send(partition_of(target, self._partitions), entry)

    def _send_all(self, live: Live, assigned: dict[str, list[Touchpoint]], moment: Moment, out: Effects) -> None:
        for target, touchpoints in assigned.items():
            entry = MergeEntry(target, live.name, moment.version, True, once(touchpoints), moment.cause, live.state.gone)
            out.send(partition_of(target, self._partitions), entry)

    def _retain(self, live: Live, firing: Instant) -> None:
        """Let go of what can no longer change, and say when to look again."""
        state = live.state
        if state.touchpoints and live.ownership.alone:
            self._summarise(live, firing)
        elif state.touchpoints:
            self._release(live, firing)
        if state.late:
            state.late = {name: known for name, known in state.late.items() if known[2] + self._kept >= firing}
        state.next_due = self._next_due(live)

    def _next_due(self, live: Live) -> Instant:
        """The next deadline, the next thing to tell, or the time to let go."""
        state = live.state
        quiet = (state.touchpoints[-1].at if state.touchpoints else state.as_of) + self._keeps(live)
        if not live.ownership.alone:
            return quiet
        untold = [one.transitions[one.claimed].at for one in state.fold.episodes if one.claimed < len(one.transitions)]
        if state.fold.next_due is None:
            return min([quiet, *untold])
        return min([state.fold.next_due, *untold])

    def _summarise(self, live: Live, firing: Instant) -> None:
        """The oldest half of too long a history, and all of one that is closed and past every late event, become the base."""
        state = live.state
        over = state.fold.journey is None and state.touchpoints[-1].at + self._keeps(live) < firing
        if not over and len(state.touchpoints) <= self._most:
            return
        gone = len(state.touchpoints) if over else len(state.touchpoints) // 2
        learn_shipments(state.base, state.touchpoints[:gone])
        for touchpoint in state.touchpoints[:gone]:
            self._folder.apply(live.name, state.base, touchpoint, Outcome())
        for episode in state.base.episodes:
            episode.claimed = episode.visible(state.as_of)
        forget_told(state.base)
        live.said, live.remembers = None, False
        self._let_go(live, gone, firing)

    def _release(self, live: Live, firing: Instant) -> None:
        """Of what is somebody else's, the oldest half of too much, and all of it when it is long ago, stays with whom it was sent
        to: from now on nobody takes it away from them."""
        state = live.state
        if state.touchpoints[-1].at + self._kept < firing:
            state.gone = max(state.gone, _order(state.touchpoints[-1]))
        elif len(state.touchpoints) > self._most:
            state.gone = max(state.gone, _order(state.touchpoints[len(state.touchpoints) // 2]))
        if _order(state.touchpoints[0]) <= state.gone:
            self._let_go(live, bisect_right(state.touchpoints, state.gone, key=_order), firing)

    def _let_go(self, live: Live, count: int, firing: Instant) -> None:
        state = live.state
        horizon = firing - self._lateness
        state.seen = {short: at for short, at in state.seen.items() if at >= horizon}
        for touchpoint in state.touchpoints[:count]:
            if touchpoint.at >= horizon:
                state.seen[_short(touchpoint.event_id)] = touchpoint.at
            live.known.pop(touchpoint.event_id, None)
        live.marks.clear()
        del state.touchpoints[:count]

    def forgettable(self, live: Live, firing: Instant) -> bool:
        """Nothing is known of it that a returning customer's journey would start from."""
        state = live.state
        silent = not (state.touchpoints or state.late or state.links or state.fold.episodes) and state.fold.journey is None
        weak = kind_of(live.name) not in ("customer", "email", "phone") and state.fold.orders == 0
        return silent and weak and state.fold.through[0] + self._keeps(live) < firing

    def _keeps(self, live: Live) -> Instant:
        """How long touchpoints are kept after the last one: a parcel that is nobody's may be claimed by a late order."""
        waits = live.ownership.alone and kind_of(live.name) in ("order", "shipment", "ticket")
        return self._kept_alone if waits else self._kept


def _not_yet_applied(entries: list[tuple[int, SubjectEntry]], applied: Version, moment: Moment) -> list[tuple[int, SubjectEntry]]:
    """Without what is met again after a crash: it is counted already."""
    return [(index, entry) for index, entry in entries if (moment.epoch, position(moment.offset, index)) > applied]


def _met_again(digest: int, source: tuple[int, int, int], entry: EventEntry, out: Effects) -> None:
    """The same id: our own repetition, the producer's, or two events that claim to be one."""
    if source == entry.touchpoint.source:
        out.counts["redelivered"] += 1
    elif digest == entry.touchpoint.digest:
        out.counts["duplicates"] += 1
    else:
        out.counts["conflicts"] += 1
        out.conflicts.append(entry)


def _short(event_id: str) -> int:
    return int.from_bytes(hashlib.blake2b(event_id.encode(), digest_size=8).digest())
