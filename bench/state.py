"""What an open journey weighs: all that is kept of identifiers and episodes, divided by the journeys that are open.

The second table says what the memory is made of, the third whose states these are.
"""

from __future__ import annotations

import gc
import sys
from collections import defaultdict
from collections.abc import Mapping

from bench.population import CLOCK, copies, journeys, lived, subjects
from bench.stopwatch import resident
from bench.table import show, sizes
from bench.traffic import history, stitcher
from streams.journey.stitch import KEY


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
    count = len(opened) * times
    made_of = [(what, f"{size / count:,.0f}") for what, size in parts(held.states, grown).items()]
    show(("of memory", "bytes an open journey"), made_of)
    columns = ("states of", "an open journey has", "packed bytes each", "bytes an open journey, names and all")
    show(columns, [kind_row(kind, sizes, len(opened)) for kind, sizes in by_kind(states).items()])


def parts(states: Mapping[str, bytes], grown: int) -> dict[str, int]:
    """Bytes that the states have taken, by what they are."""
    names, packed = sum(map(len, states)), sum(map(len, states.values()))
    heads = sum(map(sys.getsizeof, states)) + sum(map(sys.getsizeof, states.values())) - names - packed
    return {
        "packed states": packed,
        "their names": names,
        "heads of the two objects": heads,
        "the dictionary's slots, the index of deadlines, rounding": grown - names - packed - heads,
    }


def by_kind(states: Mapping[str, bytes]) -> dict[str, list[tuple[int, int]]]:
    """Bytes of each state, packed and as it lies in memory with its name, by what it is of."""
    found: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for name, packed in states.items():
        if not name.startswith(CLOCK):
            kind = "episodes" if name.startswith(KEY) else name.partition(":")[0]
            found[kind].append((len(packed), sys.getsizeof(packed) + sys.getsizeof(name)))
    return found


def kind_row(kind: str, sizes: list[tuple[int, int]], journeys: int) -> tuple[str, str, str, str]:
    packed, held = (sum(size) for size in zip(*sizes, strict=True))
    return kind, f"{len(sizes) / journeys:.2f}", f"{packed / len(sizes):,.0f}", f"{held / journeys:,.0f}"


if __name__ == "__main__":
    main()
