"""A newer schema accepts every event that an older one accepted: the rule, and that it sees each way of breaking it."""

from __future__ import annotations

import copy
import io
import subprocess
import tarfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from schemas.events import CATALOGUE
from schemas.evolution import breaches, catalogue_breaches
from schemas.publish import documents, event_schema, hindrances, main, published
from tests.contract.making import instances
from tests.contract.narrowing import Narrowing, narrowings

ROOT = Path(__file__).parents[2]
SCHEMAS = {name: event_schema(listed) for name, listed in CATALOGUE.items()}
ENVELOPE = "page_viewed"
"""The type whose envelope stands for all: it is the same in each."""


def ways() -> dict[str, list[Narrowing]]:
    """The narrowings by event type. What several types share, the envelope or a list of products, is narrowed in the first."""
    found: dict[str, list[Narrowing]] = {}
    seen: set[str] = set()
    for name, schema in SCHEMAS.items():
        own = schema.get("$defs", {}).keys() - seen
        all_ways = [
            way for way in narrowings(schema) if name == ENVELOPE or (way.place[:1] == ("$defs",) and way.place[1] in own)
        ]
        seen |= own
        if all_ways:
            found[name] = all_ways
    return found


WAYS = ways()
DOCUMENTS = documents()
each_type = pytest.mark.parametrize("name", CATALOGUE)
each_narrowed = pytest.mark.parametrize("name", WAYS)


def test_what_the_models_say_may_replace_what_is_published() -> None:
    assert [str(breach) for breach in hindrances(DOCUMENTS, published())] == []


def test_what_is_published_may_replace_what_the_last_commit_published() -> None:
    archive = subprocess.run(["git", "archive", "HEAD", "schemas/published"], cwd=ROOT, capture_output=True, check=False)
    if archive.returncode:
        pytest.skip("not in a git repository that has published schemas")
    with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as files:
        old = {
            entry.name.removeprefix("schemas/published/"): content.read().decode()
            for entry in files
            if (content := files.extractfile(entry)) is not None
        }
    assert [str(breach) for breach in hindrances(DOCUMENTS, old)] == []


@each_type
def test_a_schema_may_replace_itself(name: str) -> None:
    assert breaches(SCHEMAS[name], copy.deepcopy(SCHEMAS[name])) == []


@each_narrowed
def test_every_narrowing_at_every_place_is_caught(name: str) -> None:
    missed = [f"{way.words} at {way.place}" for way in WAYS[name] if not breaches(way.of(SCHEMAS[name]), SCHEMAS[name])]
    assert missed == []


def test_there_are_hundreds_of_ways_to_narrow_an_envelope_and_some_for_each_type() -> None:
    assert len(WAYS[ENVELOPE]) > 300
    assert len(WAYS) > 20
    assert [name for name in WAYS if len(WAYS[name]) < 5] == []


CHANGED = {"another constant", "text instead of a number", "a number instead of text", "another pattern", "another format"}
"""These may accept other things, not fewer, and then neither may replace the other."""


@each_narrowed
def test_taking_a_narrowing_back_is_no_breach(name: str) -> None:
    fewer = [way for way in WAYS[name] if way.words not in CHANGED]
    assert [f"{way.words} at {way.place}" for way in fewer if breaches(SCHEMAS[name], way.of(SCHEMAS[name]))] == []


@st.composite
def two_versions(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, Any]]:
    """Two schemas of one type, each narrowed at a few places: at times one may replace the other, at times not."""
    name = draw(st.sampled_from(list(WAYS)))
    fewer = [way for way in WAYS[name] if way.words not in CHANGED]
    taken = draw(st.lists(st.sampled_from(fewer), max_size=3, unique_by=lambda way: way.place))
    kept = [way for way in taken if draw(st.booleans())]
    return _after(name, kept), _after(name, taken)


