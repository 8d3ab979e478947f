"""Every mutant can still be made, and each detector has some. Whether all are noticed takes minutes: ``make mutants``."""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import PurePath

import pytest

from streams.journey.detectors import DETECTORS
from tests.house.documents import ROOT
from tests.mutants import MUTANTS, Mutant


@pytest.mark.parametrize("mutant", MUTANTS, ids=str)
def test_a_mutant_changes_one_place_and_leaves_python(mutant: Mutant) -> None:
    text = mutant.applied(ROOT)
    assert text is not None, "its old text does not stand there exactly once"
    assert text != (ROOT / mutant.file).read_text()
    ast.parse(text)


def test_no_mutant_is_made_twice() -> None:
    assert len({(mutant.file, mutant.old, mutant.new) for mutant in MUTANTS}) == len(MUTANTS)


def test_every_detector_has_two_mutants() -> None:
    made = Counter(PurePath(mutant.file).stem for mutant in MUTANTS)
    assert [detector.kind for detector in DETECTORS if made[detector.kind] < 2] == []
