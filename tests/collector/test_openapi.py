"""The collector answers as its OpenAPI document says, whatever it is asked: schemathesis asks."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis import Case
from schemathesis.checks import (
    content_type_conformance,
    not_a_server_error,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from streams.collector.openapi import document
from tests.broker.rig import Rig
from tests.collector.running import RunningCollector, collecting
from tests.collector.sealing import SEALS, SECRET
from throughline.broker import EmbeddedBroker

EXAMPLES = int(os.environ.get("EXAMPLES", "10"))
"""Of each operation, with a key and without; `make schemathesis` asks for more."""
PROMISED = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]

pytestmark = pytest.mark.timeout(60 + 5 * EXAMPLES)
CONFIG = schemathesis.Config.from_dict({"phases": {"coverage": {"enabled": False}, "examples": {"enabled": False}}})
"""Covering each field of each of fifty events, right and wrong, would take minutes and is the contract's tests' work."""
SCHEMA = schemathesis.openapi.from_dict(document(), config=CONFIG)


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RunningCollector, str]]:
    """A collector and a write key."""
    folder = tmp_path_factory.mktemp("openapi")
    with EmbeddedBroker(folder / "broker") as broker:
        asyncio.run(Rig(broker.address, folder).prepare())
        with collecting(folder, broker.address) as collector:
            for sender in SEALS:
                collector.secret("shop", sender, SECRET)
            yield collector, collector.key("shop")
        assert "Traceback" not in collector.log.read_text()


@pytest.mark.parametrize("known", [True, False], ids=["with a key", "without one"])
@SCHEMA.parametrize()
@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
def test_it_answers_as_it_says(case: Case[Any], asked: tuple[RunningCollector, str], known: bool) -> None:
    collector, key = asked
    headers = {"Authorization": f"Bearer {key}"} if known else {}
    answer = case.call_and_validate(base_url=collector.url, headers=headers, checks=PROMISED)
    assert answer.status_code not in range(500, 600)
