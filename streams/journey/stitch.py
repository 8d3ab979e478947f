"""A partition of journey.log, record by record: a deterministic function of (states, record), driven by whichever shell.

Within a record entries are grouped by subject, so that a subject is decoded and folded once a record; a tick that moves a clock
settles what stands before it. The borders of records stand in the log, so whoever reads it again groups it the same: every
effect comes out the same, from the same position, and its repetition is recognised.
"""

from __future__ import annotations

from collections.abc import Collection, MutableMapping
from typing import Any

import msgspec

from schemas.tables import ProgressRow
from schemas.topics import SOURCE_TOPICS
from streams.journey.clock import Clock
from streams.journey.deadlines import Deadlines
from streams.journey.effects import Effects, Moment
from streams.journey.entries import (
    ClaimEntry,
    DeadLetterEntry,
    Entry,
    EventEntry,
    GenesisEntry,
    Instant,
    LinkEntry,
    MergeEntry,
    TickEntry,
    position,
    unpack,
)
from streams.journey.fold import write_open
from streams.journey.keeper import Keeper
from streams.journey.packing import pack_state, peek, unpack_state
from streams.journey.refusals import refuse_conflict
from streams.journey.rules import Rules, micros
from streams.journey.state import (
    ClockState,
    Key,
    Subject,
    clock_decoder,
    encoder,
    key_decoder,
    peek_decoder,
    subject_decoder,
)
from streams.journey.subjects import Stepper, SubjectEntry
from streams.journey.telling import Live

KEY = "key "
"""Before the name of an episode's key in the states: ``order:7`` may be both an identifier and what an episode is about."""
_json = msgspec.json.Encoder().encode


