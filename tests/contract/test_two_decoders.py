"""One contract, two decoders: the fast one and pydantic give the same verdicts and the same values, whatever they are given."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from schemas.codec import MAX_BYTES, Event, Rejected, by_msgspec, by_pydantic, decode
from schemas.events import CATALOGUE, EventType
from schemas.publish import event_schema
from tests.contract.broken_records import REFUSED_BY_CODEC, REFUSED_LATER, record
from tests.contract.making import broken, instances

SCHEMAS = {name: event_schema(listed) for name, listed in CATALOGUE.items()}
VALIDATORS = {name: Draft202012Validator(schema) for name, schema in SCHEMAS.items()}
WHOLE = {name: instances(schema) for name, schema in SCHEMAS.items()}
ANY_EVENT = st.sampled_from(list(CATALOGUE)).flatmap(lambda name: WHOLE[name])
calm = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
each_type = pytest.mark.parametrize("listed", CATALOGUE.values(), ids=list(CATALOGUE))


def told(verdict: Event | Rejected | None) -> str | None:
    """An event's values, types and all; nothing of a refusal, since only pydantic gives reasons."""
    return None if verdict is None or isinstance(verdict, Rejected) else repr(msgspec.structs.asdict(verdict))


def on_scale(document: dict[str, Any]) -> dict[str, Any]:
    """With its score moved onto its scale, which JSON Schema cannot ask for."""
    properties = document.get("properties", {})
    if "score" in properties:
        scale = properties.get("scale_max")
        properties["score"] = max(1, min(properties["score"], 5 if scale is None else scale))
    return document


@each_type
@given(data=st.data(), spaced=st.booleans())
@settings(calm, max_examples=10)
def test_what_the_published_schema_accepts_both_decoders_read_alike(listed: EventType, data: st.DataObject, spaced: bool) -> None:
    document = on_scale(data.draw(WHOLE[listed.name]))
    raw = json.dumps(document, ensure_ascii=spaced, separators=None if spaced else (",", ":")).encode()
    fast = by_msgspec(raw)
    assert fast is not None, by_pydantic(raw)
    assert told(fast) == told(by_pydantic(raw)) == told(decode(raw))
    assert VALIDATORS[listed.name].is_valid(document)


@each_type
@given(data=st.data())
@settings(calm, max_examples=12)
def test_broken_events_get_the_same_verdict_from_both(listed: EventType, data: st.DataObject) -> None:
    document = data.draw(broken(WHOLE[listed.name]))
    raw = json.dumps(document).encode()
    slow = by_pydantic(raw)
    assert told(by_msgspec(raw)) == told(slow) == told(decode(raw))
    if isinstance(slow, Event):
        assert VALIDATORS[slow.type].is_valid(document)


@given(data=st.data(), document=ANY_EVENT)
@settings(calm, max_examples=200)
def test_bytes_flipped_cut_or_added_are_judged_alike_and_nothing_raises(data: st.DataObject, document: Any) -> None:
    raw = bytearray(json.dumps(document, ensure_ascii=False).encode())
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(raw) - 1))
        width = data.draw(st.integers(0, 2))
        raw[at : at + width] = data.draw(
            st.sampled_from([b"", b'"', b"{", b"]", b",", b"\\u", b"\xff", b"\xed\xa0\x80", b"0", b"-", b"e9", b"\n"])
        )
    assert told(decode(bytes(raw))) == told(by_pydantic(bytes(raw)))


@given(raw=st.binary(max_size=200))
@settings(calm, max_examples=200)
def test_any_bytes_get_a_verdict(raw: bytes) -> None:
    assert isinstance(decode(raw), Event | Rejected)
    assert by_msgspec(raw) is None or isinstance(decode(raw), Event)


@pytest.mark.parametrize("row", REFUSED_BY_CODEC + REFUSED_LATER, ids=lambda row: row.name)
def test_the_table_of_broken_records_is_judged_alike(row: Any) -> None:
    assert told(by_msgspec(row.value)) == told(by_pydantic(row.value)) == told(decode(row.value))


