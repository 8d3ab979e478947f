"""Bad input gets the answer that SPEC, section 6, promises: a reason, and the place of every fault."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import pytest

from schemas.codec import MAX_BYTES, Event, Rejected, decode
from tests.contract.broken_records import BROKEN_RECORDS, REFUSED_BY_CODEC, REFUSED_LATER, Broken, record


def refusal(raw: bytes) -> Rejected:
    verdict = decode(raw)
    assert isinstance(verdict, Rejected)
    return verdict


@pytest.mark.parametrize("broken", REFUSED_BY_CODEC, ids=lambda broken: broken.name)
def test_a_broken_record_is_refused_with_its_reason_and_place(broken: Broken) -> None:
    verdict = refusal(broken.value)
    assert verdict.reason == broken.reason
    assert broken.path in [fault.path for fault in verdict.faults]
    assert all(fault.rule for fault in verdict.faults)


@pytest.mark.parametrize("broken", REFUSED_LATER, ids=lambda broken: broken.name)
def test_what_the_router_refuses_is_right_by_the_contract(broken: Broken) -> None:
    assert isinstance(decode(broken.value), Event)
    assert broken.earlier is None or isinstance(decode(broken.earlier), Event)


def test_the_table_has_sixty_records_and_more_each_once() -> None:
    assert len(BROKEN_RECORDS) >= 60
    assert not [name for name, times in Counter(broken.name for broken in BROKEN_RECORDS).items() if times > 1]
    assert not [value for value, times in Counter(broken.value for broken in REFUSED_BY_CODEC).items() if times > 1]


def test_every_fault_is_told_at_once() -> None:
    verdict = refusal(record(event_id="", type="review_posted", channel="fax", properties={"score": 6, "comment": 7}))
    told = {fault.path for fault in verdict.faults}
    assert told == {"event_id", "channel", "properties.score", "properties.comment"}


def test_a_fault_shows_the_value_that_broke_the_rule() -> None:
    (fault,) = refusal(record(channel="fax")).faults
    assert (fault.path, fault.value) == ("channel", "fax")
    assert "'web'" in fault.rule


def test_values_of_several_types_are_told_once() -> None:
    (fault,) = refusal(record(type="checkout_step_viewed", properties={"step": 1.5})).faults
    assert (fault.path, fault.value) == ("properties.step", "1.5")


def test_a_long_value_is_cut_to_a_hundred_characters() -> None:
    (fault,) = refusal(record(source="x" * 300)).faults
    assert fault.value == "x" * 100


def test_of_many_faults_a_hundred_are_told_and_the_rest_counted() -> None:
    faults = refusal(record(type="cart_viewed", properties={"products": [7] * 150})).faults
    assert [fault.path for fault in faults] == [f"properties.products[{place}]" for place in range(100)] + [""]
    assert faults[-1].rule == "and 50 faults more"


@pytest.mark.parametrize(
    "fields",
    [
        {"type": "cart_viewed", "properties": {"products": [7] * 200_000}},
        {"context": {"experiments": {str(number): 0 for number in range(60_000)}}},
        {"source": "x" * 1_000_000},
        {"context": {"country": "@" * 1_000_000}},
    ],
)
def test_a_record_made_to_be_slow_gets_a_short_answer(fields: dict[str, Any]) -> None:
    assert sum(len(fault.rule + fault.value) for fault in refusal(record(fields)).faults) < 20_000


def test_a_refusal_names_the_event_where_it_can() -> None:
    assert refusal(record(channel="fax")).event_id == "e-1"
    assert refusal(record(event_id=7)).event_id is None
    assert refusal(b"{").event_id is None


@pytest.mark.parametrize(
    "raw",
    [
        record(email=["ada@example.com"]),
        record(email={"address": "ada@example.com"}),
        record(phone=4915112345678),
        record(email="ada@example.com" + "m" * 255),
        record(source="ada@example.com " * 40),
        record(type="identified", properties={"traits": ["ada@example.com", 4915112345678]}),
        record(type="ada@example.com"),
        b'["ada@example.com", 4915112345678]',
    ],
)
def test_no_fault_says_whose_event_it_was(raw: bytes) -> None:
    told = " ".join(f"{fault.path} {fault.rule} {fault.value}" for fault in refusal(raw).faults)
    assert not re.search("ada|4915112345678", told)


def test_a_record_of_one_mebibyte_is_read_and_a_byte_more_is_not() -> None:
    room = MAX_BYTES - len(record(colour=""))
    assert isinstance(decode(record(colour="x" * room)), Event)
    assert refusal(record(colour="x" * (room + 1))).reason == "unreadable"


def test_a_tombstone_is_unreadable() -> None:
    assert refusal(None).reason == "unreadable"  # type: ignore[arg-type]
