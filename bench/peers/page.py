"""``docs/benchmarks.md`` and its plots, from what was measured. Nothing on the page but its words is written by hand."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path
from statistics import median
from typing import Any

from bench.peers import tools
from bench.peers.results import FILE, load
from bench.peers.rivals import NAMES, RIVALS, THROUGHLINE
from bench.peers.trials import PARTITIONS

TEMPLATE = Path(__file__).with_name("benchmarks.template")
PAGE = FILE.parents[1] / "benchmarks.md"
NEEDED = ("throughput", "latency", "recovery")
NOT_DONE = "–"
Found = dict[str, Any]


def write() -> None:
    """Where a trial of ``NEEDED`` was never run there is no page yet."""
    kept = load()
    if missing := [name for name in NEEDED if name not in kept]:
        print(f"No page yet: nothing was found of {', '.join(missing)}.")
        return
    PAGE.write_text(page(kept))
    subprocess.run([tools.python(), "-m", "bench.peers.plots", FILE, FILE.parent], check=True)


def page(kept: dict[str, Any]) -> str:
    through = kept["throughput"]["found"]
    words = {
        "provenance": _provenance(kept),
        "events": f"{through[0]['events']:,} events",
        "partitions": str(PARTITIONS),
        "runs": str(max(sum(one["peer"] == peer for one in through) for peer in NAMES)),
        "throughput": throughput(through),
        "latency": latency(kept["latency"]["found"]),
        "recovery": recovery(kept["recovery"]["found"]),
        "scaling": scaling(kept),
        "minutes": "about half an hour on two quiet cores",
    }
    text = TEMPLATE.read_text()
    for name, said in words.items():
        text = text.replace(f"{{{name}}}", said)
    return text


def _provenance(kept: dict[str, Any]) -> str:
    """Where and when each trial was run; trials that were run together share a line."""
    runs: dict[tuple[str, str, str], list[str]] = {}
    for trial, run in kept.items():
        runs.setdefault((run["at"], run["machine"], run["command"]), []).append(trial)
    return "\n".join(
        f"* {', '.join(trials)}: {at}, {machine}, by `{command}`." for (at, machine, command), trials in runs.items()
    )


def throughput(found: list[Found]) -> str:
    ours = median(_per_core(found, THROUGHLINE))
    columns = (
        "peer",
        "events/s of a core",
        "of Throughline's",
        "events/s by the wall",
        "seconds of processor, all",
        "MB at most",
    )
    return table(columns, (_throughput(found, peer, ours) for peer in _peers(found)))


def _throughput(found: list[Found], peer: str, ours: float) -> tuple[str, ...]:
    mine = [one for one in found if one["peer"] == peer]
    per_core = _per_core(found, peer)
    walls = [one["warm_events"] / one["warm_wall"] for one in mine]
    spread = f"{figure(median(per_core))} ({figure(min(per_core))} to {figure(max(per_core))})"
    return (
        title(peer),
        spread,
        f"{median(per_core) / ours:.2f}",
        figure(median(walls)),
        f"{median(one['processor'] for one in mine):.1f}",
        f"{median(one['peak_bytes'] for one in mine) / 1e6:.0f}",
    )


def _per_core(found: list[Found], peer: str) -> list[float]:
    return [one["warm_events"] / one["warm_processor"] for one in found if one["peer"] == peer]


def latency(found: list[Found]) -> str:
    paces = sorted({one["pace"] for one in found})
    columns = ("peer", *(f"{what} at {pace:,}/s" for pace in paces for what in ("p50", "p99")), "told of, of left")
    return table(columns, (_latency(found, peer, paces) for peer in _peers(found)))


def _latency(found: list[Found], peer: str, paces: list[int]) -> tuple[str, ...]:
    by_pace = {one["pace"]: one for one in found if one["peer"] == peer}
    cells = (millis(by_pace[pace][what]) for pace in paces for what in ("p50", "p99"))
    told, left = (sum(one[what] for one in by_pace.values()) for what in ("told", "left"))
    return title(peer), *cells, f"{told:,} of {left:,}"


def recovery(found: list[Found]) -> str:
    rows = (
        (title(one["peer"]), f"{one['customers']:,}", f"{one['seconds']:.1f}", f"{one['all_seconds']:.1f}")
        for one in _in_order(found)
    )
    return table(("peer", "customers known", "to the first alert, s", "to the last, s"), rows)


def scaling(kept: dict[str, Any]) -> str:
    """What customers and partitions cost, or that nobody has measured it."""
    if not {"customers", "partitions"} <= kept.keys():
        return "Not measured yet; `python -m bench.peers --trials customers partitions` does it."
    others = [one["customers"] for one in kept["customers"]["found"]]
    return (
        f"Microseconds of processor an event: of the same events after {min(others):,} and after {max(others):,} others have "
        "come once, and of the same events on\none, four and eight partitions. One run each. –: not done in ten minutes.\n\n"
        + _scaling(kept["customers"]["found"], kept["partitions"]["found"])
    )


def _scaling(customers: list[Found], partitions: list[Found]) -> str:
    counts, places = sorted({one["customers"] for one in customers}), sorted({one["partitions"] for one in partitions})
    columns = ("peer", *(f"{count:,} others" for count in counts), "ratio", *(_partitions(place) for place in places), "8 of 1")

    def row(peer: str) -> tuple[str, ...]:
        beside = [_cost(customers, peer, "customers", count) for count in counts]
        on = [_cost(partitions, peer, "partitions", place) for place in places]
        return title(peer), *beside_each(beside), *beside_each(on)

    return table(columns, map(row, _peers(partitions)))


def beside_each(costs: list[float | None]) -> list[str]:
    """Each, and what the last is of the first."""
    told = [NOT_DONE if cost is None else micros(cost) for cost in costs]
    first, last = costs[0], costs[-1]
    return [*told, NOT_DONE if first is None or last is None else f"{last / first:.2f}"]


def _partitions(count: int) -> str:
    return f"{count} partition{'s' * (count > 1)}"


def _cost(found: list[Found], peer: str, by: str, count: int) -> float | None:
    """Seconds of processor an event, where it was measured."""
    one = next((each for each in found if each["peer"] == peer and each[by] == count), None)
    return None if one is None else float(one["warm_processor"] / one["warm_events"])


def millis(waited: float | None) -> str:
    return "nobody was told" if waited is None else f"{waited:,.0f}"


def micros(seconds: float) -> str:
    return f"{seconds * 1e6:.0f}" if seconds >= 1e-5 else f"{seconds * 1e6:.1f}"


def figure(number: float) -> str:
    """Three significant digits: what is behind them is noise."""
    return f"{float(f'{number:.3g}'):,.0f}"


def title(peer: str) -> str:
    return "**Throughline**" if peer == THROUGHLINE else RIVALS[peer].title


def _peers(found: list[Found]) -> list[str]:
    return [one["peer"] for one in _in_order(found, once=True)]


def _in_order(found: list[Found], once: bool = False) -> list[Found]:
    """As peers are listed everywhere."""
    ordered = sorted(found, key=lambda one: NAMES.index(one["peer"]))
    return list({one["peer"]: one for one in ordered}.values()) if once else ordered


def table(columns: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    head = list(columns)
    write: Callable[[Iterable[str]], str] = lambda cells: f"| {' | '.join(cells)} |"  # noqa: E731
    return "\n".join([write(head), f"|{'---|' * len(head)}", *map(write, rows)])
