"""A partition in a worker's hands: what it brings to a commit."""

from __future__ import annotations

from streams.agents.stitch import Owned
from streams.journey.entries import GenesisEntry, pack
from streams.journey.rules import Rules
from streams.journey.stitch import Stitcher

GENESIS = pack.encode([GenesisEntry(7)])


def owned() -> Owned:
    return Owned(0, Stitcher(0, 1, frozenset({"storefront.events/0"}), Rules(), {}))


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
