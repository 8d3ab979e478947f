"""A user at a keyboard: command lines in a folder of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from throughline.cli import run

THROUGHLINE = Path(sys.executable).with_name("throughline")


class Said(NamedTuple):
    code: int
    out: str
    err: str


Type = Callable[..., Said]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the commands are run; nothing of the surroundings is set."""
    for name in [name for name in os.environ if name.startswith("THROUGHLINE_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def type_(folder: Path, capsys: pytest.CaptureFixture[str]) -> Type:
    """Types a command line and reads what it says, in this process."""

    def type_in(*words: str) -> Said:
        capsys.readouterr()
        code = run(list(words))
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        return Said(code, out, err)

    return type_in


@pytest.fixture
def shell(folder: Path) -> Type:
    """Runs the console script as a process of its own, to its end."""

    def run_script(*words: str) -> Said:
        done = subprocess.run([THROUGHLINE, *words], cwd=folder, capture_output=True, text=True, check=False)
        assert "Traceback" not in done.stdout + done.stderr
        return Said(done.returncode, done.stdout, done.stderr)

    return run_script
