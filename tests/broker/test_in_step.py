"""What waits of many partitions goes in the order of time; what goes before is not called stalled for it."""

from __future__ import annotations

from asyncio import Queue
from types import SimpleNamespace
from typing import Any, cast

from faust.types import TP, EventT
from hypothesis import given
from hypothesis import strategies as st

from streams.agents.in_step import PIECE, InStep

CLICKS, PARCELS, TICKETS = (TP(topic, 0) for topic in ("storefront.events", "delivery.events", "support.events"))


def batch(tp: TP, times: list[int]) -> EventT:
    records = [SimpleNamespace(timestamp=time, of=(tp, place)) for place, time in enumerate(times)]
    return cast(EventT, SimpleNamespace(message=SimpleNamespace(tp=tp, value=records)))


def all_of(waiting: InStep, at_once: int) -> list[Any]:
    taken = []
    while waiting:
        taken += [record for piece in waiting.oldest(at_once) for record in piece.records]
    return taken


def test_a_week_of_parcels_waits_for_the_clicks_of_its_first_hours() -> None:
    waiting = InStep(10)
    waiting.add(batch(PARCELS, list(range(0, 7_000, 10))))
    waiting.add(batch(CLICKS, list(range(1_000))))
    first = [record for piece in waiting.oldest(1_000) for record in piece.records]
    assert sum(record.of[0] == CLICKS for record in first) > 800
    assert waiting.held() == {PARCELS}


def test_where_only_one_partition_waits_it_is_held_by_nobody() -> None:
    waiting = InStep(10)
    waiting.add(batch(PARCELS, [7]))
    assert waiting.held() == frozenset()


@given(
    st.dictionaries(
        st.sampled_from([CLICKS, PARCELS, TICKETS]), st.lists(st.integers(0, 99), min_size=1, max_size=99), min_size=1
    )
)
def test_everything_is_taken_once_and_each_partition_in_its_own_order(given_times: dict[TP, list[int]]) -> None:
    waiting, half = InStep(10), {tp: len(times) // 2 for tp, times in given_times.items()}
    for tp, times in given_times.items():
        if half[tp]:
            waiting.add(batch(tp, times[: half[tp]]))
        waiting.add(batch(tp, times[half[tp] :]))
    taken = all_of(waiting, 10)
    for tp, times in given_times.items():
        assert [record.timestamp for record in taken if record.of[0] == tp] == times


def test_a_batch_is_over_with_its_last_piece() -> None:
    waiting = InStep(10)
    for size in (1, PIECE, PIECE + 1, 3 * PIECE):
        waiting.add(batch(CLICKS, [0] * size))
        pieces = waiting.oldest(10_000)
        assert [piece.last for piece in pieces] == [False] * (len(pieces) - 1) + [True]


def test_no_more_is_taken_from_the_queue_than_may_wait() -> None:
    queue: Queue[EventT] = Queue()
    for _ in range(5):
        queue.put_nowait(batch(CLICKS, [0]))
    waiting = InStep(2)
    waiting.fill(queue)
    assert queue.qsize() == 3
    waiting.oldest(1)
    waiting.fill(queue)
    assert queue.qsize() == 2
