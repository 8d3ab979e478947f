"""The doors between the rooms are shut: each import-linter contract fails where it is violated, and holds as the tree is."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ("schemas", "streams", "sinks", "throughline")

VIOLATIONS = {
    "a sink that reads settings": ("sinks/duck.py", "import throughline.settings", "The front door above"),
    "a sink that knows the pipeline": ("sinks/duck.py", "import streams.journey.entries", "The front door above"),
    "a pipeline that knows the lake": ("streams/agents/stitch.py", "import sinks.lake", "The front door above"),
    "a contract that knows a sink": ("schemas/topics.py", "import sinks.lake", "The front door above"),
    "a core that knows its shell": ("streams/journey/fold.py", "import streams.agents.commit", "Inside streams"),
    "a collector that knows the worker": ("streams/collector/app.py", "import streams.agents.commit", "Inside streams"),
    "an adapter that looks at the clock": ("streams/collector/adapters/canonical.py", "import time", "An adapter is"),
    "a shell that knows the app": ("streams/agents/commit.py", "import streams.app", "Inside streams"),
    "a core that looks at the clock": ("streams/journey/fold.py", "import time", "The core knows"),
    "a core that waits": ("streams/journey/stitch.py", "import asyncio", "The core knows"),
    "a core that draws lots": ("streams/journey/identity.py", "import random", "The core knows"),
    "a core that reads the environment": ("streams/journey/rules.py", "import os", "The core knows"),
    "a core that knows Faust": ("streams/journey/routing.py", "import faust", "The core knows"),
    "a core that knows Kafka": ("streams/journey/routing.py", "import aiokafka", "The core knows"),
    "a detector that looks at the clock": ("streams/journey/detectors/cart_abandoned.py", "import time", "The core knows"),
    "a contract that knows Kafka": ("schemas/topics.py", "import aiokafka", "The contract stands on"),
}


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """The tree's Python, to be broken at will."""
    for room in ROOMS:
        shutil.copytree(ROOT / room, tmp_path / room, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def doors(house: Path) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    return subprocess.run(command, cwd=house, capture_output=True, text=True, check=False, env={"PYTHONPATH": str(house)})


def test_all_doors_hold_as_the_tree_is(house: Path) -> None:
    said = doors(house)
    assert said.returncode == 0, said.stdout + said.stderr


@pytest.mark.parametrize("violation", VIOLATIONS)
def test_a_door_that_is_forced_is_heard(violation: str, house: Path) -> None:
    file, line, contract = VIOLATIONS[violation]
    (house / file).write_text(f"{(house / file).read_text()}\n{line}\n")
    said = doors(house)
    broken = [line for line in said.stdout.splitlines() if "BROKEN" in line]
    assert said.returncode == 1, said.stdout + said.stderr
    assert any(line.startswith(contract) for line in broken), broken
