"""A part of a sender's message that became no event: its dead letter says what the sender was told, and nobody's name."""

from __future__ import annotations

import base64
import json
import re
from typing import Any

import pytest

from schemas.failures import Stop
from schemas.topics import SOURCE_TOPICS
from streams.collector.adapters.adapted import Adapted, Adapter, Loss, Received
from streams.collector.adapters.segment import SEGMENT
from streams.collector.taking import LARGEST, Judge, Taken
from streams.journey.hashing import IdentifierHash
from streams.journey.refusals import KEPT_BYTES
from streams.journey.routing import RouteOut, Router, Source
from streams.journey.rules import Rules
from tests.contract.adapters.payloads import AT, EVERYTHING
from throughline.dead_letters import DeadLetter, mended

NOBODY = "Android"
"""A system's name, and in the same message the type of a device."""
HASH = IdentifierHash(b"sixteen letters!")
PERSONAL = re.compile(
    r"(first|last|full|customer|contact)?_?name|.*e-?mails?|.*phones?|address_?[0-9]?|street_?[0-9]?|zip|postal_code|city|company"
    r"|signed_by|.*signer|note|.*subject|body.*|description.*|(browser_)?ip|.*itude|.*url",
    re.IGNORECASE,
)


def judged(adapter: Adapter, message: Any) -> Taken:
    return Judge(HASH, 24 * 3_600 * 1_000_000).take(adapter, message, Received(AT, "shop"))


def refusing(path: str) -> Adapter:
    """A sender of whose messages the part there becomes no event."""
    adapted = Adapted(lost=[Loss(path, "refused", "says no time")])
    return Adapter("somebody", "Somebody.", lambda message, received: adapted, lambda message, headers: 0, ())


def letters(*values: bytes) -> list[dict[str, Any]]:
    """The dead letters that ``route`` makes of records."""
    out = RouteOut()
    topic = SOURCE_TOPICS.index("storefront.events")
    Router(1, Rules(), HASH).route([Source(topic, 0, place, AT, value) for place, value in enumerate(values)], out)
    return [json.loads(row) for _, row in out.dead_letters]


def said(letter: dict[str, Any]) -> str:
    return base64.b64decode(letter["value"]).decode() + str(letter["faults"])


def personal(value: Any, name: str = "") -> set[str]:
    """The values of a message that stand in a field named like one that tells who somebody is, or where."""
    if isinstance(value, dict):
        return {text for inner, held in value.items() for text in personal(held, inner)}
    if isinstance(value, list):
        return {text for one in value for text in personal(one, name)}
    told = str(value)
    return {told} if value is not None and len(told) > 4 and told != NOBODY and PERSONAL.fullmatch(name) else set()


@pytest.mark.parametrize("payload", EVERYTHING, ids=lambda payload: f"{payload.adapter}-{payload.name}")
def test_no_whole_message_tells_in_its_dead_letter_who_somebody_is(payload: Any) -> None:
    (record,) = judged(refusing(""), payload.message).records
    (letter,) = letters(record.value)
    assert [value for value in personal(payload.message) if value in record.value.decode() + said(letter)] == []


def test_what_it_was_about_is_kept_to_mend_it() -> None:
    order = {"id": 7, "email": "ada@example.com", "total_price": "19.90", "currency": "EUR", "paid": True, "processed_at": "soon"}
    person = {"name": "Ada Lovelace", "address1": "12 St James's Square", "tax_id": 815, "user_id": "ada@example.com"}
    (record,) = judged(refusing("[0]"), [order | {"customer": person}]).records
    kept = json.loads(said(letters(record.value)[0]).split("[{")[0])["message"]
    assert kept.pop("customer") == dict.fromkeys(person, "***")
    assert kept.pop("email") == HASH("email", "ada@example.com")
    assert kept == {name: order[name] for name in kept} == {name: order[name] for name in order if name != "email"}


def test_a_record_of_an_older_collector_is_cleaned_by_route() -> None:
    older = {"sender": "segment", "path": "batch[0]", "refused": "a track names its event", "message": {"name": "Ada Lovelace"}}
    (letter,) = letters(json.dumps(older).encode())
    assert "Lovelace" not in said(letter)
    assert json.loads(letter["faults"])[0]["rule"] == "a track names its event"


def test_a_part_nested_too_deep_to_be_cleaned_is_not_kept() -> None:
    deep = b'{"name":"Ada Lovelace","in":' * 600 + b"1" + b"}" * 600
    (letter,) = letters(b'{"path":"","refused":"says no time","message":' + deep + b"}")
    assert "Lovelace" not in said(letter)


def test_a_part_too_long_to_be_kept_is_told_by_its_beginning() -> None:
    (record,) = judged(refusing(""), {"id": "o-1", "lines": [{"id": number, "name": "Ada"} for number in range(10_000)]}).records
    assert len(record.value) <= KEPT_BYTES
    (letter,) = letters(record.value)
    assert json.loads(letter["faults"])[0]["rule"] == "says no time"
    beginning = json.loads(base64.b64decode(letter["value"]))["beginning"]
    assert beginning.startswith('{"id":"o-1","lines":[{"id":0,"name":"***"}')


def test_an_event_too_long_to_be_taken_says_so_in_its_dead_letter() -> None:
    track = {"type": "track", "event": "Product Viewed", "messageId": "m1", "userId": "u1", "properties": {"x": "y" * LARGEST}}
    taken = judged(SEGMENT, {"batch": [track]})
    (letter,) = letters(*[record.value for record in taken.records])
    (verdict,) = taken.verdicts
    assert (letter["event_id"], letter["reason"]) == (verdict.event_id, verdict.reason) == ("segment:m1", "unreadable")
    assert json.loads(letter["faults"])[0]["rule"] == verdict.faults[0].rule
    assert f"at most {LARGEST} are taken" in verdict.faults[0].rule


@pytest.mark.parametrize("batch", [None, "m1", {"type": "track"}, 1])
def test_a_batch_that_is_no_list_is_told_so(batch: Any) -> None:
    taken = judged(SEGMENT, {"batch": batch, "writeKey": "wk_secret"})
    (letter,) = letters(*[record.value for record in taken.records])
    assert json.loads(letter["faults"]) == [{"path": "", "rule": "its batch is no list of messages", "value": ""}]
    assert [fault.rule for fault in taken.verdicts[0].faults] == ["its batch is no list of messages"]
    assert "wk_secret" not in said(letter)


def test_who_sends_a_letter_again_unmended_is_told_the_same() -> None:
    (record,) = judged(SEGMENT, {"batch": "nonsense"}).records
    (row,) = letters(record.value)
    fields: dict[str, Any] = {field: row.get(field) for field in DeadLetter.__dataclass_fields__}
    with pytest.raises(Stop, match=r"again as invalid: the record: its batch is no list of messages\. Give a mended event"):
        mended(DeadLetter(**fields), None)
