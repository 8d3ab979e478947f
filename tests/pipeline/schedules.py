"""Ways in which one history may reach the pipeline. Whichever it is, the answer must be the same.

All end with everything fed and the clock at ``history.end``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from random import Random

import msgspec

from streams.journey.entries import Instant
from streams.journey.routing import Source
from tests.pipeline.restless import Restless
from tests.pipeline.worlds import DAY, History
from throughline.driver import Crash

Schedule = Callable[[Restless, History, Random], None]
HOUR: Instant = DAY // 24


def calm(driver: Restless, history: History, lot: Random) -> None:
    """In the order of receipt, a tick an hour, a commit now and then."""
    for batch, hour in by_the_hour(history.records):
        driver.feed(batch)
        driver.tick(min(hour, history.end))
        if hour // HOUR % 12 == 0:
            driver.commit()
    _end(driver, history)


def one_by_one(driver: Restless, history: History, lot: Random) -> None:
    """Each alone, with a tick before it and often a commit after it."""
    for number, record in enumerate(history.records):
        driver.tick(record.timestamp)
        driver.feed([record])
        if number % 7 == 0:
            driver.commit()
    _end(driver, history)


def in_bulk(driver: Restless, history: History, lot: Random) -> None:
    """All at once; time comes only afterwards."""
    driver.feed(history.records)
    _end(driver, history)


def duplicated(driver: Restless, history: History, lot: Random) -> None:
    """Producers send twice (another record, the same event), and the broker hands out some records again."""
    twice = [again for record in history.records for again in (record, msgspec.structs.replace(record, partition=9))]
    for start in range(0, len(twice), 50):
        driver.feed(twice[start : start + 50])
        driver.feed(twice[max(start - 20, 0) : start + 10])
        driver.tick(twice[start].timestamp)
    _end(driver, history)


def reordered(driver: Restless, history: History, lot: Random) -> None:
    """In any order, and ticks that overtake what has not arrived: what was found too soon must be taken back."""
    shuffled = list(history.records)
    lot.shuffle(shuffled)
    for batch in _batches(shuffled, lot):
        driver.feed(batch)
        if lot.random() < 0.3:
            driver.tick(lot.choice(shuffled).timestamp)
        if lot.random() < 0.1:
            driver.commit()
    _end(driver, history)


def lagging(driver: Restless, history: History, lot: Random) -> None:
    """As received, with some partitions far behind others, at commits too."""
    driver.hurry(2 * len(driver.logs))
    calm(driver, history, lot)


def crashed(driver: Restless, history: History, lot: Random) -> None:
    """As received, with crashes while reading and at random places of commits."""
    _with_crashes(driver, history.records, lot)
    _end(driver, history)


def reordered_and_crashed(driver: Restless, history: History, lot: Random) -> None:
    shuffled = list(history.records)
    lot.shuffle(shuffled)
    _with_crashes(driver, shuffled, lot)
    _end(driver, history)


def replayed(driver: Restless, history: History, lot: Random) -> None:
    """The topics read again from their start, behind everything they had said: nothing of it is new."""
    calm(driver, history, lot)
    driver.feed(history.records)
    _end(driver, history)


def _with_crashes(driver: Restless, records: Sequence[Source], lot: Random) -> None:
    clock = 0
    for batch in _batches(records, lot):
        driver.survive(lambda batch=batch: driver.feed(batch))  # type: ignore[misc]
        clock = max(clock, batch[-1].timestamp)
        if lot.random() < 0.3:
            driver.survive(lambda clock=clock: driver.tick(clock))  # type: ignore[misc]
        if lot.random() < 0.2:
            driver.memory.after_table = after_steps(lot.randint(1, 20))
            driver.survive(lambda: driver.commit(after_steps(lot.randint(1, 100))))
            driver.memory.after_table = lambda table: None


def after_steps(count: int) -> Callable[[str], None]:
    """To be called after each step: the given one is the last."""
    left = iter(range(count - 1, -1, -1))

    def stop(step: str) -> None:
        if next(left, -1) == 0:
            raise Crash

    return stop


def _end(driver: Restless, history: History) -> None:
    driver.survive(driver.catch_up)
    driver.survive(lambda: driver.tick(history.end))
    driver.commit()


def _batches(records: Sequence[Source], lot: Random) -> Iterator[Sequence[Source]]:
    start = 0
    while start < len(records):
        size = lot.choice((1, 1, 2, 5, 30))
        yield records[start : start + size]
        start += size


def by_the_hour(records: Sequence[Source]) -> Iterator[tuple[Sequence[Source], Instant]]:
    """What was received in each hour, and its end."""
    hours = [record.timestamp // HOUR for record in records]
    borders = [0, *[place for place in range(1, len(hours)) if hours[place] != hours[place - 1]], len(hours)]
    for start, stop in pairwise(borders):
        yield records[start:stop], (hours[start] + 1) * HOUR


SCHEDULES: dict[str, Schedule] = {
    schedule.__name__: schedule
    for schedule in (calm, one_by_one, in_bulk, duplicated, reordered, lagging, crashed, reordered_and_crashed, replayed)
}
