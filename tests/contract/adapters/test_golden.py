"""Every message becomes what somebody saw it become and found right."""

from __future__ import annotations

import json

import pytest

from tests.contract.adapters.golden import GOLDEN, file_of, outcome
from tests.contract.adapters.payloads import EXAMPLES, FOLDERS, REAL, Payload, real


def each(payloads: list[Payload]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("payload", payloads, ids=lambda payload: f"{payload.adapter}-{payload.name}")


def golden(payload: Payload) -> object:
    assert file_of(payload).exists(), "look at it, then run python -m tests.contract.adapters.golden"
    return json.loads(file_of(payload).read_text())


@each(EXAMPLES)
def test_an_example_becomes_what_was_reviewed(payload: Payload) -> None:
    assert outcome(payload) == golden(payload)


@each(real())
def test_a_real_message_becomes_what_was_reviewed(payload: Payload) -> None:
    assert outcome(payload) == golden(payload)


def test_every_real_message_was_reviewed() -> None:
    if not REAL.is_dir():
        pytest.skip("the real messages are not at ../shared/data/payloads")
    reviewed = {file for folder in FOLDERS for file in (GOLDEN / folder).glob("*.json")}
    assert reviewed == {file_of(payload) for payload in real()}
