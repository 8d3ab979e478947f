"""Events over HTTP, read back from the topics; and everything that is not let in."""

from __future__ import annotations

import asyncio
import gzip
import json
import logging
import zlib
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from streams.collector.app import errors
from streams.collector.keys import Keyring, add_key, revoke
from streams.journey.hashing import IdentifierHash
from streams.journey.routing import RouteOut, Router, Source
from streams.journey.rules import Rules
from tests.collector.rig import IDENTITY_KEY, Collector, Event, events, read, running, settings_of, viewed
from throughline.broker import EmbeddedBroker
from throughline.collecting import keys_file

EMAIL = "ada@example.com"
HASHED = IdentifierHash(IDENTITY_KEY.encode())("email", EMAIL)


async def test_an_event_stands_on_its_topic_under_its_strongest_identifier(collector: Collector, broker: EmbeddedBroker) -> None:
    answer = await collector.post("/v1/events", viewed(1, anonymous_id="d1"))
    assert answer.status == 200
    assert answer.json == {"taken": 1, "refused": 0, "events": [{"event_id": "e1", "verdict": "taken"}], "lost": []}
    ((key, value),) = (await read(broker))["storefront.events"]
    event = json.loads(value)
    assert key == "customer:ada"
    assert event.pop("received_at")
    assert event == viewed(1, anonymous_id="d1", source="shop")


async def test_each_event_of_a_batch_goes_to_its_own_topic(collector: Collector, broker: EmbeddedBroker) -> None:
    order = viewed(2, type="order_completed", order_id="o1", properties={"total_minor": 1, "currency": "EUR"})
    scanned = viewed(3, type="shipment_scanned", shipment_id="s1", properties={})
    opened = viewed(4, type="ticket_opened", ticket_id="t1", properties={})
    answer = await collector.post("/v1/events", {"events": [viewed(1), order, scanned, opened]})
    assert [event["verdict"] for event in answer.json["events"]] == ["taken"] * 4, answer.text
    found = await read(broker)
    assert {topic: len(records) for topic, records in found.items()} == dict.fromkeys(found, 1)


async def test_no_email_leaves_the_collector_in_clear(collector: Collector, broker: EmbeddedBroker) -> None:
    deep = {"path": "/", "form": [{"email": EMAIL}]}
    await collector.post("/v1/events", [viewed(1, email=EMAIL, properties=deep), viewed(2, email=EMAIL, type="nonsense")])
    stored = [value for records in (await read(broker)).values() for _, value in records]
    assert len(stored) == 2
    assert all(EMAIL.encode() not in value and HASHED.encode() in value for value in stored)


REFUSED: list[tuple[Event, str]] = [
    (viewed(1, type="page_viewd"), "invalid"),
    (viewed(2, occurred_at="yesterday"), "invalid"),
    (viewed(3, customer_id="null"), "no_identity"),
    (viewed(4, occurred_at="2999-01-01T00:00:00Z"), "from_the_future"),
    (viewed(5, type="order_completed", properties={"total_minor": 1, "currency": "EUR"}), "invalid"),
    (viewed(6, type="order_completed", order_id="0", properties={"total_minor": 1, "currency": "EUR"}), "no_identity"),
    (viewed(7, properties={"path": "x" * 1_000_000}), "unreadable"),
]


async def test_a_refused_event_is_told_in_the_words_of_its_dead_letter(collector: Collector, broker: EmbeddedBroker) -> None:
    answer = await collector.post("/v1/events", [event for event, _ in REFUSED])
    assert answer.status == 200
    assert [event["reason"] for event in answer.json["events"]] == [reason for _, reason in REFUSED]
    assert (answer.json["taken"], answer.json["refused"]) == (0, len(REFUSED))
    letters = dead_letters([value for records in (await read(broker)).values() for _, value in records])
    told = {event["event_id"]: event["reason"] for event in answer.json["events"]}
    assert {letter["event_id"]: letter["reason"] for letter in letters} == told
    faults = {letter["event_id"]: json.loads(letter["faults"]) for letter in letters}
    assert all(faults[event["event_id"]] == event["faults"] for event in answer.json["events"])


async def test_what_is_no_event_at_all_becomes_a_dead_letter_too(collector: Collector, broker: EmbeddedBroker) -> None:
    answer = await collector.post("/v1/events", [viewed(1), "no event"])
    assert [event["verdict"] for event in answer.json["events"]] == ["taken", "refused"]
    assert answer.json["events"][1]["of"] == "[1]"
    kept = [value for records in (await read(broker)).values() for _, value in records if b"refused" in value]
    (letter,) = dead_letters(kept)
    assert (letter["reason"], json.loads(letter["faults"])) == ("invalid", answer.json["events"][1]["faults"])
    assert len(await events(broker)) == 2


async def test_why_a_part_became_no_event_is_counted_where_the_sender_is_not_told(collector: Collector) -> None:
    assert (await collector.post("/v1/batch", {"batch": "nonsense"})).json == {"success": True}
    said = (await collector.ask("GET", "/metrics")).text
    assert 'throughline_collector_no_event_total{sender="segment",why="its batch is no list of messages"} 1.0' in said
    assert 'throughline_collector_events_total{sender="segment",source="shop",verdict="invalid"} 1.0' in said