def _after(name: str, taken: list[Narrowing]) -> dict[str, Any]:
    schema = copy.deepcopy(dict(SCHEMAS[name]))
    for way in sorted(taken, key=lambda way: -len(way.place)):
        schema = way.of(schema)
    return schema


@given(versions=two_versions(), data=st.data())
@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
def test_what_may_be_replaced_loses_no_event(versions: tuple[Any, Any], data: st.DataObject) -> None:
    newer, older = versions
    original = next(schema for schema in SCHEMAS.values() if schema["$id"] == newer["$id"])
    document = data.draw(instances(original))
    if not breaches(newer, older) and Draft202012Validator(older).is_valid(document):
        assert Draft202012Validator(newer).is_valid(document)


PRODUCT: dict[str, Any] = {"type": "object", "properties": {"sku": {"type": "string", "maxLength": 10}}, "required": ["sku"]}


@pytest.mark.parametrize(
    ("newer", "allowed"),
    [
        (PRODUCT | {"properties": {"sku": {"type": "string", "maxLength": 11}}}, True),
        (PRODUCT | {"properties": {"sku": {"type": ["string", "null"], "maxLength": 10}}}, True),
        (PRODUCT | {"properties": {"sku": {"anyOf": [{"type": "string", "maxLength": 10}, {"type": "integer"}]}}}, True),
        (PRODUCT | {"properties": PRODUCT["properties"] | {"colour": {"type": "string"}}}, True),
        (PRODUCT | {"required": []}, True),
        (PRODUCT | {"properties": {}}, True),
        (PRODUCT | {"title": "Product", "description": "Something sold", "examples": [{}]}, True),
        (PRODUCT | {"properties": {"sku": {"type": "string", "maxLength": 9}}}, False),
        (PRODUCT | {"properties": {"sku": {"type": "string", "maxLength": 10, "contentEncoding": "base64"}}}, False),
        (PRODUCT | {"not": {"required": ["colour"]}}, False),
        (PRODUCT | {"properties": {"sku": False}}, False),
    ],
)  # fmt: skip
def test_the_rule_by_example(newer: Any, allowed: bool) -> None:
    assert (breaches(newer, PRODUCT) == []) == allowed


def test_a_whole_number_may_become_any_number_and_not_the_other_way() -> None:
    assert breaches({"type": "number"}, {"type": "integer"}) == []
    assert breaches({"type": "integer"}, {"type": "number"}) != []


def test_a_list_of_values_may_become_free_text_that_takes_them_all() -> None:
    older = {"enum": ["web", "app"], "type": "string"}
    assert breaches({"type": "string", "minLength": 3, "maxLength": 3, "pattern": "^[a-z]+$"}, older) == []
    assert breaches({"type": "string", "minLength": 4}, older) != []
    assert breaches({"type": "string", "pattern": "^w"}, older) != []


def test_an_identifier_more_to_choose_from_is_no_breach_and_one_fewer_is() -> None:
    wide = SCHEMAS["delivered"]
    narrow = {**wide, "allOf": SCHEMAS["return_requested"]["allOf"]}
    assert breaches(wide, narrow) == []
    assert breaches(narrow, wide) != []


def test_an_event_type_that_is_gone_is_a_breach() -> None:
    fewer = {name: schema for name, schema in SCHEMAS.items() if name != "delivered"}
    (breach,) = catalogue_breaches(fewer, SCHEMAS)
    assert str(breach) == "delivered: the type is gone"
    assert catalogue_breaches(SCHEMAS, fewer) == []


def test_publishing_refuses_to_narrow_and_writes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(tmp_path) == 0
    wider = (tmp_path / "events/delivered.json").read_text().replace('"maxLength": 100', '"maxLength": 101')
    (tmp_path / "events/delivered.json").write_text(wider)
    capsys.readouterr()
    assert main(tmp_path) == 1
    assert "events/delivered.json: event_id: maxLength was 101, is 100" in capsys.readouterr().err
    assert (tmp_path / "events/delivered.json").read_text() == wider
