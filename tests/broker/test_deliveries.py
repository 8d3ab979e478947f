"""An offset is committed when its batch and every batch before it are acknowledged."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from streams.agents.deliveries import Deliveries

batches = st.lists(st.integers(1, 50), min_size=1, max_size=12).map(
    lambda sizes: [sum(sizes[: n + 1]) - 1 for n in range(len(sizes))]
)


@given(batches, st.data())
def test_what_is_committed_has_nothing_unacknowledged_before_it(lasts: list[int], data: st.DataObject) -> None:
    deliveries = Deliveries()
    for last in lasts:
        deliveries.deliver(last)
    committed, acknowledged = 0, set()
    for last in data.draw(st.permutations(lasts)):
        deliveries.acknowledge(last)
        acknowledged.add(last)
        if data.draw(st.booleans()):
            offset = deliveries.committable()
            open_ones = [each for each in lasts if each not in acknowledged]
            expected = max((each + 1 for each in lasts if each < min(open_ones, default=each + 1)), default=0)
            assert (offset or committed) == expected
            if offset is not None:
                deliveries.commit(offset)
                committed = offset
    assert (deliveries.committable() or committed) == lasts[-1] + 1


def test_a_gap_between_two_batches_holds_nothing_up() -> None:
    deliveries = Deliveries()
    deliveries.deliver(4)
    deliveries.deliver(90)
    deliveries.acknowledge(4)
    assert deliveries.committable() == 5
    deliveries.acknowledge(90)
    assert deliveries.committable() == 91


def test_a_commit_that_was_not_taken_is_offered_again() -> None:
    deliveries = Deliveries()
    deliveries.deliver(4)
    deliveries.acknowledge(4)
    assert deliveries.committable() == 5
    assert deliveries.committable() == 5
    deliveries.commit(5)
    assert deliveries.committable() is None
