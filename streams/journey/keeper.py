"""What is published of an episode: the union of what journeys claim of it, said by the one partition its key lives on.

A journey that moves from a device to a customer withdraws its claim in one place and makes it in another; which arrives first is
chance. So a key keeps every sender's newest claim and publishes the difference to what it last said. Where the last claim is
withdrawn it waits until the clock shows that none can still be on its way, and only then retracts.
"""

from __future__ import annotations

from zlib import crc32

import msgspec

from schemas.signals import KINDS
from schemas.tables import SignalRow
from streams.journey.effects import Effects, Moment
from streams.journey.entries import Claim, ClaimEntry, Instant, Transition
from streams.journey.rules import Rules, micros
from streams.journey.state import Held, Key

_STATUS_OPEN = "opened"
_encode = msgspec.json.Encoder().encode


class Keeper:
    """Folds claims into what is published; a pure function of the entries."""

    def __init__(self, rules: Rules, topics: tuple[str, ...]) -> None:
        self._digests = rules.digests
        self._versions = {detector.kind: detector.version for detector in rules.detectors}
        self._kept = micros(rules.lateness) + micros(rules.journey_quiet)  # as long as touchpoints that may change hands
        self._holdout = round(rules.holdout_share * 10_000)
        self._topics = topics

    def take(self, key: Key, entry: ClaimEntry, moment: Moment) -> None:
        """A claim, or its withdrawal; one that is older than what its sender said before is ignored.

        So is one from so long ago that its episode may be forgotten: no claim is that long on its way, it is said again after a
        crash.
        """
        if entry.clock + self._kept < moment.firing:
            return
        held = key.held.get(entry.signal_id)
        if held is None:
            held = key.held[entry.signal_id] = Held()
        known = held.claims.get(entry.sender)
        if known is not None and entry.version <= known[0]:
            return
        if held.published_of == entry.sender and held.published_was is None:
            held.published_was = held.published
        held.claims[entry.sender] = (entry.version, entry.claim)
        standing = _standing(held)
        held.retract_after = entry.clock if standing is None else None

    def settle(self, name: str, key: Key, moment: Moment, out: Effects) -> None:
        """Publish what has changed, retract what nobody claims any more, forget what is long over. ``name`` is the key's."""
        for signal_id, held in list(key.held.items()):
            sender = _standing(held)
            if sender is not None:
                self._publish((name, signal_id), held, sender, moment, out)
            elif held.retract_after is not None and moment.firing > held.retract_after:
                self._retract((name, signal_id), held, moment, out)
            if _is_over(held) and moment.firing > held.changed_at + self._kept:
                del key.held[signal_id]
        key.next_due = min((due for held in key.held.values() if (due := self._due(held)) is not None), default=None)

    def _due(self, held: Held) -> Instant | None:
        if held.retract_after is not None:
            return held.retract_after
        return held.changed_at + self._kept if _is_over(held) else None

    def _publish(self, identity: tuple[str, str], held: Held, sender: str, moment: Moment, out: Effects) -> None:
        claim, published = held.claims[sender][1], held.published
        assert claim is not None
        if sender == held.published_of and claim == published and held.status != "retracted":
            held.published_was = None
            return
        told = _told(published) if published is not None and held.status != "retracted" else []
        steps = claim.transitions
        fresh = steps[len(told) :] if _told(claim)[: len(told)] == told else steps[-1:]
        if not fresh and (published is None or _shown(sender, claim) != _shown(held.published_of, published)):
            fresh = [_update(steps[-1])]
        for step in fresh:
            self._emit(identity, sender, claim, step, moment, out)
        held.published_of, held.published_was, held.status = sender, None, steps[-1].status
        held.changed_at = max(moment.arrival, steps[-1].at, held.changed_at)

    def _retract(self, identity: tuple[str, str], held: Held, moment: Moment, out: Effects) -> None:
        held.retract_after = None
        published = held.published
        if held.published_of is not None and published is not None and held.status != "retracted":
            step = Transition(moment.arrival, "retracted", "What came in late shows that it never was so.", by_deadline=False)
            self._emit(identity, held.published_of, published, step, moment, out)
        held.status = "retracted"
        held.changed_at = max(moment.arrival, held.changed_at)

    def _emit(
        self, identity: tuple[str, str], subject: str, claim: Claim, step: Transition, moment: Moment, out: Effects
    ) -> None:
        key, signal_id = identity
        opened = claim.transitions[0]
        evidence = [
            {"event_id": event_id, "topic": self._topics[topic], "partition": partition, "offset": place}
            for event_id, topic, partition, place in claim.evidence
        ]
        row = SignalRow(
            signal_id=signal_id,
            kind=claim.kind,
            status=step.status,
            severity=claim.severity,
            key=key,
            journey_id=claim.journey_id,
            subject=subject,
            opened_at=opened.at,
            due_at=claim.due_at,
            ended_at=None if step.status in (_STATUS_OPEN, "updated") else step.at,
            changed_at=max(moment.arrival, step.at),
            reason=step.reason,
            evidence=_encode(evidence).decode(),
            value_minor=claim.value_minor,
            currency=claim.currency,
            detector=claim.kind,
            detector_version=self._versions.get(claim.kind, 0),
            settings_digest=self._digests.get(claim.kind, ""),
            action=KINDS[claim.kind].action,
            holdout=crc32(key.encode()) % 10_000 < self._holdout,
            replay=moment.replay,
        )
        moment.stamp(row)
        out.signals.append(row)
        out.row("signals", moment.offset, _encode(row))


def _standing(held: Held) -> str | None:
    """Whose claim counts. Where two journeys claim it, the one that found it first; ties go to the lesser name, so that chance
    decides nothing."""
    claims = [(claim.transitions[0].at, claim.due_at, sender) for sender, (_, claim) in held.claims.items() if claim is not None]
    return min(claims)[2] if claims else None


def _is_over(held: Held) -> bool:
    """Ended, or of a kind that nothing ends."""
    published = held.published
    if published is not None and not KINDS[published.kind].lasting:
        return True
    return held.status not in (None, _STATUS_OPEN)


def _told(claim: Claim) -> list[tuple[Instant, str]]:
    return [(step.at, step.status) for step in claim.transitions]


def _shown(sender: str | None, claim: Claim) -> tuple[object, ...]:
    """What a signal's last word shows of a claim: where none of it has changed there is nothing to say."""
    opened, last = claim.transitions[0], claim.transitions[-1]
    about = sender, claim.journey_id, opened.at, claim.due_at, claim.severity, claim.value_minor, claim.currency
    return *about, claim.evidence, last.at, last.status, last.reason


def _update(step: Transition) -> Transition:
    """The same state again, with something else about it (whose journey it is, what it rests on)."""
    return Transition(step.at, "updated" if step.status == _STATUS_OPEN else step.status, step.reason, by_deadline=False)