def dead_letters(values: list[bytes]) -> list[dict[str, Any]]:
    """What ``route`` makes of the records."""
    out = RouteOut()
    router = Router(4, Rules(), IdentifierHash(IDENTITY_KEY.encode()))
    router.route([Source(0, 0, place, 1_780_000_000_000_000, value) for place, value in enumerate(values)], out)
    assert out.events == len(out.dead_letters)
    return [json.loads(row) for _, row in out.dead_letters]


@pytest.mark.parametrize(
    ("body", "words"), [(b"", "not JSON"), (b"{", "not JSON"), (b"\xff", "not JSON"), (b"[" * 9_000, "deep")]
)
async def test_what_cannot_be_read_is_400(body: bytes, words: str, collector: Collector) -> None:
    answer = await collector.post("/v1/events", body)
    assert answer.status == 400
    assert words in answer.json["error"]


async def test_only_json_is_read(collector: Collector) -> None:
    answer = await collector.post("/v1/events", viewed(1), **{"Content-Type": "text/xml"})
    assert answer.status == 415
    beacon = await collector.post("/v1/events", viewed(1), **{"Content-Type": "text/plain;charset=UTF-8"})
    assert beacon.status == 200


async def test_a_write_key_is_known_wherever_a_library_puts_it(collector: Collector) -> None:
    assert (await collector.post("/v1/events", viewed(1))).status == 200
    assert (await collector.post("/v1/events", viewed(1), key="", Authorization=f"Bearer {collector.key}")).status == 200
    assert (await collector.post(f"/v1/events?writeKey={collector.key}", viewed(1), key="")).status == 200


@pytest.mark.parametrize("given", [{}, {"key": "wk_unknown"}, {"key": "", "Authorization": "Basic %%%"}])
async def test_who_is_not_known_is_401_and_nothing_is_taken(
    given: dict[str, str], collector: Collector, broker: EmbeddedBroker
) -> None:
    answer = await collector.post("/v1/events", viewed(1), **({"key": ""} | given))
    assert answer.status == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert await events(broker) == []


async def test_a_key_made_while_it_runs_is_known_and_one_revoked_is_not(broker: EmbeddedBroker, tmp_path: Path) -> None:
    async with running(tmp_path, broker.address) as collector:
        file = keys_file(settings_of(tmp_path))
        other = add_key(file, "app")
        while (await collector.post("/v1/events", viewed(1), key=other)).status == 401:
            await asyncio.sleep(0.05)
        assert revoke(file, "app") == 1
        while (await collector.post("/v1/events", viewed(1), key=other)).status == 200:
            await asyncio.sleep(0.05)
        assert (await collector.post("/v1/events", viewed(1))).status == 200


def test_keys_that_are_moved_away_and_back_are_known_again(tmp_path: Path) -> None:
    file, away = tmp_path / "keys", tmp_path / "away"
    key = add_key(file, "shop")
    keyring = Keyring(file)
    known = [keyring.source_of(key)]
    for there, here in ((file, away), (away, file)):
        there.rename(here)
        keyring.look_again()
        known.append(keyring.source_of(key))
    assert known == ["shop", None, "shop"]


def test_the_file_of_keys_holds_no_key_and_is_its_owners(tmp_path: Path) -> None:
    file = tmp_path / "keys"
    key = add_key(file, "shop")
    assert key not in file.read_text()
    assert file.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(("encoding", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress)])
async def test_packed_bodies_are_read(encoding: str, pack: Any, collector: Collector, broker: EmbeddedBroker) -> None:
    body = pack(json.dumps(viewed(1)).encode())
    assert (await collector.post("/v1/events", body, **{"Content-Encoding": encoding})).status == 200
    assert len(await events(broker)) == 1


async def test_what_is_packed_badly_or_strangely_is_refused(collector: Collector) -> None:
    body = gzip.compress(json.dumps(viewed(1)).encode())
    for broken in (body[:-9], body + b"more", b"no gzip"):
        assert (await collector.post("/v1/events", broken, **{"Content-Encoding": "gzip"})).status == 400
    assert (await collector.post("/v1/events", body, **{"Content-Encoding": "br"})).status == 415


async def test_a_body_is_no_longer_than_it_may_be_packed_or_plain(broker: EmbeddedBroker, tmp_path: Path) -> None:
    async with running(tmp_path, broker.address, body_mib=1) as collector:
        most = 1024 * 1024
        fits = json.dumps(viewed(1)).encode().ljust(most)
        assert (await collector.post("/v1/events", fits)).status == 200
        assert (await collector.post("/v1/events", gzip.compress(fits), **{"Content-Encoding": "gzip"})).status == 200
        assert (await collector.post("/v1/events", fits + b" ")).status == 413
        bomb = gzip.compress(bytes(200 * most))
        assert (await collector.post("/v1/events", bomb, **{"Content-Encoding": "gzip"})).status == 413
        assert (await collector.post("/v1/events", gzip.compress(fits + b" "), **{"Content-Encoding": "gzip"})).status == 413