class Stitcher:
    """One partition of journeys.

    ``states`` holds the packed states of this partition and nothing else; ``channels`` are the source partitions whose ticks
    make its clock. Not thread-safe.
    """

    def __init__(
        self, partition: int, partitions: int, channels: Collection[str], rules: Rules, states: MutableMapping[str, bytes]
    ) -> None:
        self.partition = partition
        self.states = states
        self._partitions = partitions
        self._stepper = Stepper(rules, partitions)
        self._keeper = Keeper(rules, SOURCE_TOPICS)
        self._channels = channels
        self._rules = rules
        self._subjects: dict[str, Live] = {}
        self._keys: dict[str, Key] = {}
        self._clock_name = f"clock/{partition}"
        self.recover()

    def recover(self) -> None:
        """Rebuild from ``states`` what is not kept in them: the index of deadlines. Whatever was not committed is gone."""
        self._subjects.clear()
        self._keys.clear()
        self._deadlines = Deadlines(self._due_of)
        self._count = self._size = 0
        for name, packed in self.states.items():
            self._count += 1
            self._size += len(packed)
            if name != self._clock_name and (period := peek(packed)) is not None:
                self._deadlines.wait(name, period)
        known = self.states.get(self._clock_name)
        state = clock_decoder.decode(known) if known is not None else ClockState()
        journeys = [str(partition) for partition in range(self._partitions)]
        self.clock = Clock(state, self._channels, journeys, self._rules.levels, micros(self._rules.hold_at_most))
        clock = self.clock
        self.moment = Moment(
            self.partition, epoch=state.applied[0], firing=clock.firing, arrival=clock.arrival, replay=state.replay
        )

    @property
    def epoch(self) -> int:
        """The incarnation of the log: epoch milliseconds of its genesis, 0 while unknown."""
        return self.moment.epoch

    def process(self, offset: int, value: bytes, out: Effects) -> None:
        """One record of journey.log: all that follows from it."""
        self.take(offset, unpack.decode(value), out)

    def take(self, offset: int, entries: list[Entry], out: Effects) -> None:
        """The same, of a record that is already decoded."""
        moment = self.moment
        moment.offset, moment.rows = offset, 0
        subjects: dict[str, list[tuple[int, SubjectEntry]]] = {}
        keys: dict[str, list[tuple[int, ClaimEntry]]] = {}
        out.counts["entries"] += len(entries)
        for index, entry in enumerate(entries):
            moment.index = index
            if isinstance(entry, EventEntry | LinkEntry | MergeEntry):
                subjects.setdefault(entry.subject, []).append((index, entry))
            elif isinstance(entry, ClaimEntry):
                keys.setdefault(entry.subject, []).append((index, entry))
            elif isinstance(entry, TickEntry):
                self._tick(entry, subjects, keys, out)
            elif isinstance(entry, DeadLetterEntry):
                out.row("dead_letters", offset, moment.placed(entry.row, index))
            elif isinstance(entry, GenesisEntry) and offset == 0:
                moment.epoch = entry.epoch
        self._settle(subjects, keys, out)
        self.clock.state.applied = moment.version

    def commit(self, out: Effects) -> None:
        """Before a commit: the rows and the packed states of all that was touched since the last one, the clock last."""
        for name, live in self._subjects.items():
            self._write_rows(name, live, out)
            packed = None if self._stepper.forgettable(live, self.moment.firing) else pack_state(live.state)
            self._save(name, packed, out)
        for name, key in self._keys.items():
            self._save(name, pack_state(key) if key.held else None, out)
        self._subjects.clear()
        self._keys.clear()
        self._write_progress(out)
        self._save(self._clock_name, encoder.encode(self.clock.state), out)

    def status(self) -> dict[str, Any]:
        """For health and metrics: clocks, what holds them back, how much is kept."""
        return {
            "partition": self.partition,
            "epoch": self.epoch,
            "offset": self.moment.offset,
            "arrival_clock": self.clock.arrival,
            "firing_clock": self.clock.firing,
            "held_back_by": self.clock.held_back_by(),
            "states": self._count,
            "bytes": self._size,
        }

    def _tick(
        self,
        tick: TickEntry,
        subjects: dict[str, list[tuple[int, SubjectEntry]]],
        keys: dict[str, list[tuple[int, ClaimEntry]]],
        out: Effects,
    ) -> None:
        """Time passes. A tick of the next level goes out behind everything that the entries before this one have sent."""
        moved = self.clock.take(tick)
        if moved is None:
            return
        index = self.moment.index
        self.moment.index = max(index - 1, 0)  # what stands before the tick has its own place in the order of claims
        self._settle(subjects, keys, out)
        self.moment.index = index
        subjects.clear()
        keys.clear()
        self.moment.arrival, self.moment.firing = self.clock.arrival, self.clock.firing
        self.moment.replay = self.clock.state.replay
        if tick.level < self.clock.last_level:
            onward = TickEntry(tick.level + 1, [str(self.partition)], moved, tick.replay)
            for partition in range(self._partitions):
                out.send(partition, onward)
        else:
            self._fire(out)

    def _fire(self, out: Effects) -> None:
        """Everything due before the firing clock is asked again, the earliest first."""
        firing = self.moment.firing
        while (name := self._deadlines.pop(firing)) is not None:
            if name.startswith(KEY):
                key = self._key(name)
                assert key is not None
                was = key.next_due
                self._keeper.settle(name.removeprefix(KEY), key, self.moment, out)
                now = key.next_due
            else:
                live = self._subject(name)
                was = live.state.next_due
                self._stepper.step(live, [], self.moment, out)
                now = live.state.next_due
            assert now is None or now >= firing, f"{name} is due again at once"
            self._deadlines.move(name, was, now)

    def _settle(
        self, subjects: dict[str, list[tuple[int, SubjectEntry]]], keys: dict[str, list[tuple[int, ClaimEntry]]], out: Effects
    ) -> None:
        moment = self.moment
        for name, entries in subjects.items():
            live = self._subject(name)
            was = live.state.next_due
            self._stepper.step(live, entries, moment, out)
            self._deadlines.move(name, was, live.state.next_due)
        for conflict in out.conflicts:
            identity, row = refuse_conflict(conflict, moment)
            out.row("dead_letters", moment.offset, row)
            out.dead_letters.append((identity, row))
        out.conflicts.clear()
        for name, claims in keys.items():
            self._claimed(KEY + name, claims, out)

    def _claimed(self, name: str, claims: list[tuple[int, ClaimEntry]], out: Effects) -> None:
        key, moment = self._key(name), self.moment
        if key is None:
            key = self._keys[name] = Key()
        was = key.next_due
        for index, entry in claims:
            if (moment.epoch, position(moment.offset, index)) > key.applied:
                self._keeper.take(key, entry, moment)
        self._keeper.settle(name.removeprefix(KEY), key, moment, out)
        key.applied = max(key.applied, moment.version)
        self._deadlines.move(name, was, key.next_due)

    def _due_of(self, name: str) -> Instant | None:
        """When it is to be asked again, of what is in hand and of what rests."""
        if (live := self._subjects.get(name)) is not None:
            return live.state.next_due
        if (key := self._keys.get(name)) is not None:
            return key.next_due
        packed = self.states.get(name)
        return None if packed is None else unpack_state(peek_decoder, packed).next_due

    def _subject(self, name: str) -> Live:
        live = self._subjects.get(name)
        if live is None:
            packed = self.states.get(name)
            state = unpack_state(subject_decoder, packed) if packed is not None else Subject()
            live = self._subjects[name] = Live(name, state)
        return live

    def _key(self, name: str) -> Key | None:
        key = self._keys.get(name)
        if key is None and (packed := self.states.get(name)) is not None:
            key = self._keys[name] = unpack_state(key_decoder, packed)
        return key

    def _save(self, name: str, packed: bytes | None, out: Effects) -> None:
        known = self.states.get(name)
        self._count += (packed is not None) - (known is not None)
        self._size += len(packed or b"") - len(known or b"")
        if packed is None:
            self.states.pop(name, None)
        else:
            self.states[name] = packed
        out.states.append((name, packed))

    def _write_rows(self, name: str, live: Live, out: Effects) -> None:
        outcome = live.outcome
        write_open(name, live.state.fold, outcome, list(outcome.orders))
        for (table, identity), row in outcome.rows.items():
            line = _json(self.moment.stamp(row))
            out.row(table, self.moment.offset, line)
            if table == "journeys":
                out.journeys.append((identity, None if row.withdrawn else line))

    def _write_progress(self, out: Effects) -> None:
        arrival, firing = self.clock.arrival, self.clock.firing
        row = ProgressRow(
            partitions=self._partitions,
            arrived_through=arrival if arrival >= 0 else None,
            decided_through=firing if firing >= 0 else None,
        )
        out.row("progress", self.moment.offset, _json(self.moment.stamp(row)))
