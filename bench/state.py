"""What an open journey weighs: all that is kept of identifiers and episodes, divided by the journeys that are open."""

from __future__ import annotations

import gc

from bench.population import copies, journeys, lived, subjects
from bench.stopwatch import resident
from bench.table import show, sizes
from bench.traffic import history, stitcher


def main() -> None:
    given = sizes(str(__doc__), events=30_000, journeys=100_000)
    with history(given) as file:
        states = lived(file)
    opened = journeys(states)
    touchpoints = sum(subject.fold.journey.touchpoints for _, subject in subjects(states) if subject.fold.journey is not None)
    packed = sum(len(name) + len(state) for name, state in states.items())
    times = max(1, given.journeys // len(opened))
    first = stitcher(copies(states, times))  # fills what memory was free before
    gc.collect()
    before = resident()
    held = stitcher(copies(states, times))
    grown = resident() - before
    assert len(first.states) == len(held.states)
    show(
        ("open journeys", "touchpoints each", "states each", "packed bytes each", "bytes of memory each"),
        [
            (
                f"{len(opened) * times:,}",
                f"{touchpoints / len(opened):.1f}",
                f"{len(held.states) / len(opened) / times:.1f}",
                f"{packed / len(opened):,.0f}",
                f"{grown / len(opened) / times:,.0f}",
            )
        ],
    )


if __name__ == "__main__":
    main()
