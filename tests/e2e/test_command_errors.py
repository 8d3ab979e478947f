"""Whoever mistypes, missets or forgets is told in a sentence what, where and what to do; nobody sees a traceback."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.conftest import Type
from throughline.broker import free_port
from throughline.cli import VERBS


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["lakes"], 2, "No such command 'lakes'"),
        (["sql"], 2, "Missing argument"),
        (["sql", "SELECT 1", "--format", "xml"], 2, "'xml' is not one of"),
        (["sql", "SELECT 1"], 1, "There is no lake at"),
        (["lake", "status", "--lake", "nowhere"], 1, "There is no lake at nowhere. Name its folder with --lake"),
        (["signals", "tail"], 1, "No broker runs over .throughline. Start one with `throughline up`"),
        (["work"], 1, "No broker runs over .throughline"),
        (["replay", "absent.jsonl"], 2, "does not exist"),
        (["backfill", "absent.jsonl"], 2, "does not exist"),
        (["import", "nosuch", ".", "--out", "x"], 1, "olist, rees46, taobao, web"),
        (["simulate", "--rate", "rain=0.1"], 2, "rain is no rate"),
        (["simulate", "--rate", "late=2"], 2, "between 0 and 1"),
        (["up", "--partitions", "0"], 2, "Setting partitions (THROUGHLINE_PARTITIONS)"),
        (["work", "--brokers", "kafka.shop.example:9092"], 2, "THROUGHLINE_IDENTITY_KEY is not set"),
    ],
)
def test_a_mistake_is_answered_in_a_sentence(words: list[str], code: int, said: str, type_: Type) -> None:
    heard = type_(*words)
    assert heard.code == code
    assert said in heard.err


@pytest.mark.parametrize("verb", [["topics"], ["work"], ["signals", "tail"]])
def test_a_broker_that_is_not_there_is_named(verb: list[str], type_: Type) -> None:
    address = f"127.0.0.1:{free_port()}"
    heard = type_(*verb, "--brokers", address)
    assert heard.code == 1
    assert address in heard.err
    assert "--brokers" in heard.err


def test_a_fault_of_our_own_leaves_its_trace_in_a_file(type_: Type, monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    monkeypatch.setitem(VERBS, "sql", ("throughline.cli.asking:nothing", ""))
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    heard = type_("sql", "SELECT 1")
    assert heard.code == 1
    assert "a fault of Throughline's own: AttributeError" in heard.err
    (trace,) = folder.glob("throughline-*.trace")
    assert str(trace) in heard.err
    assert "Traceback" in trace.read_text()


def test_every_verb_has_help(type_: Type) -> None:
    listed = type_("--help").out
    for verb in VERBS:
        assert f"  {verb} " in listed
        assert type_(verb, "--help").code == 0


def test_the_console_script_is_installed(shell: Type) -> None:
    assert shell("--version").out.startswith("throughline, version")
    assert shell("lakes").code == 2


def test_an_apache_kafka_without_java_says_what_to_do(type_: Type, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    for verb in ("broker", "up", "demo"):
        said = type_(verb, "--apache")
        assert said.code == 1
        assert "no Java on the PATH; Apache Kafka needs 17 or newer. Install Java 17" in said.err


def test_a_cluster_keeps_its_size(type_: Type, folder: Path) -> None:
    (folder / ".throughline/kafka/node-1").mkdir(parents=True)
    said = type_("broker", "--apache", "--nodes", "3")
    assert said.code == 1
    assert "holds the data of an Apache Kafka whose number of nodes is 1, not 3" in said.err


@pytest.mark.parametrize("words", [("broker", "--nodes", "3"), ("up", "--apache", "--brokers", "127.0.0.1:9092")])
def test_brokers_that_exclude_each_other_are_refused(type_: Type, words: tuple[str, ...]) -> None:
    assert type_(*words).code == 2
