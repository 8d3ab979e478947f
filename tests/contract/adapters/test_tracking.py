"""Parcels in their followers' words: each scan once, in every message the same, and the traps of each sender."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

import pytest

from streams.collector.adapters.carriers import SENDERS, TABLE, meaning
from streams.collector.adapters.registry import by_name
from tests.contract.adapters.payloads import HERE, Payload

SCANS = {
    "easypost": ("event_out_and_back", "result.tracking_details"),
    "aftership": ("tracking_update", "msg.checkpoints"),
    "shippo": ("track_updated", "data.tracking_history"),
    "17track": ("tracking_updated", "data.track_info.tracking.providers.0.events"),
}
EACH = pytest.mark.parametrize("sender", SCANS)


def example(sender: str, name: str | None = None) -> Payload:
    told = json.loads((HERE / "examples" / sender / f"{name or SCANS[sender][0]}.json").read_text())
    return Payload(sender, "", told["message"], told.get("headers", {}))


def at(message: Any, path: str) -> Any:
    for name in path.split("."):
        message = message[int(name) if isinstance(message, list) else name]
    return message


def events(payload: Payload, message: Any = None, later: int = 0) -> list[dict[str, Any]]:
    adapter = by_name(payload.adapter)
    assert adapter is not None
    adapted = adapter.adapt(payload.message if message is None else message, payload.received(payload.received().at + later))
    return [made.event for made in adapted.made]


@EACH
def test_a_scan_is_the_same_event_in_every_message_that_repeats_it(sender: str) -> None:
    payload = example(sender)
    longer = deepcopy(payload.message)
    scans = at(longer, SCANS[sender][1])
    scans.append(deepcopy(scans[0]) | _another_time(scans[0]))
    before, after = events(payload), events(payload, longer, later=3_600_000_000)
    assert {event["event_id"] for event in before} < {event["event_id"] for event in after}


@EACH
def test_a_scan_that_is_told_twice_in_one_message_is_one_event(sender: str) -> None:
    payload = example(sender)
    twice = deepcopy(payload.message)
    at(twice, SCANS[sender][1]).append(deepcopy(at(twice, SCANS[sender][1])[0]))
    assert events(payload, twice) == events(payload)


def _another_time(scan: dict[str, Any]) -> dict[str, Any]:
    times = ("datetime", "checkpoint_time", "status_date", "time_utc", "time_iso")
    return {name: "2025-11-12T23:45:00Z" for name in times if name in scan}


@pytest.mark.parametrize("word", ["Expired", "Pending"])
def test_no_news_is_neither_a_delay_nor_anything_else_of_a_parcels_way(word: str) -> None:
    payload = example("aftership", "expired")
    payload.message["msg"]["tag"] = word
    assert [event["type"] for event in events(payload)] == [
        "delivery_promised",
        *(["estimate_updated"] if word == "Pending" else []),
    ]


@pytest.mark.parametrize(
    ("sender", "status", "detail", "kind", "exception"),
    [
        ("easypost", "in_transit", "arrived_at_facility", "shipment_scanned", None),
        ("easypost", "in_transit", "damaged", "delivery_exception", "damaged"),
        ("easypost", "delivered", "held", "delivered", None),
        ("easypost", "unknown", "unknown", None, None),
        ("aftership", "OutForDelivery", "OutForDelivery_001", "out_for_delivery", None),
        ("aftership", "OutForDelivery", "OutForDelivery_004", "shipment_scanned", None),
        ("aftership", "Exception", "Exception_011", "returned_to_sender", None),
        ("aftership", "Exception", "Exception_099", "delivery_exception", "other"),
        ("shippo", "TRANSIT", "out_for_delivery", "out_for_delivery", None),
        ("shippo", "FAILURE", "package_lost", "delivery_exception", "lost"),
        ("shippo", "UNKNOWN", "other", None, None),
        ("17track", "InTransit", "InTransit_CustomsRequiringInformation", "delivery_exception", "customs"),
        ("17track", "Exception", "Exception_Returned", "returned_to_sender", None),
        ("17track", "40", None, "delivered", None),
        ("17track", "Expired", "Expired_Other", None, None),
        ("carrier-pigeon", "delivered", None, None, None),
    ],
)
def test_words_for_a_scan(sender: str, status: str, detail: str | None, kind: str | None, exception: str | None) -> None:
    row = meaning(sender, status, detail)
    assert (kind, exception) == (None, None) if row is None else (row.type, row.exception) == (kind, exception)


@pytest.mark.parametrize("column", SENDERS.values())
def test_no_word_of_a_sender_stands_twice_in_the_table(column: str) -> None:
    words = [word for row in TABLE for word in getattr(row, column).split()]
    assert len(words) == len(set(words))


def test_the_parcel_of_two_senders_is_one_parcel() -> None:
    easypost, aftership = example("easypost"), example("aftership")
    aftership.message["msg"] |= {"slug": "ups", "tracking_number": "1z999aa10123456784"}
    assert {event["shipment_id"] for event in [*events(easypost), *events(aftership)]} == {"ups:1Z999AA10123456784"}


def test_a_parcel_that_has_arrived_is_no_longer_expected() -> None:
    payload = example("easypost")
    assert "estimate_updated" in [event["type"] for event in events(payload)]
    payload.message["result"]["status"] = "delivered"
    assert "estimate_updated" not in [event["type"] for event in events(payload)]


def test_a_private_note_is_no_reply() -> None:
    for sender, name, path in (
        ("zendesk", "comment_of_an_agent", "event.comment.is_public"),
        ("zendesk", "comment_of_the_customer", "event.comment.is_public"),
    ):
        payload = example(sender, name)
        at(payload.message, path.rpartition(".")[0])["is_public"] = False
        assert events(payload) == []
