"""The peers: how each is started. Each is one small file in the idiom of its library, told what to do by its environment."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.peers import tools

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Rival:
    name: str
    title: str
    """In the table."""
    source: str
    """Beside this file: what one would read."""
    command: Callable[[], Sequence[str]]
    """Fetches what it needs, and says how it is started."""


def _ours(module: str, *words: str) -> Callable[[], Sequence[str]]:
    return lambda: [sys.executable, "-m", f"bench.peers.{module}", *words]


RIVALS: dict[str, Rival] = {
    rival.name: rival
    for rival in (
        Rival("floor", "aiokafka + msgspec, plain dicts", "floor.py", _ours("floor")),
        Rival("faust", "Faust, idiomatic", "idiomatic_faust.py", _ours("idiomatic_faust", "worker", "--without-web")),
        Rival("quix", "Quix Streams", "quix.py", lambda: [str(tools.python()), "-m", "bench.peers.quix"]),
        Rival(
            "kafka-streams",
            "Kafka Streams",
            "java/streams/KafkaStreamsPeer.java",
            lambda: tools.java("streams", "KafkaStreamsPeer"),
        ),
        Rival("flink", "Flink, local cluster", "java/flink/FlinkPeer.java", lambda: tools.java("flink", "FlinkPeer")),
    )
}
THROUGHLINE = "throughline"
NAMES = (THROUGHLINE, *RIVALS)
