"""What an adapter costs an event: ``python -m bench.adapters``, seconds. The messages are the tests' examples."""

from __future__ import annotations

import json
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from bench.stopwatch import Stopwatch
from streams.collector.adapters.adapted import Received
from streams.collector.adapters.segment import SEGMENT

EXAMPLES = Path(__file__).parents[1] / "tests/contract/adapters/examples/segment"
BATCH = 100
ROUNDS = 200
AT = Received(1_763_000_000_000_000, "bench")


def messages() -> list[Any]:
    """Of every example the messages, a batch's one by one."""
    told = [json.loads(file.read_text())["message"] for file in sorted(EXAMPLES.glob("*.json"))]
    return [one for message in told for one in message.get("batch", [message])]


def microseconds(batch: dict[str, Any]) -> float:
    """Of processor time for a message, the best of many rounds: what other programs take is not the adapter's."""
    best = float("inf")
    for _ in range(ROUNDS):
        with Stopwatch() as watch:
            SEGMENT.adapt(batch, AT)
        best = min(best, watch.processor)
    return best / len(batch["batch"]) * 1_000_000


def main() -> None:
    mixed = {"batch": list(islice(cycle(messages()), BATCH)), "sentAt": "2025-11-13T02:13:19.500Z"}
    print(f"segment: {microseconds(mixed):.1f} µs a message, mixed, {BATCH} to a batch")


if __name__ == "__main__":
    main()
