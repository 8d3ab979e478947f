"""Ticks make the clock: the slowest channel decides, two levels and more, and nothing ever goes back."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from schemas.events import NUMBERS
from schemas.tables import ProgressRow
from streams.journey.clock import NEVER, Clock
from streams.journey.effects import Effects
from streams.journey.entries import (
    Entry,
    GenesisEntry,
    Instant,
    LinkEntry,
    MergeEntry,
    TickEntry,
    Touchpoint,
    gathered,
    pack,
)
from streams.journey.rules import Rules, micros
from streams.journey.state import ClockState
from streams.journey.stitch import Stitcher
from tests.core.shop import DAY, HOUR, SECOND, Shop

SOURCES = ("cart/0", "cart/1", "parcel/0")
HOLD = micros(Rules().hold_at_most)
EVERY = micros(SECOND)
SEEN = Touchpoint(1, "e", NUMBERS["page_viewed"], (0, 0, 0))


def clock(levels: int = 2, journeys: tuple[str, ...] = ("0", "1")) -> Clock:
    return Clock(ClockState(), SOURCES, journeys, levels, HOLD)


def heard(of: Clock, at: Instant, *channels: str, level: int = 1) -> list[Instant | None]:
    return [of.take(TickEntry(level, [channel], at)) for channel in channels]


def test_no_time_is_known_before_every_channel_has_spoken() -> None:
    ours = clock()
    assert heard(ours, 5, "cart/0", "cart/1") == [None, None]
    assert ours.arrival == NEVER
    assert heard(ours, 3, "parcel/0") == [3]


def test_a_tick_of_many_channels_speaks_for_each() -> None:
    ours = clock()
    assert ours.take(TickEntry(1, [*SOURCES], 5)) == 5


def test_the_slowest_channel_is_the_time() -> None:
    ours = clock()
    heard(ours, 5, *SOURCES)
    assert heard(ours, 9, "cart/0", "parcel/0") == [None, None]
    assert (ours.arrival, ours.held_back_by()) == (5, ("cart/1", 4))
    assert heard(ours, 7, "cart/1") == [7]


def test_deadlines_fall_by_the_last_level_alone() -> None:
    ours = clock(levels=3)
    heard(ours, 5, *SOURCES)
    heard(ours, 5, "0", "1", level=2)
    assert (ours.arrival, ours.firing) == (5, NEVER)
    heard(ours, 5, "0", level=3)
    assert ours.firing == NEVER
    heard(ours, 4, "1", level=3)
    assert ours.firing == 4


def test_a_tick_that_is_no_news_or_of_a_stranger_changes_nothing() -> None:
    ours = clock()
    heard(ours, 5, *SOURCES)
    known = dict(ours.state.levels[0])
    assert heard(ours, 5, *SOURCES) == [None] * 3
    assert heard(ours, 4, *SOURCES) == [None] * 3
    assert ours.state.levels[0] == known
    assert heard(ours, 9, "stranger/0", "0") == [None, None]
    assert heard(ours, 9, "0", "1", level=9) == [None, None]
    assert ours.arrival == 5


def test_a_channel_that_fell_silent_holds_time_back_for_six_hours_and_no_longer() -> None:
    ours = clock()
    heard(ours, 0, *SOURCES)
    for tick in range(1, HOLD // EVERY + 1):
        heard(ours, tick * EVERY, "cart/0", "cart/1")
    assert ours.arrival == 0
    heard(ours, HOLD + EVERY, "cart/0", "cart/1")
    assert ours.arrival == HOLD + EVERY


def test_a_replay_that_leaps_over_days_leaves_nobody_behind() -> None:
    """In a replay the ticks are far apart: who is one of them behind is not silent, but next."""
    ours = clock()
    heard(ours, 0, *SOURCES)
    for day in range(1, 30):
        heard(ours, day * micros(DAY), "cart/0", "cart/1")
    assert ours.arrival == 0


def test_a_channel_that_was_left_out_counts_again_when_it_has_caught_up() -> None:
    ours = clock()
    heard(ours, 0, *SOURCES)
    for tick in range(HOLD // EVERY + 2):
        heard(ours, tick * EVERY, "cart/0", "cart/1")
    left = ours.arrival
    assert left > HOLD
    heard(ours, left, "parcel/0")
    heard(ours, left + 2 * EVERY, "cart/0", "cart/1")
    assert ours.arrival == left
    heard(ours, left + EVERY, "parcel/0")
    assert ours.arrival == left + EVERY


@given(st.lists(st.tuples(st.integers(1, 3), st.sampled_from((*SOURCES, "0", "1")), st.integers(0, 3 * HOLD)), max_size=60))
def test_time_never_goes_back(ticks: list[tuple[int, str, Instant]]) -> None:
    ours = clock(levels=3)
    before = (ours.arrival, ours.firing)
    for level, channel, at in ticks:
        moved = ours.take(TickEntry(level, [channel], at))
        now = (ours.arrival, ours.firing)
        assert now[0] >= before[0]
        assert now[1] >= before[1]
        assert moved is None or moved >= 0
        before = now


def test_a_partition_passes_a_tick_on_behind_what_it_had_to_send() -> None:
    """Whoever sees the next level's tick has everything that was forwarded before it."""
    ours = stitcher(2)
    link = LinkEntry("anonymous:tablet", "customer:ada", 1, "l")
    brought = MergeEntry(subject="anonymous:tablet", sender="order:7", version=(7, 1), whole=True, touchpoints=[SEEN], clock=0)
    out = Effects()
    ours.process(1, pack.encode([link, brought, TickEntry(1, ["history"], 10)]), out)
    assert [type(entry) for entry in out.log[0]] == [MergeEntry, TickEntry]


