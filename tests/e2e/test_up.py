"""``up`` as somebody runs it: in one terminal the pipeline, in another history, signals and dead letters; then Ctrl-C."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.e2e.conftest import THROUGHLINE, Type
from throughline.broker import free_port

pytestmark = pytest.mark.timeout(300)

Event = dict[str, Any]

LEFT: list[Event] = [
    {
        "event_id": "e1",
        "type": "product_added",
        "occurred_at": "2026-03-02T10:00:00Z",
        "customer_id": "ada",
        "cart_id": "k1",
        "properties": {"product_id": "sofa", "price_minor": 90_000, "currency": "EUR"},
    },
    {"event_id": "e2", "type": "page_viewed", "occurred_at": "2026-03-02T12:00:00Z", "customer_id": "bo"},
    {"event_id": "e3", "type": "product_viewd", "occurred_at": "2026-03-02T12:00:01Z", "customer_id": "bo"},
]
MENDED = {**LEFT[2], "type": "product_viewed", "received_at": "2026-03-02T12:00:01Z"}
BACK: list[Event] = [
    {
        "event_id": "e4",
        "type": "order_completed",
        "occurred_at": "2026-03-02T13:00:00Z",
        "customer_id": "ada",
        "cart_id": "k1",
        "order_id": "o1",
        "properties": {"total_minor": 90_000, "currency": "EUR"},
    },
    {"event_id": "e5", "type": "page_viewed", "occurred_at": "2026-03-02T15:00:00Z", "customer_id": "bo"},
]


def write(path: Path, events: list[Event]) -> None:
    path.write_text("".join(json.dumps(event) + "\n" for event in events))


class Running(NamedTuple):
    pid: int
    told: str
    """What it said until it was ready."""


@contextmanager
def up(folder: Path, *words: str) -> Iterator[Running]:
    """The pipeline in a terminal of its own, ended with Ctrl-C."""
    ports = ["--web-port", str(free_port()), "--collector-port", "0"]
    command = [str(THROUGHLINE), "up", "--clock", "log", *ports, *words]
    running = subprocess.Popen(command, cwd=folder, stderr=subprocess.PIPE, text=True)
    assert running.stderr is not None
    with running.stderr as said:
        try:
            told = ""
            while "Health and metrics" not in told:
                told += next(said)
                assert "error" not in told
            yield Running(running.pid, told)
        finally:
            running.send_signal(signal.SIGINT)
            rest = said.read()
            running.wait()
    assert running.returncode == 0, rest
    assert "Traceback" not in rest


def processes_of(folder: Path) -> list[str]:
    """Command lines of what still runs and was started for this folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if os.readlink(process / "cwd") == str(folder):
                found.append((process / "cmdline").read_text().replace("\0", " "))
        except OSError:
            continue
    return [line for line in found if "throughline" in line or "tansu" in line]


def rows(type_: Type, query: str) -> list[Event]:
    found: list[Event] = json.loads(type_("sql", query, "--format", "json").out)
    return found


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks for processes in /proc")
def test_a_cart_left_today_is_resolved_after_a_restart(type_: Type, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THROUGHLINE_COMMIT_INTERVAL", "0.5 s")
    write(folder / "left.jsonl", LEFT)
    write(folder / "back.jsonl", BACK)
    with up(folder):
        assert type_("replay", "left.jsonl").code == 0
        assert "journey.log" in type_("topics").out
        heard = await_line(type_, "cart_abandoned")
        assert "opened    cart_abandoned cart:k1" in heard
    assert processes_of(folder) == []
    assert [row["status"] for row in rows(type_, "SELECT status FROM signals WHERE kind = 'cart_abandoned'")] == ["opened"]
    (letter,) = rows(type_, "SELECT dead_letter_id, reason FROM dead_letters")
    assert letter["reason"] == "invalid"

    with up(folder):
        write(folder / "mended.json", [MENDED])
        assert type_("dead-letters", "retry", str(letter["dead_letter_id"])).code == 1
        assert type_("dead-letters", "retry", str(letter["dead_letter_id"]), "--with", "mended.json").code == 0
        assert type_("replay", "back.jsonl").code == 0
        assert "resolved  cart_abandoned cart:k1" in await_line(type_, "resolved")
    assert processes_of(folder) == []
    assert [row["status"] for row in rows(type_, "SELECT status FROM signals WHERE kind = 'cart_abandoned'")] == ["resolved"]
    assert rows(type_, "SELECT retried_as FROM dead_letters") == [{"retried_as": "e3"}]
    assert rows(type_, "SELECT type FROM events WHERE event_id = 'e3'") == [{"type": "product_viewed"}]
    assert rows(type_, "SELECT touchpoints FROM journeys WHERE subject = 'customer:ada'") == [{"touchpoints": 2}]


def test_the_worker_of_a_run_follows_its_preset(type_: Type, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THROUGHLINE_COMMIT_INTERVAL", "0.5 s")
    write(folder / "left.jsonl", LEFT)
    with up(folder, "--preset", "youcan"):
        assert type_("replay", "left.jsonl").code == 0
        assert "quiet for 10 min" in await_line(type_, "cart_abandoned")


def test_an_event_over_http_is_in_the_lake_and_the_first_key_lets_it_in(
    type_: Type, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("THROUGHLINE_COMMIT_INTERVAL", "0.5 s")
    monkeypatch.setenv("THROUGHLINE_DRAIN_WITHIN", "2 min")
    with up(folder) as running:
        (key,) = re.findall(r"wk_\S+", running.told)
        (url,) = re.findall(r"Collector: (http://\S+?)\. ", running.told)
        request = urllib.request.Request(f"{url}/v1/events", json.dumps(LEFT).encode())  # noqa: S310 - our own
        request.add_header("Authorization", f"Bearer {key}")
        with urllib.request.urlopen(request) as answer:  # noqa: S310 - our own
            assert (json.load(answer)["taken"], answer.status) == (2, 200)
    found = rows(type_, "SELECT event_id, source FROM events ORDER BY event_id")
    assert found == [{"event_id": "e1", "source": "shop"}, {"event_id": "e2", "source": "shop"}]
    assert [row["event_id"] for row in rows(type_, "SELECT event_id FROM dead_letters")] == ["e3"]
    with up(folder) as running:
        assert "wk_" not in running.told
    assert processes_of(folder) == []


def await_line(type_: Type, words: str) -> str:
    """Reads the signals from the start until one says these words; the test's timeout is the limit."""
    while True:
        said = type_("signals", "tail", "--from-start", "--until-end")
        assert said.code == 0, said.err
        for line in said.out.splitlines():
            if words in line:
                return line
