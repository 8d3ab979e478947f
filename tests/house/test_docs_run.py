"""What a document shows, does what it says."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer

from schemas.codec import Event, decode
from schemas.signals import Signal
from schemas.topics import SOURCE_TOPICS
from sinks.duck import connect
from sinks.lake import Lake
from streams.agents.options import Options
from streams.journey.hashing import IdentifierHash
from streams.journey.rules import Rules
from tests.house.documents import DOCUMENTS, ROOT, blocks, commands, name_of
from throughline.backfill import backfill
from throughline.broker import EmbeddedBroker
from throughline.kafka import create_topics
from throughline.settings import CONFIG, load
from throughline.simulator import CALM, World, write

README = ROOT / "README.md"
DEMO_LAKE = ".throughline/demo/lake"

each = pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lake as the demo leaves one, only smaller."""
    folder = tmp_path_factory.mktemp("demo")
    write(World(seed=7, shoppers=40, days=3, rates=CALM), folder / "events.jsonl", folder / "truth.jsonl")
    backfill([folder / "events.jsonl"], Lake(folder / "lake"), Rules(), IdentifierHash(b"a key for the documents"))
    return folder / "lake"


@each
def test_every_json_it_shows_is_an_event_or_a_signal(document: Path) -> None:
    for block in blocks(document, "json"):
        if "signal_id" in json.loads(block):
            Signal.model_validate_json(block)
        else:
            assert isinstance(decode(block.encode()), Event), block


@each
def test_every_query_it_shows_is_answered(document: Path, lake: Path) -> None:
    asked = [words[words.index("sql") + 1 :] for words in commands(document) if "sql" in words]
    queries = blocks(document, "sql") + [words[0] for words in asked if words]
    with connect(lake) as connection:
        for query in queries:
            assert connection.execute(query).fetchall(), query


def test_the_query_in_the_readme_has_the_columns_of_the_answer_below_it(lake: Path) -> None:
    (query,) = blocks(README, "sql")
    text = README.read_text().partition(query)[2]
    shown = re.findall(r"```text\n(.*)\n", text)[0].split()
    with connect(lake) as connection:
        assert [column[0] for column in connection.execute(query).description or ()] == shown


@each
def test_every_settings_file_it_shows_is_accepted(document: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number, block in enumerate(blocks(document, "toml")):
        file = tmp_path / f"{number}.toml"
        file.write_text(block)
        monkeypatch.setenv(CONFIG, str(file))
        assert load().model_fields_set


def test_the_producer_in_the_readme_produces_an_event(tmp_path: Path) -> None:
    (program,) = [block for block in blocks(README, "python") if "import Producer" in block]
    with EmbeddedBroker(tmp_path) as broker:
        asyncio.run(create_topics(Options(brokers=broker.address, partitions=2)))
        ours = re.sub(r'BROKERS = "[^"]+"', f'BROKERS = "{broker.address}"', program)
        assert broker.address in ours
        exec(compile(ours, "README.md", "exec"), {"__name__": "__main__"})  # noqa: S102  (our own document)
        value = asyncio.run(first_of(broker.address, "checkout.events"))
    event = decode(value)
    assert isinstance(event, Event)
    assert event.type == "order_completed"


async def first_of(brokers: str, topic: str) -> bytes:
    """The value of the first record on the topic."""
    assert topic in SOURCE_TOPICS
    async with AIOKafkaConsumer(topic, bootstrap_servers=brokers, auto_offset_reset="earliest") as consumer:
        record = await consumer.getone()
        return bytes(record.value)


def test_the_notebook_in_the_readme_shows_an_answer(lake: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (program,) = [block for block in blocks(README, "python") if "sinks.duck" in block]
    assert DEMO_LAKE in program
    exec(compile(program.replace(DEMO_LAKE, str(lake)), "README.md", "exec"), {})  # noqa: S102  (our own document)
    assert "conversion" in capsys.readouterr().out
