"""What other rules would have said of a history: the core folds it under these and under those, and the signals are compared.

Nothing is simulated and nothing is written. An episode is the same one on both sides where its ``signal_id`` is (kind, key and
anchor): a cart left, left under a longer patience, is the same cart left later.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any, Literal, NamedTuple, get_args

import msgspec
from msgspec import Struct

from schemas.tables import SIGNALS
from streams.journey.detectors import DETECTORS
from streams.journey.entries import Instant
from streams.journey.hashing import IdentifierHash
from streams.journey.rules import Rules
from throughline.backfill import BackfillReport, backfill
from throughline.rules import settings_of

Way = Literal["same", "only_before", "only_after", "earlier", "later", "ended_otherwise"]
"""How a signal differs. Each is counted once: told on one side only, else opened at another moment, else ended at another moment
or in another way, else the same."""
WAYS: tuple[Way, ...] = get_args(Way)

LET_GO_EVERY = 20_000
"""Records whose rows wait in memory to be let go: no files are made of them."""
_KEY = IdentifierHash(b"nothing of a backtest is kept")


class Told(Struct, gc=False):
    """An episode as it stood when the history ended, in the words with which it was opened and ended."""

    kind: str
    key: str
    opened_at: Instant
    status: str
    ended_at: Instant | None
    reason: str
    ending: str | None = None

    @property
    def stands(self) -> bool:
        """Not taken back."""
        return self.status != "retracted"

    @property
    def end(self) -> tuple[str | None, Instant | None]:
        """How and when; nothing while it is open."""
        return (None, None) if self.ended_at is None else (self.status, self.ended_at)


class SignalsAlone:
    """A sink that keeps the last state of each signal and lets everything else go: it grows with signals, never with events."""

    def __init__(self) -> None:
        self.told: dict[str, Told] = {}
        self._decode = msgspec.json.Decoder(_Change).decode

    def watermarks(self, partition: int, epoch: int) -> None:
        """Nothing is kept from before."""

    def append(self, table: str, partition: int, epoch: int, rows: list[tuple[int, bytes]]) -> None:
        """Rows come in the order of the log."""
        if table == SIGNALS.name:
            for _, line in rows:
                self._take(self._decode(line))

    def flush(self, through: dict[tuple[int, int], int]) -> None:
        """Nothing is durable here."""

    def _take(self, change: _Change) -> None:
        known = self.told.get(change.signal_id)
        ending = None if change.status in ("opened", "updated") else change.reason
        reason = change.reason if known is None or ending is None else known.reason
        self.told[change.signal_id] = Told(
            change.kind, change.key, change.opened_at, change.status, change.ended_at, reason, ending
        )


class _Change(Struct):
    """What of a signal's row is looked at."""

    signal_id: str
    kind: str
    key: str
    status: str
    opened_at: Instant
    reason: str
    ended_at: Instant | None = None


class Pair(NamedTuple):
    """One episode on both sides; at least one of them has it."""

    before: Told | None
    after: Told | None

    @property
    def way(self) -> Way:
        before, after = self
        if before is None or after is None:
            return "only_after" if before is None else "only_before"
        if before.opened_at != after.opened_at:
            return "earlier" if after.opened_at < before.opened_at else "later"
        return "same" if before.end == after.end else "ended_otherwise"

    @property
    def first(self) -> tuple[Instant, str]:
        """When it was opened, and about what."""
        return min((told.opened_at, told.key) for told in self if told is not None)

    @property
    def shift(self) -> Instant:
        """By how much it is opened later, µs; negative where earlier, 0 where one side has none."""
        return 0 if self.before is None or self.after is None else self.after.opened_at - self.before.opened_at


@dataclass(frozen=True)
class Difference:
    """Of one kind of signal."""

    kind: str
    pairs: Mapping[Way, Sequence[Pair]]
    """By how they differ, each in the order of opening."""
    retracted: tuple[int, int]
    """So many were told and taken back, before and after; they are in no pair."""

    def count(self, way: Way) -> int:
        return len(self.pairs[way])

    @property
    def before(self) -> int:
        return sum(self.count(way) for way in WAYS if way != "only_after")

    @property
    def after(self) -> int:
        return sum(self.count(way) for way in WAYS if way != "only_before")

    def shift(self, way: Way) -> Instant | None:
        """The median distance between the two openings, µs."""
        return round(median(abs(pair.shift) for pair in self.pairs[way])) if self.pairs[way] else None


class Setting(NamedTuple):
    """A setting that is not the same, by its name in a settings file less the ``rules.``."""

    name: str
    before: Any
    after: Any


@dataclass(frozen=True)
class Backtest:
    settings: Sequence[Setting]
    """What differs between the rules; empty where they are the same."""
    history: BackfillReport
    """What became of the history under the rules of before."""
    kinds: Sequence[Difference]
    """Of each kind that was signalled on either side, in the order of the detectors."""

    @property
    def changes(self) -> bool:
        """Whether anything is told otherwise."""
        return any(one.count("same") < max(one.before, one.after) or len(set(one.retracted)) > 1 for one in self.kinds)


def backtest(
    files: Sequence[Path],
    before: Rules,
    after: Rules,
    *,
    until: Instant | None = None,
    progress: Callable[[int], None] = lambda records: None,
) -> Backtest:
    """Fold the history of these files twice; once where the rules are the same. Raises ``Stop`` for a file that is not there."""
    one, report = _told(files, before, until, progress)
    other = one if after == before else _told(files, after, until, progress)[0]
    return Backtest(differing(before, after), report, differences(one, other))


def _told(
    files: Sequence[Path], rules: Rules, until: Instant | None, progress: Callable[[int], None]
) -> tuple[dict[str, Told], BackfillReport]:
    sink = SignalsAlone()
    report = backfill(files, sink, rules, _KEY, until=until, commit_every=LET_GO_EVERY, progress=progress)
    return sink.told, report


def differing(before: Rules, after: Rules) -> list[Setting]:
    one, other = settings_of(before), settings_of(after)
    return [Setting(name, value, other[name]) for name, value in one.items() if other[name] != value]


def differences(before: Mapping[str, Told], after: Mapping[str, Told]) -> list[Difference]:
    """The two sides by kind, matched by ``signal_id``."""
    pairs: dict[str, list[Pair]] = defaultdict(list)
    for signal_id in before.keys() | after.keys():
        told = before.get(signal_id) or after[signal_id]
        pairs[told.kind].append(Pair(before.get(signal_id), after.get(signal_id)))
    return [_difference(detector.kind, pairs[detector.kind]) for detector in DETECTORS if pairs[detector.kind]]


def _difference(kind: str, pairs: Iterable[Pair]) -> Difference:
    by_way: dict[Way, list[Pair]] = {way: [] for way in WAYS}
    retracted = [0, 0]
    for pair in sorted(pairs, key=lambda pair: pair.first):
        standing = Pair(*(told if told is not None and told.stands else None for told in pair))
        retracted = [count + (told is not None and not told.stands) for count, told in zip(retracted, pair, strict=True)]
        if any(standing):
            by_way[standing.way].append(standing)
    return Difference(kind, by_way, (retracted[0], retracted[1]))
