"""All benchmarks, one after the other, each in a process of its own, over the same simulated traffic."""

from __future__ import annotations

import subprocess
import sys

from bench.table import machine, sizes
from bench.traffic import history

FED = ("stages", "backfill", "live")
"""Over all of the traffic; the others make their own, and need less."""
ALONE = ("latency", "state", "recovery", "customers", "collector")


def main() -> None:
    given = sizes(str(__doc__), events=200_000)
    print(f"{machine()}.\n", flush=True)
    with history(given) as file:
        for name in FED:
            _run(name, "--history", str(file))
    for name in ALONE:
        _run(name)


def _run(name: str, *arguments: str) -> None:
    subprocess.run([sys.executable, "-m", f"bench.{name}", *arguments], check=True)


if __name__ == "__main__":
    main()
