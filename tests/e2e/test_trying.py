"""Before a message is sent, its sender can see what it would become, and nothing is sent."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import THROUGHLINE, Type

TRACK = {
    "type": "track",
    "event": "Product Added",
    "userId": "ada",
    "messageId": "m-1",
    "timestamp": "2025-11-13T02:00:00Z",
    "properties": {"product_id": "p-1", "price": "19.99", "currency": "EUR", "quantity": 2},
    "context": {"ip": "192.0.2.1"},
}


@pytest.fixture
def message(folder: Path) -> Any:
    """A file with that message in it."""

    def write(content: Any) -> str:
        (folder / "message.json").write_text(content if isinstance(content, str) else json.dumps(content))
        return "message.json"

    return write


def test_it_says_whose_message_it_is_and_what_it_becomes(type_: Type, message: Any) -> None:
    said = type_("try", message(TRACK))
    assert said.code == 0
    assert "A message of segment." in said.err
    header, event, _, _, lost = [line.split() for line in said.out.splitlines()]
    assert header == ["from", "becomes", "occurred", "at", "who", "says"]
    assert event[3:6] == ["product_added", "2025-11-13T02:00:00Z", "customer_id=ada"]
    assert lost[:3] == ["context.ip", "left", "out"]


def test_for_machines_it_says_all_of_it(type_: Type, message: Any) -> None:
    said = json.loads(type_("try", message(TRACK), "--json", "--source", "web").out)
    (tried,) = said["events"]
    assert said["sender"] == "segment"
    assert tried["event"]["event_id"] == "segment:m-1"
    assert tried["event"]["source"] == "web"
    assert tried["event"]["properties"] == {"product_id": "p-1", "price_minor": 1999, "currency": "EUR", "quantity": 2}
    assert tried["refused"] == []
    assert said["lost"] == [{"path": "context.ip", "what": "left out", "note": "an address names a person"}]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"event": "Payment Failed"}, "Field required"),
        ({"userId": "null"}, "at least one identifier that is none of null"),
        ({"event": "Order Completed"}, "order_id is required"),
        ({"event": "Order Completed", "properties": {"order_id": "undefined"}}, "required, and none of null"),
        ({"timestamp": "2999-01-01T00:00:00Z"}, "at most 24 h after it was received"),
    ],
)
def test_what_would_be_refused_is_told_with_the_reason(type_: Type, message: Any, change: dict[str, Any], words: str) -> None:
    said = type_("try", message(TRACK | change))
    assert said.code == 1
    assert "(refused)" in said.out
    assert words in said.out


def test_a_part_that_becomes_no_event_is_told_too(type_: Type, message: Any) -> None:
    said = type_("try", message({"batch": [TRACK, "not a message"]}))
    assert said.code == 1
    assert "batch[1]" in said.out


def test_a_message_that_says_nothing_of_ours_is_no_fault(type_: Type, message: Any) -> None:
    said = type_("try", message(TRACK | {"event": "Popup Closed"}))
    assert said.code == 0
    assert "It becomes no event." in said.err
    assert "unmapped" in said.out


def test_headers_can_say_whose_it_is(type_: Type, message: Any) -> None:
    headers = ("CE-SpecVersion: 1.0", "ce-type: delivered", "ce-source: /carrier", "ce-id: 7")
    said = type_("try", message({"order_id": "7"}), *(word for header in headers for word in ("--header", header)), "--json")
    assert json.loads(said.out)["sender"] == "cloudevents"
    assert json.loads(said.out)["events"][0]["event"]["event_id"] == "/carrier#7"


def test_the_sender_can_be_named(type_: Type, message: Any) -> None:
    said = json.loads(type_("try", message(TRACK), "--sender", "canonical", "--json").out)
    assert (said["sender"], said["runners_up"]) == ("canonical", ["segment"])


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "There is nothing in message.json"),
        ("nope", "What message.json holds is not JSON in UTF-8"),
        ("{}", "It looks like no sender's message. Name the sender with --sender: canonical, segment"),
    ],
)
def test_what_is_no_message_is_told_in_a_sentence(type_: Type, message: Any, content: str, words: str) -> None:
    said = type_("try", message(content))
    assert (said.code, said.out) == (1, "")
    assert words in said.err


def test_a_header_has_a_name_and_a_value(type_: Type, message: Any) -> None:
    said = type_("try", message(TRACK), "--header", "X-Shopify-Topic")
    assert said.code == 2
    assert "write NAME:VALUE" in said.err


def test_a_pipe_serves_as_well_as_a_file(folder: Path) -> None:
    done = subprocess.run([THROUGHLINE, "try", "--json"], cwd=folder, input=json.dumps(TRACK), capture_output=True, text=True)
    assert done.returncode == 0
    assert json.loads(done.stdout)["events"][0]["event"]["type"] == "product_added"
    assert [path.name for path in folder.iterdir()] == []