def stitcher(levels: int) -> Stitcher:
    ours = Stitcher(0, 1, ["history"], Rules(levels=levels), {})
    ours.process(0, pack.encode([GenesisEntry(7)]), Effects())
    return ours


def test_each_level_costs_one_more_tick_through_the_log() -> None:
    for levels in (1, 2, 5):
        ours, offset, due = stitcher(levels), 1, [TickEntry(1, ["history"], 10)]
        while due:
            out = Effects()
            ours.process(offset, pack.encode(due), out)
            due = [entry for entry in out.log.get(0, []) if isinstance(entry, TickEntry)]
            offset += 1
        assert ours.clock.firing == 10
        assert offset == levels + 1


def test_a_restart_knows_what_time_it_was() -> None:
    shop = Shop(partitions=2)
    shop.clock(HOUR)
    shop.restarts()
    assert [(one.clock.firing, one.moment.firing, one.moment.arrival) for one in shop.driver.stitchers] == [
        (one.clock.arrival, one.clock.firing, one.clock.arrival) for one in shop.driver.stitchers
    ]
    assert shop.driver.stitchers[0].clock.firing > 0
    assert shop.driver.stitchers[0].epoch == 1


def test_the_lake_is_told_how_far_time_has_come() -> None:
    shop = Shop()
    shop.clock(HOUR)
    shop.driver.commit()
    rows = [row for row in shop.sink.rows["progress"] if isinstance(row, ProgressRow)]
    assert rows[-1].arrived_through == rows[-1].decided_through == shop.driver.stitchers[0].clock.firing


TICKS = st.builds(TickEntry, st.integers(1, 2), st.lists(st.sampled_from(SOURCES), min_size=1, max_size=1), st.integers(0, 3))


@given(st.lists(st.one_of(TICKS, st.builds(GenesisEntry, st.integers(0, 9))), max_size=30))
def test_gathered_ticks_say_the_same_behind_all_else(entries: list[Entry]) -> None:
    together = gathered(entries)
    others = [entry for entry in entries if not isinstance(entry, TickEntry)]
    assert together[: len(others)] == others
    ticks = [entry for entry in together[len(others) :] if isinstance(entry, TickEntry)]
    assert said(ticks) == said([entry for entry in entries if isinstance(entry, TickEntry)])
    assert [(tick.at, tick.level) for tick in ticks] == sorted({(tick.at, tick.level) for tick in ticks})


def said(ticks: list[TickEntry]) -> Counter[tuple[int, Instant, str]]:
    return Counter((tick.level, tick.at, channel) for tick in ticks for channel in tick.channels)
