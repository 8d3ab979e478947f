"""What is published is what the models say, and what validators of the field accept."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator, Draft202012Validator

from schemas.asyncapi import document
from schemas.codec import Event, decode
from schemas.events import CATALOGUE
from schemas.publish import DIALECT, PUBLISHED, documents, main, published
from schemas.signals import KINDS, Evidence, Signal, signal_id
from schemas.tables import SignalRow
from schemas.topics import JOURNEY_LOG, SOURCE_TOPICS, TOPICS
from streams.agents.signals import cloud_event
from streams.agents.signals import published as published_signal
from tests.contract.broken_records import GOOD, record

DOCUMENTS = documents()
SCHEMAS: dict[str, Any] = {name: json.loads(text) for name, text in DOCUMENTS.items() if name != "asyncapi.json"}


def test_what_is_committed_is_what_the_models_say() -> None:
    assert published() == DOCUMENTS, "run: python -m schemas.publish"


def test_publishing_again_changes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "left_behind.json").write_text("{}")
    assert main(tmp_path) == main(tmp_path) == 0
    assert published(tmp_path) == DOCUMENTS
    assert capsys.readouterr().out.endswith("0 of them changed\n")


@pytest.mark.parametrize("name", SCHEMAS)
def test_each_schema_is_one(name: str) -> None:
    Draft202012Validator.check_schema(SCHEMAS[name])
    assert SCHEMAS[name]["$schema"] == DIALECT
    assert SCHEMAS[name]["$id"].endswith(f"/schemas/{name}")


def test_every_event_type_has_a_schema_that_says_what_it_means() -> None:
    assert {name.removeprefix("events/").removesuffix(".json") for name in SCHEMAS if "/" in name} == set(CATALOGUE)
    for name, listed in CATALOGUE.items():
        schema = SCHEMAS[f"events/{name}.json"]
        assert schema["description"] == listed.words
        assert {"event_id", "type", "occurred_at"} <= set(schema["required"])


def test_the_schema_of_an_event_refuses_what_the_codec_refuses() -> None:
    validator = Draft202012Validator(SCHEMAS["events/product_added.json"])
    assert validator.is_valid(GOOD)
    assert isinstance(decode(record()), Event)
    for broken in ({"event_id": ""}, {"properties": {"price_minor": 1.5}}, {"channel": "fax"}, {"type": "delivered"}):
        assert not validator.is_valid(GOOD | broken)


def test_the_asyncapi_document_is_valid_by_the_specification_s_own_schema() -> None:
    specification = json.loads((Path(__file__).parent / "asyncapi-3.0.0.json").read_text())
    validator = Draft7Validator(specification)
    assert [error.message for error in validator.iter_errors(document())] == []
    without_a_title = document() | {"info": {"version": "1.0.0"}}
    assert not validator.is_valid(without_a_title)


def references(part: Any) -> list[str]:
    if isinstance(part, dict):
        own = [part["$ref"]] if isinstance(part.get("$ref"), str) else []
        return own + [found for value in part.values() for found in references(value)]
    return [found for value in part for found in references(value)] if isinstance(part, list) else []


def test_every_reference_of_the_asyncapi_document_leads_somewhere() -> None:
    whole = document()
    for reference in references(whole):
        if not reference.startswith("#/"):
            assert (PUBLISHED / reference).is_file()
            continue
        part = whole
        for step in reference.removeprefix("#/").split("/"):
            part = part[step]


def test_the_asyncapi_document_shows_every_topic_but_our_own_log() -> None:
    addresses = {channel["address"] for channel in document()["channels"].values()}
    assert addresses == {topic.name for topic in TOPICS} - {JOURNEY_LOG}
    carried = [name for channel in document()["channels"].values() for name in channel["messages"] if name in CATALOGUE]
    assert sorted(carried) == sorted(CATALOGUE)


def a_signal() -> Signal:
    return Signal(
        signal_id=signal_id("cart_abandoned", "cart:42", "e-1"), kind="cart_abandoned", status="opened", severity="warning",
        key="cart:42", journey_id="j", subject="customer:ada", opened_at=1_714_564_800_000_001, due_at=0, changed_at=2,
        reason="", evidence=(Evidence(event_id="e-1", topic=SOURCE_TOPICS[0], partition=0, offset=7),),
        detector="cart_abandoned", detector_version=1, settings_digest="d", action=KINDS["cart_abandoned"].action,
    )  # fmt: skip


def test_the_headers_of_a_signal_are_those_that_are_published() -> None:
    sent = dict(cloud_event(a_signal()))
    headers = document()["components"]["messages"]["signal"]["headers"]
    assert list(sent) == headers["required"] == list(headers["properties"])
    assert sent["ce_type"] == b"dev.throughline.friction.cart_abandoned.opened"


def test_a_signal_goes_out_as_its_model_would_write_it() -> None:
    signal = a_signal()
    said = {name: getattr(signal, name) for name in Signal.model_fields}
    evidence = json.dumps([item.model_dump() for item in signal.evidence], separators=(",", ":"))
    assert published_signal(SignalRow(**{**said, "evidence": evidence})) == signal.model_dump_json().encode()


def test_a_signal_as_json_is_valid_by_its_schema_and_reads_back_the_same() -> None:
    signal = a_signal()
    text = signal.model_dump_json(exclude_none=True)
    assert json.loads(text)["opened_at"] == "2024-05-01T12:00:00.000001Z"
    assert Draft202012Validator(SCHEMAS["signal.json"]).is_valid(json.loads(text))
    assert Signal.model_validate_json(text) == signal
