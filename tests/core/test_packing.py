"""States at rest: compressed, readable for ever, and telling their deadline without being unpacked."""

from __future__ import annotations

import pytest

from streams.journey.deadlines import period_of
from streams.journey.packing import DICTIONARY, HEADER, pack_state, peek, unpack_raw, unpack_state
from streams.journey.rules import Rules
from streams.journey.state import Key, Link, Subject, encoder, key_decoder, subject_decoder
from streams.journey.stitch import Stitcher
from tests.core.shop import DAY, Shop, event

NOON = 1_780_000_000_000_000
ADA = Subject(next_due=NOON, links=[Link(NOON, "customer:ada", f"e{number}") for number in range(9)])


@pytest.mark.parametrize("state", [Subject(), ADA, Subject(next_due=0)], ids=["empty", "full", "due since ever"])
def test_a_packed_state_is_what_it_was_and_shows_when_it_is_due(state: Subject) -> None:
    packed = pack_state(state)
    assert unpack_state(subject_decoder, packed) == state
    assert peek(packed) == (None if state.next_due is None else period_of(state.next_due))


def test_a_key_is_packed_as_a_subject_is() -> None:
    key = Key(next_due=NOON, applied=(1, 2))
    assert unpack_state(key_decoder, pack_state(key)) == key


def test_a_state_of_the_time_before_there_were_dictionaries_is_read() -> None:
    plain = encoder.encode(ADA)
    assert unpack_state(subject_decoder, plain) == ADA
    assert peek(plain) == period_of(NOON)
    assert peek(encoder.encode(Subject())) is None


def test_a_state_of_a_newer_version_is_refused_in_words() -> None:
    with pytest.raises(LookupError, match="dictionary 99, which this version does not have"):
        unpack_raw(b"\x63" + pack_state(ADA)[1:])


def test_the_number_of_the_dictionary_stands_before_every_state_and_no_state_of_old_begins_like_it() -> None:
    assert pack_state(ADA)[0] == DICTIONARY < 0x80 <= encoder.encode(Key())[0]


def test_a_packed_state_is_much_smaller() -> None:
    assert len(pack_state(ADA)) < len(encoder.encode(ADA)) / 2


def test_recovery_reads_the_heads_of_states_and_nothing_else() -> None:
    """Bodies that cannot be unpacked are not noticed before they are needed."""
    heads = {f"customer:{number}": pack_state(ADA)[:HEADER] for number in range(3)}
    status = Stitcher(0, 1, ["history"], Rules(), dict(heads)).status()
    assert (status["states"], status["bytes"]) == (3, 3 * HEADER)


def test_the_size_of_the_state_follows_every_commit_and_is_the_same_after_a_recovery() -> None:
    shop = Shop()
    for number in range(3):
        shop.hears(event("product_added", number * DAY, event_id=f"e{number}", cart_id=f"k{number}"))
        shop.clock(number * DAY)
        shop.driver.commit()
        told = shop.driver.stitchers[0].status()["bytes"]
        shop.restarts()
        assert told == shop.driver.stitchers[0].status()["bytes"] == sum(map(len, shop.driver.changelogs[0].values()))
