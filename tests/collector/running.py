"""A collector as its owner runs it: a process of its own, known by its address and its files."""

from __future__ import annotations

import http.client
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from streams.collector.keys import FILE_NAME, add_key, add_secret
from throughline.broker import free_port
from throughline.leash import Leashed

STARTS_WITHIN = 30.0
LOOK_EVERY = 0.05
"""Seconds."""
EVENTS = "throughline_collector_events_total"
ANSWERS = "throughline_collector_answers_total"


class RunningCollector:
    """``start`` it. Its keys, its spool and its log lie in ``folder``, its events go to ``brokers``."""

    def __init__(self, folder: Path, brokers: str, **settings: str) -> None:
        """``settings`` as in the environment, without the prefix: ``COLLECTOR__SPOOL_AFTER="1 s"``."""
        self.folder = folder
        self.port = free_port()
        self.log = folder / "collector.log"
        self._process: Leashed | None = None
        named = {"BROKERS": brokers, "DATA_DIR": str(folder), "COLLECTOR__PORT": str(self.port), **settings}
        self._environment = os.environ | {f"THROUGHLINE_{name}": value for name, value in named.items()}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.running

    def key(self, source: str) -> str:
        """A new write key."""
        return add_key(self.folder / FILE_NAME, source)

    def secret(self, source: str, sender: str, secret: str) -> None:
        add_secret(self.folder / FILE_NAME, source, sender, secret)

    def start(self) -> None:
        """On return it answers."""
        self._process = Leashed([sys.executable, "-m", "throughline", "collect"], self.log, self._environment)
        deadline = time.monotonic() + STARTS_WITHIN
        while not self._answers():
            assert self._process.running, f"it ended: {self.log.read_text()[-2_000:]}"
            assert time.monotonic() < deadline, f"it does not answer: {self.log.read_text()[-2_000:]}"
            time.sleep(LOOK_EVERY)

    def stop(self) -> int:
        """Drains it; its exit code."""
        return self._process.stop(within=30.0) if self._process is not None else 0

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()

    def health(self) -> dict[str, object]:
        found: dict[str, object] = json.loads(self._get("/health"))
        return found

    def counted(self, name: str, label: str) -> Counter[str]:
        """One of its counters by one of its labels."""
        families = text_string_to_metric_families(self._get("/metrics").decode())
        found: Counter[str] = Counter()
        for sample in (sample for family in families for sample in family.samples if sample.name == name):
            found[sample.labels[label]] += int(sample.value)
        return found

    def _answers(self) -> bool:
        try:
            self._get("/health")
        except OSError:
            return False
        return True

    def _get(self, path: str) -> bytes:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", path)
            return connection.getresponse().read()
        finally:
            connection.close()


@contextmanager
def collecting(folder: Path, brokers: str, **settings: str) -> Iterator[RunningCollector]:
    """Inside it runs; afterwards it is gone."""
    collector = RunningCollector(folder, brokers, **settings)
    collector.start()
    try:
        yield collector
    finally:
        collector.stop()
