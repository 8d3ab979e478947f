"""What identifiers bring to a journey, entry by entry: each by its newest word, each touchpoint once however it came."""

from __future__ import annotations

from itertools import permutations

from schemas.events import NUMBERS
from schemas.tables import JOURNEYS
from streams.journey.effects import Effects
from streams.journey.entries import Entry, EventEntry, GenesisEntry, LinkEntry, MergeEntry, TickEntry, Touchpoint, pack
from streams.journey.packing import unpack_state
from streams.journey.rules import Rules
from streams.journey.state import subject_decoder
from streams.journey.stitch import Stitcher

ADA, TABLET, ORDER = "customer:ada", "anonymous:tablet", "order:7"


def seen(name: str, at: int = 1) -> Touchpoint:
    return Touchpoint(at, name, NUMBERS["page_viewed"], (0, 0, at))


def brought(sender: str, version: int, *touchpoints: Touchpoint, whole: bool = True) -> MergeEntry:
    return MergeEntry(ADA, sender, (7, version), whole, list(touchpoints), clock=0)


class Log:
    """One partition, written to by hand."""

    def __init__(self, states: dict[str, bytes] | None = None) -> None:
        self.states: dict[str, bytes] = {} if states is None else states
        self.stitcher = Stitcher(0, 1, ["history"], Rules(), self.states)
        self.offset = 0
        self.reads(GenesisEntry(7))

    def reads(self, *entries: Entry) -> Effects:
        out = Effects()
        self.stitcher.process(self.offset, pack.encode(list(entries)), out)
        self.offset += 1
        return out

    def held(self, name: str = ADA) -> list[str]:
        """The ids of the touchpoints that it has now, each as often as it is there."""
        self.stitcher.commit(Effects())
        return [touchpoint.event_id for touchpoint in unpack_state(subject_decoder, self.states[name]).touchpoints]

    def counted(self) -> int:
        """The touchpoints of ada's journey."""
        self.stitcher.commit(Effects())
        journey = unpack_state(subject_decoder, self.states[ADA]).fold.journey
        return 0 if journey is None else journey.touchpoints


def test_the_whole_of_a_contribution_takes_the_place_of_what_was_there() -> None:
    log = Log()
    log.reads(brought(TABLET, 1, seen("a"), seen("b", 2)))
    log.reads(brought(TABLET, 2, seen("b", 2), seen("c", 3)))
    assert log.held() == ["b", "c"]


def test_what_is_new_adds_to_it() -> None:
    log = Log()
    log.reads(brought(TABLET, 1, seen("b", 2)))
    log.reads(brought(TABLET, 2, seen("a"), whole=False))
    assert log.held() == ["a", "b"]


def test_the_newest_word_stands_though_an_older_one_is_repeated_behind_it() -> None:
    log = Log()
    log.reads(brought(TABLET, 2, seen("new")))
    log.reads(brought(TABLET, 1, seen("old")))
    log.reads(brought(TABLET, 2, seen("same version")))
    assert log.held() == ["new"]


def test_each_contributor_takes_back_only_what_it_brought() -> None:
    log = Log()
    log.reads(brought(TABLET, 1, seen("a")), brought(ORDER, 1, seen("b", 2)))
    log.reads(brought(TABLET, 2))
    assert log.held() == ["b"]


def test_a_touchpoint_that_came_by_two_ways_counts_once_and_stays_until_both_have_let_go() -> None:
    """An order passes from a device to its owner: for a while both bring the same, in whichever order their words come."""
    for order in permutations([brought(TABLET, 1, seen("a"), seen("b", 2)), brought(ORDER, 1, seen("b", 2))]):
        log = Log()
        for word in order:
            log.reads(word)
        assert log.counted() == 2
        log.reads(brought(TABLET, 2, seen("a")))
        assert (log.held(), log.counted()) == (["a", "b"], 2)
        log.reads(brought(ORDER, 2))
        assert log.held() == ["a"]


def test_what_came_by_two_ways_is_sent_on_once() -> None:
    """Here the one who passes it on is an e-mail that ada owns."""
    email = "email:hers"
    log = Log()
    log.reads(LinkEntry(email, ADA, 0, "l"))
    words = [MergeEntry(email, sender, (7, 1), True, [seen("a")], clock=0) for sender in (TABLET, ORDER)]
    sent = [entry for entry in log.reads(*words).log[0] if isinstance(entry, MergeEntry)]
    assert [[one.event_id for one in entry.touchpoints] for entry in sent] == [["a"]]


def test_an_entry_that_the_state_has_seen_is_passed_over() -> None:
    """Of a commit that was cut off, the subject's state was written and the clock's was not: the record is read again."""
    said = EventEntry(ADA, seen("a"), b'{"event_id":"a"}')
    log = Log()
    log.reads(said)
    log.stitcher.commit(Effects())
    again = Log({name: packed for name, packed in log.states.items() if not name.startswith("clock/")})
    out = again.reads(said)
    assert (dict(out.counts), out.rows) == ({"entries": 1}, {})


def test_the_same_log_gives_the_same_effects() -> None:
    entries: list[Entry] = [
        EventEntry(TABLET, seen("a"), b'{"event_id":"a"}'),
        LinkEntry(TABLET, ADA, 1, "a"),
        brought(TABLET, 1, seen("a")),
        TickEntry(1, ["history"], 5_000_000_000),
    ]
    first, second = Log(), Log()
    assert repr(first.reads(*entries)) == repr(second.reads(*entries))


def test_states_are_written_with_the_clock_last() -> None:
    log = Log()
    log.reads(EventEntry(ADA, seen("a"), b'{"event_id":"a"}'), TickEntry(1, ["history"], 5))
    out = Effects()
    log.stitcher.commit(out)
    assert [name for name, _ in out.states] == [ADA, "clock/0"]
    assert [table for table in out.rows if table == JOURNEYS.name] == [JOURNEYS.name]