async def test_a_batch_has_no_more_events_than_it_may(broker: EmbeddedBroker, tmp_path: Path) -> None:
    async with running(tmp_path, broker.address, batch_events=2) as collector:
        assert (await collector.post("/v1/events", [viewed(1), viewed(2)])).status == 200
        assert (await collector.post("/v1/events", [viewed(1), viewed(2), viewed(3)])).status == 413
        assert len(await events(broker)) == 2


async def test_a_source_that_sends_too_fast_is_to_wait(broker: EmbeddedBroker, tmp_path: Path) -> None:
    async with running(tmp_path, broker.address, events_a_second=0.1) as collector:
        assert (await collector.post("/v1/events", viewed(1))).status == 200
        answer = await collector.post("/v1/events", viewed(2))
        assert answer.status == 429
        assert int(answer.headers["retry-after"]) >= 1
        other = add_key(keys_file(settings_of(tmp_path)), "app")
        while (status := (await collector.post("/v1/events", viewed(3), key=other)).status) == 401:
            await asyncio.sleep(0.05)
        assert status == 200


async def test_a_page_of_another_origin_may_ask_and_send(collector: Collector) -> None:
    asked = {"Origin": "https://shop.example", "Access-Control-Request-Headers": "authorization,content-type"}
    preflight = await collector.ask("OPTIONS", "/v1/events", headers=asked)
    assert preflight.status == 204
    assert preflight.headers["access-control-allow-origin"] == "https://shop.example"
    assert preflight.headers["access-control-allow-headers"] == "authorization,content-type"
    sent = await collector.post("/v1/events", viewed(1), Origin="https://shop.example")
    assert sent.headers["access-control-allow-origin"] == "https://shop.example"
    refused = await collector.post("/v1/events", viewed(1), key="", Origin="https://shop.example")
    assert (refused.status, refused.headers["access-control-allow-origin"]) == (401, "https://shop.example")


async def test_a_page_of_an_origin_that_is_not_named_may_not(broker: EmbeddedBroker, tmp_path: Path) -> None:
    async with running(tmp_path, broker.address, origins=["https://shop.example"]) as collector:
        for origin, allowed in (("https://shop.example", True), ("https://other.example", False)):
            preflight = await collector.ask("OPTIONS", "/v1/events", headers={"Origin": origin})
            assert ("access-control-allow-origin" in preflight.headers) is allowed


async def test_analytics_js_is_told_to_send_here(collector: Collector) -> None:
    told = (await collector.ask("GET", "/v1/projects/wk_x/settings")).json["integrations"]["Segment.io"]
    assert f"{told['protocol']}://{told['apiHost']}" == f"{collector.url}/v1"
    assert told["apiKey"] == "wk_x"


async def test_what_is_not_there_says_so_in_json(collector: Collector) -> None:
    assert (await collector.ask("GET", "/v1/event")).json == {"error": "Not Found"}
    wrong = await collector.ask("GET", "/v1/events")
    assert (wrong.status, wrong.json) == (405, {"error": "Method Not Allowed"})
    assert "POST" in wrong.headers["allow"]


async def test_it_counts_what_it_takes_and_refuses(collector: Collector) -> None:
    await collector.post("/v1/events", [viewed(1), viewed(2, customer_id="null")])
    await collector.post("/v1/events", viewed(3), key="")
    said = (await collector.ask("GET", "/metrics")).text
    assert 'throughline_collector_events_total{sender="canonical",source="shop",verdict="taken"} 1.0' in said
    assert 'throughline_collector_events_total{sender="canonical",source="shop",verdict="no_identity"} 1.0' in said
    assert 'throughline_collector_answers_total{sender="canonical",status="401"} 1.0' in said
    assert "throughline_collector_in_hand_bytes 0.0" in said


async def test_a_fault_of_ours_leaves_its_trace_in_the_log_and_nothing_that_was_sent(caplog: pytest.LogCaptureFixture) -> None:
    async def fault(request: web.Request) -> web.StreamResponse:
        raise KeyError(await request.text())

    app = web.Application(middlewares=[errors])
    app.router.add_post("/v1/events", fault)
    async with TestClient(TestServer(app)) as client:
        answer = await client.post("/v1/events", data=EMAIL)
        assert answer.status == 500
    (record,) = [record for record in caplog.records if record.name == "streams.collector.app"]
    assert "KeyError" in record.getMessage()
    assert "in fault" in record.getMessage()
    assert EMAIL not in caplog.text


async def test_no_log_names_a_key_or_a_person(collector: Collector, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        await collector.post(f"/v1/events?writeKey={collector.key}", [viewed(1, email=EMAIL), viewed(2, email=EMAIL, type="x")])
        await collector.post("/v1/events", EMAIL.encode())
        await collector.post("/v1/events", viewed(1, email=EMAIL), key="wk_wrong")
    ours = "".join(record.getMessage() for record in caplog.records if not record.name.startswith("aiokafka"))
    assert not [word for word in (collector.key, EMAIL, "wk_wrong") if word in ours]