def _promised(value: dict[str, Any]) -> bytes:
    return record(type="delivery_promised", order_id="7", properties=value)


BOUNDS: list[tuple[bytes, bytes]] = [
    (record(event_id="x"), record(event_id="")),
    (record(event_id="é" * 100), record(event_id="é" * 101)),
    (record(customer_id="😀" * 255), record(customer_id="😀" * 256)),
    (record(customer_id=""), record(customer_id=0)),
    (record(occurred_at="1970-01-01T00:00:00Z"), record(occurred_at="1969-12-31T23:59:59.999999Z")),
    (record(occurred_at="9998-12-31T23:59:59.999999Z"), record(occurred_at="9998-12-31T23:59:59.9999996Z")),
    (record(occurred_at="2024-02-29T00:00:00+23:59"), record(occurred_at="2024-02-29T00:00:00+24:00")),
    (record(sent_at="2024-02-29T23:59:59Z"), record(sent_at="2023-02-29T23:59:59Z")),
    (_promised({"promised_at": "1970-01-01T00:00:00Z"}), _promised({"promised_at": "1969-12-31T23:59:59.999999Z"})),
    (_promised({"promised_at": "9998-12-31T23:59:59Z"}), _promised({"promised_at": "9999-01-01T00:00:00Z"})),
    (_promised({"promised_date": "1970-01-01"}), _promised({"promised_date": "1969-12-31"})),
    (_promised({"promised_date": "9998-12-31"}), _promised({"promised_date": "9999-01-01"})),
    (record(properties={"price_minor": 0}), record(properties={"price_minor": -1})),
    (record(properties={"price_minor": 2**53 - 1}), record(properties={"price_minor": 2**53})),
    (record(properties={"quantity": 1}), record(properties={"quantity": 0})),
    (record(properties={"quantity": 1_000_000}), record(properties={"quantity": 1_000_001})),
    (record(properties={"currency": "EUR"}), record(properties={"currency": "EUR\n"})),
    (record(properties={"currency": None}), record(properties={"currency": "EURO"})),
    (record(properties={"name": "x" * 65_536}), record(properties={"name": "x" * 65_537})),
]


@pytest.mark.parametrize(("last", "first_out"), BOUNDS, ids=range(len(BOUNDS)))
def test_each_bound_is_where_it_is_said_to_be(last: bytes, first_out: bytes) -> None:
    def verdicts(raw: bytes) -> list[bool]:
        return [isinstance(verdict, Event) for verdict in (decode(raw), by_msgspec(raw), by_pydantic(raw))]

    assert verdicts(last) == [True] * 3
    assert verdicts(first_out) == [False] * 3


@pytest.mark.parametrize("products", [1_000, 1_001])
def test_a_thousand_products_fit_in_a_cart_and_no_more(products: int) -> None:
    raw = record(type="cart_viewed", properties={"products": [{}] * products})
    assert isinstance(by_pydantic(raw), Event) == isinstance(decode(raw), Event) == (products == 1_000)


@pytest.mark.parametrize("depth", [1, 100, 145, 155, 190, 198, 205, 400, 5_000])
def test_nesting_is_judged_alike_at_every_depth(depth: int) -> None:
    raw = record(properties={"colour": 0}).replace(b'"colour": 0', b'"colour": ' + b"[" * depth + b"]" * depth)
    assert told(decode(raw)) == told(by_pydantic(raw))
    assert isinstance(decode(raw), Event) == (depth < 199)


def test_a_field_said_twice_counts_as_said_last_even_where_the_first_was_wrong() -> None:
    raw = record()[:-1] + b', "event_id": 7, "event_id": "e-2"}'
    event = decode(raw)
    assert isinstance(event, Event)
    assert event.event_id == "e-2"
    assert by_msgspec(raw) is not None


def test_a_record_over_the_limit_is_read_by_neither() -> None:
    raw = record(colour="x" * MAX_BYTES)
    assert by_msgspec(raw) is None
    assert isinstance(by_pydantic(raw), Rejected)
