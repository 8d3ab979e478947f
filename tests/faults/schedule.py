"""Which fault comes when: drawn from a seed, so that the same seed does the same again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from tests.faults.catalogue import FAULTS, Fault

GAPS = (0.2, 7.0)
"""Seconds from the beginning of one fault to that of the next: less than most take to heal, so that they meet."""


@dataclass(frozen=True)
class Turn:
    number: int
    fault: Fault
    gap: float
    """Seconds until the next one begins."""
    lot: Random


def turns(seed: int) -> Iterator[Turn]:
    """For ever. Every fault has come before any comes again."""
    lot = Random(seed)
    number = 0
    while True:
        for fault in lot.sample(FAULTS, len(FAULTS)):
            number += 1
            yield Turn(number, fault, lot.uniform(*GAPS), Random(f"{seed}/{number}"))


MEAN_GAP = sum(GAPS) / 2
