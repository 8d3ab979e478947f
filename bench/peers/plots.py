"""The plots of ``docs/benchmarks.md``: ``python -m bench.peers.plots RESULTS FOLDER``, in the peers' environment.

Points on a logarithmic axis, with a line over the spread.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from statistics import median
from typing import Any

import matplotlib as mpl
from matplotlib import pyplot

mpl.use("svg")
mpl.rcParams["svg.hashsalt"] = "throughline"
OURS, THEIRS = "#c2410c", "#475569"

Spread = tuple[float, float, float]
"""From, the point, to."""


def throughput(found: list[dict[str, Any]]) -> dict[str, Spread]:
    """Events per second of a core: the lowest, the median, the highest."""
    by_peer: dict[str, list[float]] = {}
    for one in found:
        by_peer.setdefault(one["peer"], []).append(one["warm_events"] / one["warm_processor"])
    return {peer: (min(rates), median(rates), max(rates)) for peer, rates in by_peer.items()}


def latency(found: list[dict[str, Any]]) -> dict[str, Spread]:
    """Milliseconds at the highest pace: the point is the median, the line goes on to the 99th percentile."""
    pace = max(one["pace"] for one in found)
    return {one["peer"]: (one["p50"], one["p50"], one["p99"]) for one in found if one["pace"] == pace and one["p50"]}


def draw(spreads: Mapping[str, Spread], words: str, svg: Path) -> None:
    """A line a peer, the smallest at the bottom."""
    peers = sorted(spreads, key=lambda peer: spreads[peer][1])
    figure, axes = pyplot.subplots(figsize=(7, 0.4 * len(peers) + 1), layout="constrained")
    for place, peer in enumerate(peers):
        low, point, high = spreads[peer]
        colour = OURS if peer == "throughline" else THEIRS
        axes.errorbar(point, place, xerr=[[point - low], [high - point]], fmt="o", color=colour, capsize=3)
    axes.set_yticks(range(len(peers)), peers)
    axes.set_xscale("log")
    axes.set_xlabel(words)
    axes.grid(axis="x", which="both", alpha=0.2)
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(svg, metadata={"Date": None})


def main(results: Path, folder: Path) -> None:
    kept = json.loads(results.read_text())
    draw(throughput(kept["throughput"]["found"]), "events per second of one core", folder / "throughput.svg")
    draw(latency(kept["latency"]["found"]), "ms to the alert, p50 to p99", folder / "latency.svg")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
