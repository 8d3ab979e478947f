"""Other senders at their doors: how they are known, what they are answered, and that what they send arrives."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import ssl
import subprocess
from pathlib import Path
from typing import Any

import pytest

from streams.collector.adapters.registry import ADAPTERS
from streams.collector.doors import DOORS
from streams.collector.keys import add_secret, read
from tests.collector.rig import Collector, events, running, settings_of
from tests.e2e.conftest import Type, folder, type_
from throughline.broker import EmbeddedBroker
from throughline.collecting import keys_file

__all__ = ["folder", "type_"]

TRACK = {
    "type": "track",
    "event": "Product Viewed",
    "messageId": "m1",
    "anonymousId": "d1",
    "timestamp": "2026-03-02T10:00:00Z",
    "properties": {"product_id": "p1"},
}
SECRET = "shhh"
PURCHASE = {"client_id": "c.1", "events": [{"name": "view_item", "params": {"items": [{"item_id": "p1"}]}}]}


@pytest.mark.parametrize("path", ["/v1/track", "/v1/t", "/v1/batch", "/v1/b", "/v1/import"])
async def test_segments_calls_are_taken_and_answered_as_segment_does(
    path: str, collector: Collector, broker: EmbeddedBroker
) -> None:
    one = {name: value for name, value in TRACK.items() if name != "type"} if path in ("/v1/track", "/v1/t") else TRACK
    answer = await collector.post(path, {"batch": [one]} if len(one) == len(TRACK) else one)
    assert (answer.status, answer.json) == (200, {"success": True})
    (event,) = await events(broker)
    assert (event["type"], event["anonymous_id"], event["source"]) == ("product_viewed", "d1", "shop")


@pytest.mark.parametrize("around", [lambda key: TRACK | {"writeKey": key}, lambda key: {"batch": [TRACK], "writeKey": key}])
async def test_a_page_that_sets_no_headers_has_its_key_in_the_message(around: Any, collector: Collector) -> None:
    path = "/v1/b" if "batch" in around("") else "/v1/t"
    sent = await collector.post(path, around(collector.key), key="", **{"Content-Type": "text/plain"})
    assert sent.status == 200
    assert (await collector.post(path, around("wk_other"), key="")).status == 401


async def test_ga4_is_answered_with_nothing_and_knows_its_secret(collector: Collector, broker: EmbeddedBroker) -> None:
    address = f"/mp/collect?measurement_id=G-1&api_secret={collector.key}"
    assert (await collector.post(address, PURCHASE, key="")).status == 204
    assert (await collector.post(address, {"events": "nonsense"}, key="")).status == 204
    assert (await collector.post("/mp/collect?api_secret=other", PURCHASE, key="")).status == 401
    assert [event["type"] for event in await events(broker) if "type" in event] == ["product_viewed"]


async def test_ga4s_validation_says_what_is_wrong_and_takes_nothing(collector: Collector, broker: EmbeddedBroker) -> None:
    address = f"/debug/mp/collect?measurement_id=G-1&api_secret={collector.key}"
    assert (await collector.post(address, PURCHASE, key="")).json == {"validationMessages": []}
    wrong = await collector.post(address, PURCHASE | {"client_id": ""}, key="")
    assert [message["fieldPath"] for message in wrong.json["validationMessages"]] == ["client_id"]
    assert await events(broker) == []


async def test_a_webhook_is_known_by_its_signature(broker: EmbeddedBroker, tmp_path: Path) -> None:
    add_secret(keys_file(settings_of(tmp_path)), "store", "shopify", SECRET)
    body = json.dumps({"id": 1, "email": "ada@example.com", "created_at": "2026-03-02T10:00:00Z"}).encode()
    signature = base64.b64encode(hmac.digest(SECRET.encode(), body, hashlib.sha256)).decode()
    headers = {"X-Shopify-Topic": "customers/create", "X-Shopify-Event-Id": "ev1", "X-Shopify-Hmac-Sha256": signature}
    async with running(tmp_path, broker.address) as collector:
        assert (await collector.post("/webhooks/shopify/store", body, key="", **headers)).status == 200
        for path, sent in (("shopify/store", body + b" "), ("shopify/other", body), ("easypost/store", body)):
            assert (await collector.post(f"/webhooks/{path}", sent, **headers)).status == 401
        assert (await collector.post("/webhooks/nobody/store", body, **headers)).status == 404


async def test_a_cloud_event_comes_in_headers_or_in_the_body(collector: Collector, broker: EmbeddedBroker) -> None:
    attributes = {"specversion": "1.0", "id": "1", "source": "/shop", "type": "page_viewed", "time": "2026-03-02T10:00:00Z"}
    data = {"customer_id": "ada", "properties": {"path": "/"}}
    binary = {f"ce-{name}": value for name, value in attributes.items()}
    assert (await collector.post("/v1/cloudevents", data, **binary)).json["taken"] == 1
    structured = {"Content-Type": "application/cloudevents+json"}
    again = attributes | {"id": "2"}
    assert (await collector.post("/v1/cloudevents", again | {"data": data}, **structured)).json["taken"] == 1
    assert [event["customer_id"] for event in await events(broker)] == ["ada", "ada"]


async def test_it_speaks_tls_with_the_certificate_it_is_given(broker: EmbeddedBroker, tmp_path: Path) -> None:
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    made = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(certificate)]
    kind = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1"]
    subprocess.run(["openssl", "req", *kind, *made], check=True, capture_output=True)
    trusts = ssl.create_default_context(cafile=certificate)
    async with running(tmp_path, broker.address, cert_file=certificate, key_file=key) as collector:
        assert collector.url.startswith("https://")
        assert (await collector.ask("GET", "/health", ssl=trusts)).status == 200


def test_keys_are_made_listed_and_revoked(type_: Type, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = type_("keys", "add", "shop")
    assert made.out.startswith("wk_")
    listed = type_("keys", "list").out
    assert "shop" in listed
    assert made.out.strip() not in listed
    (key,) = read(folder / ".throughline" / "collector.keys").keys
    assert type_("keys", "revoke", key.id).code == 0
    assert type_("keys", "revoke", key.id).code == 1
    assert type_("keys", "add", "no name").code == 1
    assert "shop" not in type_("keys", "list").out


def test_every_door_has_an_adapter_and_every_adapter_a_door() -> None:
    assert {door.sender for door in DOORS} == {adapter.name for adapter in ADAPTERS}
