"""``python -m tests.mutants [PART …]``: makes every mutant whose file or words contain a PART, and says which test noticed it.

Each is made in a temporary copy of the checkout, never in the checkout. Exit code 1 if one lives on: nobody noticed it, it no
longer applies, or what it leaves cannot even be imported.
"""

from __future__ import annotations

import compileall
import os
import py_compile
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.mutants import MUTANTS, Mutant

ROOT = Path(__file__).parents[2]
SLOW = "tests/pipeline"
WATCHES = (("tests/core", 20), ("tests/kits/test_detectors.py", 20), (SLOW, 120))
"""Who is asked, the quick ones first, and the next only where nobody noticed so far; a test that does not end within so many
seconds has noticed too. The adapters' kit knows nothing of the core, and on a busy machine it does not end in time."""
NEEDED = ("schemas", "streams", "sinks", "throughline", "tests", "pyproject.toml")
_FAILED = re.compile(r"^FAILED (\S+?)::(.+?)(?: - .*)?$", re.MULTILINE)


def copy_of_the_checkout(to: Path) -> None:
    """With its bytecode known by what the source says: a change within the second is seen."""
    for name in NEEDED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, to / name, ignore=shutil.ignore_patterns("__pycache__", "target"))
        else:
            shutil.copy(ROOT / name, to / name)
    compileall.compile_dir(to, quiet=1, invalidation_mode=py_compile.PycInvalidationMode.CHECKED_HASH)


class Trial:
    """Mutants made in a copy of the checkout, one at a time. Who noticed the last one of a file is asked first of the next."""

    def __init__(self, copy: Path) -> None:
        self._copy = copy
        self._witnesses: dict[str, str] = {}
        copy_of_the_checkout(copy)

    def witness(self, mutant: Mutant) -> str | None:
        """Which test noticed, in words; None if the mutant lives on or cannot be made."""
        text = mutant.applied(self._copy)
        if text is None:
            return None
        file = self._copy / mutant.file
        sound = file.read_text()
        file.write_text(text)
        try:
            return self._noticed(mutant)
        finally:
            file.write_text(sound)

    def _noticed(self, mutant: Mutant) -> str | None:
        known = self._witnesses.get(mutant.file)
        for tests, patience in ((known, 20), *WATCHES) if known is not None else WATCHES:
            failed = self._failed(tests, patience)
            if failed is not None:
                file, test = failed
                if tests != SLOW:
                    self._witnesses[mutant.file] = file
                return f"{file}: {test.removeprefix('test_').replace('_', ' ')}"
        return None

    def _failed(self, tests: str, patience: int) -> tuple[str, str] | None:
        """The first test that fails: its file and its name."""
        command = [sys.executable, "-m", "pytest", "-x", "-q", "--no-header", "--tb=no", f"--timeout={patience}", tests]
        environment = os.environ | {"PYTHONPATH": str(self._copy), "COLUMNS": "1000"}
        run = subprocess.run(command, cwd=self._copy, capture_output=True, text=True, check=False, env=environment)
        failed = _FAILED.search(run.stdout)
        if failed is None and run.returncode != 0:
            raise SystemExit(f"The tests do not run:\n{run.stdout[-2000:]}{run.stderr[-2000:]}")
        return None if failed is None else (failed[1], failed[2])


def main(parts: Sequence[str]) -> int:
    chosen = [mutant for mutant in MUTANTS if not parts or any(part in str(mutant) for part in parts)]
    living = 0
    with tempfile.TemporaryDirectory() as folder:
        trial = Trial(Path(folder))
        for mutant in chosen:
            witness = trial.witness(mutant)
            living += witness is None
            print(f"{mutant}\n    {witness or 'LIVES ON'}", flush=True)
    print(f"{len(chosen) - living} of {len(chosen)} were noticed.")
    return 1 if living or not chosen else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
