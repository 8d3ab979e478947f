"""States of as many customers as one likes: a few simulated ones, lived once, then copied under other names."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bench.traffic import HASH, RULES, steps
from streams.journey.packing import unpack_state
from streams.journey.state import Subject, subject_decoder
from streams.journey.stitch import KEY
from throughline.driver import Driver

CLOCK = "clock/"


class NoLake:
    """A sink that keeps nothing."""

    def watermarks(self, partition: int, epoch: int) -> None: ...
    def append(self, table: str, partition: int, epoch: int, rows: list[tuple[int, bytes]]) -> None: ...
    def flush(self, through: dict[tuple[int, int], int]) -> None: ...


def lived(file: Path) -> dict[str, bytes]:
    """The states after this history, by name, the clock's among them."""
    driver = Driver(NoLake(), RULES, HASH)
    for step in steps(file):
        if isinstance(step, int):
            driver.tick(step)
        else:
            driver.feed(step)
    driver.commit()
    return driver.changelogs[0]


def subjects(states: dict[str, bytes]) -> Iterator[tuple[str, Subject]]:
    """The identifiers among them, unpacked."""
    for name, packed in states.items():
        if not name.startswith((KEY, CLOCK)):
            yield name, unpack_state(subject_decoder, packed)


def journeys(states: dict[str, bytes]) -> list[str]:
    """Whose journeys are open."""
    return [name for name, subject in subjects(states) if subject.fold.journey is not None]


def copies(states: dict[str, bytes], count: int) -> dict[str, bytes]:
    """The states so many times over: the same under names of its own each time, in memory of its own."""
    copied = {name: packed for name, packed in states.items() if name.startswith(CLOCK)}
    for number in range(count):
        for name, packed in states.items():
            if not name.startswith(CLOCK):
                copied[copy_name(name, number)] = bytes(bytearray(packed))
    return copied


def copy_name(name: str, number: int) -> str:
    return f"{name}~{number}"
