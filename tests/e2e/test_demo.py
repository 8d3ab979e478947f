"""The demo is what a newcomer sees first: it answers, ends by itself, and leaves a lake and nothing else."""

from __future__ import annotations

from pathlib import Path
from time import monotonic

import pytest

from tests.e2e.conftest import Type
from tests.e2e.test_up import processes_of


@pytest.mark.timeout(300)
@pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks for processes in /proc")
def test_the_demo_tells_the_whole_story_and_goes(shell: Type, folder: Path) -> None:
    begun = monotonic()
    said = shell("demo")
    assert said.code == 0, said.out + said.err
    assert monotonic() - begun < 120
    assert processes_of(folder) == []
    for words in (
        "journeys",
        "delivery_late, order:",
        "What to do:",
        "Dead letters",
        "unreadable",
        "Are promises kept?",
        "lake stays",
    ):
        assert words in said.out
    assert (folder / ".throughline/demo/lake/events/_delta_log").is_dir()
