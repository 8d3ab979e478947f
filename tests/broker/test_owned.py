"""A partition in a worker's hands: what it brings to a commit."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from streams.agents.commit import Share
from streams.agents.owned import Owned
from streams.journey.effects import Effects
from streams.journey.entries import Entry, GenesisEntry, TickEntry, pack
from streams.journey.routing import RouteOut, Router
from streams.journey.rules import Rules
from streams.journey.stitch import Stitcher
from tests.broker.one_answer import history_of
from tests.broker.worker import hashed
from throughline.arrivals import History, with_ticks
from throughline.backfill import batches
from throughline.driver import CHANNEL

GENESIS = pack.encode([GenesisEntry(7)])


def owned() -> Owned:
    return Owned(0, Stitcher(0, 1, frozenset({CHANNEL}), Rules(), {}))


def arriving(file: Path) -> Iterable[list[Entry]]:
    """A history as records of a log of one partition."""
    router = Router(1, Rules(), hashed)
    for step in batches(with_ticks(History([file]))):
        routed = RouteOut()
        if isinstance(step, int):
            routed.log[0] = [TickEntry(1, [CHANNEL], step, True)]
        else:
            router.route(step, routed)
        yield routed.log.get(0, [])


def carried(partition: Owned, file: Path, writes_down: bool) -> Share:
    """The commit of a whole history, with all that follows from it."""
    offset = 0
    partition.process(0, GENESIS)
    for entries in arriving(file):
        waiting = deque([entries])
        while waiting and (following := waiting.popleft()):
            offset += 1
            partition.process(offset, pack.encode(following))
            if writes_down:
                partition.write_down()
            said = Effects()
            partition.say(said)
            waiting.append(said.log.get(0, []))
    share = partition.share()
    assert share is not None
    return share


def rows(share: Share) -> dict[str, dict[str, Any]]:
    """The last row of each journey, without where in the log it was made."""
    found = {key: json.loads(row) if row is not None else {} for key, row in share.effects.journeys}
    return {key: {name: value for name, value in row.items() if not name.startswith("log_")} for key, row in found.items()}


def test_what_is_written_down_ahead_of_a_commit_is_what_the_commit_would_have_written(tmp_path: Path) -> None:
    file = history_of(5, 60, tmp_path)
    ahead, at_once = (carried(owned(), file, writes_down) for writes_down in (True, False))
    assert len(ahead.effects.states) > len(at_once.effects.states)
    assert dict(ahead.effects.states) == dict(at_once.effects.states)
    assert rows(ahead) == rows(at_once)
    assert len(ahead.effects.rows["progress"]) == 1


def test_a_record_met_again_brings_nothing_to_a_commit() -> None:
    partition = owned()
    partition.process(0, GENESIS)
    first = partition.share()
    assert first is not None
    assert (first.epoch, first.resumed_at, first.through, first.unread) == (7, 0, 0, True)
    partition.process(0, GENESIS)
    assert partition.share() is None


def test_a_record_without_entries_is_passed_over_and_counts_as_read() -> None:
    partition = owned()
    partition.process(0, GENESIS)
    partition.process(1, b"\xc1")
    partition.process(2, None)
    share = partition.share()
    assert share is not None
    assert share.through == 2
    assert share.effects.log == {}
