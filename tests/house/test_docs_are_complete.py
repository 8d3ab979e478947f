"""What can be sent, read, set and signalled is in the documents, as it is in the code."""

from __future__ import annotations

import pyarrow as pa
import pytest
from pydantic import BaseModel

from schemas.events import CATALOGUE
from schemas.signals import KINDS
from schemas.tables import TABLES, Table
from streams.journey.detectors import DETECTORS, Detector
from tests.house.documents import ROOT, section
from throughline import presets_page, senders_page
from throughline.rules import detector_settings
from throughline.settings import CollectorSettings, KafkaSettings, RuleSettings, Settings
from throughline.signals_page import PAGE, rendered, written

DOCS = ROOT / "docs"
TYPES = {"int64": "integer", "bool": "boolean", "double": "float", "string": "text", "list<item: string>": "list of text"}


def type_of(field: pa.Field) -> set[str]:
    """How the document may call a column's type."""
    name = "instant" if pa.types.is_timestamp(field.type) else TYPES[str(field.type).replace("element", "item")]
    names = {name, "JSON"} if name == "text" else {name}
    return {f"{name}, null" for name in names} if field.nullable else names


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_column_is_described_with_its_type(table: Table) -> None:
    text = section(DOCS / "tables.md", table.name)
    own = [field for field in table.schema if not field.name.startswith("log_")]
    assert [field.name for field in own if not any(f"\n| `{field.name}` | {named} | " in text for named in type_of(field))] == []
    assert text.count("\n| `") == len(own)


def test_every_view_is_described() -> None:
    text = section(DOCS / "tables.md", "Views")
    views = [file.stem for file in (ROOT / "sinks/views").glob("*.sql")]
    assert [view for view in views if f"| `{view}` |" not in text] == []


@pytest.mark.parametrize("topic", sorted({listed.topic for listed in CATALOGUE.values()}))
def test_every_event_is_described_in_the_words_of_its_model(topic: str) -> None:
    text = section(DOCS / "events.md", topic)
    listed = [event for event in CATALOGUE.values() if event.topic == topic]
    lines = {event.name: " ".join(event.words.replace("``", "`").split()) for event in listed}
    ends = {event.name: f" | {event.actor} | {event.stage or ''} |" for event in listed}
    assert [name for name, words in lines.items() if f".json) | {words}{ends[name]}" not in text] == []


@pytest.mark.parametrize(
    ("model", "prefix", "heading"),
    [
        (Settings, "", "The worker and its surroundings"),
        (RuleSettings, "rules.", "Journeys and signals"),
        (CollectorSettings, "collector.", "The collector"),
        (KafkaSettings, "kafka.", "Kafka"),
    ],
)
def test_every_setting_is_described_with_its_default(model: type[BaseModel], prefix: str, heading: str) -> None:
    text = section(DOCS / "settings.md", heading)
    own = {name: field.default for name, field in model.model_fields.items() if not isinstance(field.default, BaseModel)}
    in_words: tuple[object, ...] = (None, {})
    shown = {name: "" if default in in_words else f"`{written(default)}` |" for name, default in own.items()}
    described = {name: f"| `{prefix}{name}` | {default}" for name, default in shown.items()}
    assert [name for name, line in described.items() if line not in text] == []


def test_every_kind_of_signal_is_defined_and_its_page_says_what_its_detector_says() -> None:
    assert {detector.kind for detector in DETECTORS} == set(KINDS)
    assert rendered(PAGE.read_text()) == PAGE.read_text(), "run python -m throughline.signals_page"
    assert [detector.kind for detector in DETECTORS if not says_its_settings(detector)] == []


def test_the_page_of_presets_says_what_the_presets_say() -> None:
    page = presets_page.PAGE.read_text()
    assert presets_page.rendered(page) == page, "run python -m throughline.presets_page"


def test_the_page_of_senders_says_what_the_adapters_say() -> None:
    page = senders_page.PAGE.read_text()
    assert senders_page.rendered(page) == page, "run python -m throughline.senders_page"


def says_its_settings(detector: Detector) -> bool:
    text = section(PAGE, f"`{detector.kind}`")
    return all(f"| `{name}` | `{written(value)}` |" in text for name, value in detector_settings(detector).items())
