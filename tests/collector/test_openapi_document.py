"""The served document describes every door there is, and nothing else."""

from __future__ import annotations

import json
import re
from typing import Any

import jsonschema

from schemas.events import CATALOGUE
from streams.collector.openapi import document
from streams.collector.taking import part_at
from tests.collector.rig import Collector, viewed

DOCUMENT = document()


def resolved(reference: str) -> Any:
    node: Any = DOCUMENT
    for name in reference.removeprefix("#/").split("/"):
        node = node[name]
    return node


def test_every_reference_leads_somewhere() -> None:
    references = set(re.findall(r'"\$ref": "([^"]+)"', json.dumps(DOCUMENT)))
    assert len(references) > 50
    assert all(resolved(reference) is not None for reference in references)


def test_every_schema_is_one() -> None:
    for schema in DOCUMENT["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)
    named = DOCUMENT["components"]["schemas"]["Event"]["discriminator"]["mapping"]
    assert set(named) == set(CATALOGUE)


def test_every_operation_has_a_name_of_its_own() -> None:
    names = [operation["operationId"] for path in DOCUMENT["paths"].values() for operation in path.values()]
    assert len(set(names)) == len(names)


async def test_what_is_described_is_there_and_answers_as_described(collector: Collector) -> None:
    served = (await collector.ask("GET", "/openapi.json")).json
    assert served == json.loads(json.dumps(DOCUMENT))
    for path, methods in served["paths"].items():
        for method, operation in methods.items():
            answer = await collector.ask(method.upper(), re.sub(r"\{\w+\}", "x", path))
            assert str(answer.status) in operation["responses"], (path, answer.status)
    answer = await collector.post("/v1/events", [viewed(1), viewed(2, type="x"), 3])
    schema = {"$ref": "#/components/schemas/Verdicts", "components": served["components"]}
    jsonschema.validate(answer.json, schema)


def test_a_path_leads_to_its_part_or_to_the_last_on_its_way() -> None:
    message = {"batch": [{"a": 1}, {"b": {"c": 2}}]}
    assert part_at(message, "") == message
    assert part_at(message, "batch[1].b.c") == 2
    assert part_at(message, "batch[7].b") == message["batch"]
    assert part_at(message, "batch[0].a.deeper") == 1
    assert part_at([1, 2], "[1]") == 2
