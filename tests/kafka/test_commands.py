"""The commands with an Apache Kafka of their own: it keeps its data, and goes with the command."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.e2e.conftest import THROUGHLINE, Type
from tests.e2e.conftest import folder as folder
from tests.e2e.conftest import shell as shell
from tests.e2e.conftest import type_ as type_
from tests.e2e.test_up import processes_of

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(300), pytest.mark.usefixtures("kafka_jars")]


@contextmanager
def broker(folder: Path) -> Iterator[None]:
    """``throughline broker --apache`` in a terminal of its own, ended with Ctrl-C."""
    command = [str(THROUGHLINE), "broker", "--apache"]
    running = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert running.stdout is not None
    with running.stdout as said:
        assert said.readline().startswith("127.0.0.1:")
        yield
        running.send_signal(signal.SIGINT)
        assert running.wait() == 0


def test_a_broker_that_is_started_again_has_its_topics(type_: Type, folder: Path) -> None:
    with broker(folder):
        assert " created " in type_("topics").out
    assert "No broker runs" in type_("topics").err
    with broker(folder):
        again = type_("topics").out
        assert "journey.log" in again
        assert " created " not in again
    assert processes_of(folder) == []


def test_the_demo_on_it(shell: Type, folder: Path) -> None:
    said = shell("demo", "--apache")
    assert said.code == 0, said.out + said.err
    for words in ("What to do:", "Are promises kept?", "lake stays"):
        assert words in said.out
    assert processes_of(folder) == []
