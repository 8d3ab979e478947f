"""An Apache Kafka for the commands: its data under ``data_dir``, its absence in words."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from schemas.failures import Stop
from throughline.apache.cluster import ApacheKafka
from throughline.apache.jars import fetch, fetched, missing, release


def apache_kafka(data_dir: Path, say: Callable[[str], None], nodes: int = 1, port: int | None = None) -> ApacheKafka:
    """The cluster whose data is under ``data_dir``, or a new one. Raises ``Stop`` where there is none to be had."""
    directory = data_dir / "kafka"
    there = len(list(directory.glob("node-*")))
    if there not in (0, nodes):
        raise Stop(
            f"{directory} holds the data of an Apache Kafka whose number of nodes is {there}, not {nodes}. "
            f"A cluster keeps its size here: use --nodes {there}, or name another folder with --data."
        )
    if reason := missing():
        raise Stop(
            f"Apache Kafka cannot run here: {reason}. Install Java 17 (a JRE will do) and Maven, as in "
            "`apt install openjdk-17-jre-headless maven` or `brew install openjdk maven`; or leave --apache out: the embedded "
            "broker needs neither."
        )
    if not fetched():
        say(f"Fetching Apache Kafka {release()} with Maven, this once: some 50 MB.")
    return ApacheKafka(directory, fetch(), nodes, port=port)
