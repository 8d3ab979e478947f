"""What producers write is what consumers read, and nothing they add is lost."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from schemas.codec import Event, by_pydantic, decode, encode
from schemas.derive import struct_of, wire_type
from schemas.events import CATALOGUE, Envelope
from schemas.events.checkout import OrderCompleted, OrderProperties
from schemas.events.delivery import DeliveryPromised, PromiseProperties
from schemas.events.product import Product
from schemas.events.storefront import ProductAdded
from schemas.instants import EPOCH, micros, moment
from schemas.publish import event_schema
from tests.contract.broken_records import GOOD, record
from tests.contract.making import instances
from tests.contract.test_two_decoders import on_scale

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
WHOLE = {name: instances(event_schema(listed)) for name, listed in CATALOGUE.items()}


def event(raw: bytes) -> Event:
    verdict = decode(raw)
    assert isinstance(verdict, Event), verdict
    return verdict


@given(data=st.data(), name=st.sampled_from(list(CATALOGUE)))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_an_event_written_and_read_is_the_same_event(name: str, data: st.DataObject) -> None:
    document = on_scale(data.draw(WHOLE[name]))
    model = CATALOGUE[name].model.model_validate_json(json.dumps(document))
    again = event(encode(model))
    first = event(json.dumps(document).encode())
    texts = ("context", "properties_json", "extra")
    assert {**msgspec.structs.asdict(again), **dict.fromkeys(texts)} == {**msgspec.structs.asdict(first), **dict.fromkeys(texts)}
    assert CATALOGUE[name].model.model_validate_json(encode(model)) == model


def test_a_producer_s_event_arrives_with_its_values() -> None:
    sent = OrderCompleted(
        event_id="e-7",
        occurred_at=NOON.astimezone(timezone(timedelta(hours=-3))),
        customer_id="ada",
        order_id="7",
        properties=OrderProperties(
            total_minor=4998, currency="BRL", products=(Product(product_id="p", quantity=2),), dispatch_by=NOON
        ),
    )
    read = event(encode(sent))
    assert (read.type, read.order_id, read.occurred_at) == ("order_completed", "7", 1_714_564_800_000_000)
    assert (read.properties.total_minor, read.properties.products[0].quantity, read.properties.dispatch_by) == (4998, 2, NOON)
    assert (read.sent_at, read.email, read.context, read.extra) == (None, None, None, None)


def test_a_promised_day_arrives_as_a_day() -> None:
    promise = PromiseProperties(promised_date=date(2024, 5, 3), destination_timezone="America/Sao_Paulo")
    read = event(encode(DeliveryPromised(event_id="e", occurred_at=NOON, order_id="7", properties=promise)))
    assert read.properties.promised_date == date(2024, 5, 3)
    assert read.properties.promised_at is None


def test_unknown_fields_are_kept_as_they_were_sent() -> None:
    text = '{"product_id": "p-1",  "colour": {"name": "b\\u006cue", "rgb": [0, 0, 255.0]}}'
    raw = record(context={"device": "phone", "battery": 0.5}, loyalty=None, extra=1, properties_json=[2])
    raw = raw.replace(json.dumps(GOOD["properties"]).encode(), text.encode())
    for read in (event(raw), by_pydantic(raw)):
        assert isinstance(read, Event)
        assert read.properties_json == text
        assert read.context == '{"device": "phone", "battery": 0.5}'
        assert json.loads(read.extra or "") == {"loyalty": None, "extra": 1, "properties_json": [2]}
        assert read.properties.product_id == "p-1"


@pytest.mark.parametrize("name", ["properties_json", "extra"])
def test_an_unknown_field_may_be_called_as_one_of_ours(name: str) -> None:
    read = event(record({name: "theirs"}))
    assert read.properties_json == json.dumps(GOOD["properties"])
    assert json.loads(read.extra or "") == {name: "theirs"}


def test_an_event_without_properties_has_none_but_the_defaults() -> None:
    raw = json.dumps({"event_id": "e", "type": "product_added", "occurred_at": "2024-05-01T12:00:00Z", "context": None}).encode()
    read = event(raw)
    assert (read.properties_json, read.context, read.extra) == ("{}", None, None)
    assert (read.properties.quantity, read.properties.product_id) == (1, None)


def test_an_event_without_anybody_is_for_the_router_to_refuse() -> None:
    assert event(record(customer_id="")).customer_id == ""


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("1970-01-01T00:00:00.000001Z", 1),
        ("2024-05-01T12:00:00Z", 1_714_564_800_000_000),
        ("2024-05-01t12:00:00z", 1_714_564_800_000_000),
        ("2024-05-01T14:30:00+02:30", 1_714_564_800_000_000),
        ("2024-05-01T12:00:00.1234564Z", 1_714_564_800_123_456),
        ("2024-05-01T12:00:00.1234565Z", 1_714_564_800_123_457),
        ("2024-05-01T11:59:59.9999999Z", 1_714_564_800_000_000),
        ("9998-12-31T23:59:59.999999Z", 253_370_764_799_999_999),
    ],
)
def test_an_instant_is_read_to_the_microsecond(text: str, at: int) -> None:
    assert event(record(occurred_at=text, sent_at=text, received_at=text)).occurred_at == at
    assert event(record(sent_at=text)).sent_at == at
    assert event(record(received_at=text)).received_at == at


@given(at=st.integers(0, 253_370_764_799_999_999), offset=st.integers(-23 * 60, 23 * 60))
def test_microseconds_and_moments_are_two_names_of_one_instant(at: int, offset: int) -> None:
    assert micros(moment(at)) == at
    assert moment(at) - EPOCH == timedelta(microseconds=at)
    there = moment(at).replace(tzinfo=None) if at < 10**11 else moment(at).astimezone(timezone(timedelta(minutes=offset)))
    if there.tzinfo is not None:
        assert micros(there) == at


def test_a_producer_s_mistake_is_told_before_it_is_sent() -> None:
    with pytest.raises(ValidationError, match="RFC 3339 text with an offset"):
        ProductAdded(event_id="e", occurred_at=datetime(2024, 5, 1))  # noqa: DTZ001
    with pytest.raises(ValidationError, match="greater than or equal to 0"):
        Product(price_minor=-1)
    with pytest.raises(ValidationError, match="order_id is required"):
        OrderCompleted(event_id="e", occurred_at=NOON)


def test_an_event_once_made_does_not_change() -> None:
    added = ProductAdded(event_id="e", occurred_at=NOON)
    with pytest.raises(ValidationError, match="frozen"):
        added.event_id = "f"  # type: ignore[misc]


def test_the_decoded_event_has_the_envelope_s_fields_and_two_more() -> None:
    assert set(Event.__struct_fields__) == set(Envelope.model_fields) | {"properties_json", "extra"}


@pytest.mark.parametrize("listed", CATALOGUE.values(), ids=list(CATALOGUE))
def test_the_decoded_properties_have_the_fields_and_defaults_of_the_model(listed: Any) -> None:
    struct = struct_of(listed.properties)
    assert struct.__struct_fields__ == tuple(listed.properties.model_fields)
    assert struct is type(event(_smallest(listed.name)).properties)


def _smallest(name: str) -> bytes:
    """The least that an event of this type must say."""
    needed: dict[str, Any] = {
        "products_searched": {"query": ""}, "feature_used": {"feature": ""}, "click_frustrated": {"how": "rage"},
        "experiment_viewed": {"experiment_id": "", "variation_id": ""}, "checkout_step_viewed": {"step": 0},
        "checkout_step_completed": {"step": "pay"}, "form_error_shown": {"field": ""}, "payment_failed": {"decline": "soft"},
        "delivery_promised": {"promised_date": "2024-05-03"}, "estimate_updated": {"estimated_at": "2024-05-03T00:00:00Z"},
        "delivery_exception": {"exception": "lost"}, "agent_replied": {"by": "bot"},
        "survey_answered": {"survey": "ces", "score": 0}, "review_posted": {"score": 1},
        "privacy_requested": {"request": "erasure"},
    }  # fmt: skip
    identifiers = {"order_id": "7", "ticket_id": "t"}
    return json.dumps(
        {"event_id": "e", "type": name, "occurred_at": "2024-05-01T12:00:00Z", **identifiers, "properties": needed.get(name, {})}
    ).encode()


@pytest.mark.parametrize("kind", [complex, set[str], list[str], tuple[int, str]])
def test_a_type_the_fast_decoder_cannot_read_is_refused_at_import(kind: Any) -> None:
    with pytest.raises(TypeError, match=r"schemas/derive\.py"):
        wire_type(kind)
