"""A small course of faults; ``make faults`` runs the long one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.hosts import forbidden

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(480)]
ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("seed", ["11"])
def test_nothing_is_lost_however_it_breaks(kafka_jars: Path, tmp_path: Path, seed: str) -> None:
    if reason := forbidden():
        (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)
    course = ["--seed", seed, "--faults", "10", "--workers", "2", "--shoppers", "400", "--keep", str(tmp_path / "course")]
    run = subprocess.run([sys.executable, "-m", "tests.faults", *course], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    assert "10 faults injected" in run.stdout
