"""Where an event goes, what becomes of its clock, and what is refused: the router alone."""

from __future__ import annotations

import base64
import hmac
import json
from datetime import timedelta
from typing import Any

import pytest

from schemas.instants import micros as instant
from schemas.topics import SOURCE_TOPICS, TICK
from streams.journey.entries import DeadLetterEntry, Entry, EventEntry, LinkEntry, TickEntry, partition_of
from streams.journey.hashing import IdentifierHash
from streams.journey.routing import RouteOut, Router, Source
from streams.journey.rules import Rules
from tests.agreement.stories import TICK as NEXT
from tests.contract.broken_records import RECEIVED_AT, REFUSED_BY_CODEC, REFUSED_LATER, Broken
from tests.core.shop import DAY, HASH, HOUR, MINUTE, NOON, SECOND, after_noon, event, micros, source

HEARD_AT = instant(RECEIVED_AT)
LETTERS = [broken for broken in (*REFUSED_BY_CODEC, *REFUSED_LATER) if broken.reason != "conflicting_duplicate"]


def routed(*records: Source, partitions: int = 1, rules: Rules | None = None) -> RouteOut:
    out = RouteOut()
    Router(partitions, rules or Rules(), HASH).route(records, out)
    return out


def entries(out: RouteOut) -> list[Entry]:
    return [entry for partition in sorted(out.log) for entry in out.log[partition]]


def entry_of(said: dict[str, Any], **changes: Any) -> EventEntry:
    (entry,) = [entry for entry in entries(routed(source(said | changes))) if isinstance(entry, EventEntry)]
    return entry


def links(out: RouteOut) -> list[tuple[str, str]]:
    return [(entry.subject, entry.target) for entry in entries(out) if isinstance(entry, LinkEntry)]


def later(after: timedelta) -> str:
    return (NOON + after).isoformat()


VIEW = event("page_viewed", anonymous_id="tablet")


# -- whose it is ---------------------------------------------------------------------------------------------------------


def test_an_event_goes_to_the_strongest_identifier_it_carries() -> None:
    carried = {"customer_id": "ada", "email": "ada@x.com", "anonymous_id": "tablet", "order_id": "7"}
    found = []
    while carried:
        found.append(entry_of(event("shipment_scanned", **carried)).subject.split(":")[0])
        del carried[next(iter(carried))]
    assert found == ["customer", "email", "anonymous", "order"]


def test_each_weaker_identifier_is_linked_to_the_strongest() -> None:
    out = routed(source(event("page_viewed", customer_id="ada", anonymous_id="tablet", order_id="7")))
    assert links(out) == [("anonymous:tablet", "customer:ada"), ("order:7", "customer:ada")]


def test_an_entry_lies_on_the_partition_of_whom_it_is_for() -> None:
    out = routed(source(event("page_viewed", customer_id="ada", anonymous_id="tablet", order_id="7")), partitions=64)
    sent = [(partition, entry) for partition, batch in out.log.items() for entry in batch]
    places = {entry.subject: partition for partition, entry in sent if isinstance(entry, EventEntry | LinkEntry)}
    assert places == {name: partition_of(name, 64) for name in ("customer:ada", "anonymous:tablet", "order:7")}


@pytest.mark.parametrize("nobody", ["null", "undefined", "GUEST", "-1", "0000", "00000000-0000-0000-0000-000000000000", " ", ""])
def test_a_placeholder_is_no_identifier(nobody: str) -> None:
    out = routed(source(event("page_viewed", customer_id=nobody, anonymous_id="tablet")))
    assert [entry.subject for entry in entries(out) if isinstance(entry, EventEntry)] == ["anonymous:tablet"]
    assert links(out) == []


def test_an_email_is_never_seen_in_clear_behind_the_router() -> None:
    out = routed(source(event("page_viewed", email="Ada@Example.com ", customer_id="ada", phone="+49 151 123")))
    said = b"".join(entry.row for entry in entries(out) if isinstance(entry, EventEntry)) + repr(links(out)).encode()
    assert b"xample" not in said
    assert b"151" not in said
    assert b"hmac:" in said


@pytest.mark.parametrize("length", [1, 63, 64, 65, 200])
def test_the_hash_is_hmac_sha_256_whatever_the_length_of_the_key(length: int) -> None:
    key = bytes(range(length))
    standard = hmac.digest(key, b"ada@example.com", "sha256").hex()
    assert IdentifierHash(key)("email", "Ada@Example.com ") == f"hmac:{standard}"


def test_one_email_in_two_spellings_is_one_identifier() -> None:
    spellings = ("Ada@Example.com ", "ada@example.com")
    assert len({entry_of(event("page_viewed", email=spelling)).subject for spelling in spellings}) == 1


def test_a_phone_is_what_one_would_dial() -> None:
    assert len({entry_of(event("page_viewed", phone=phone)).subject for phone in ("+49 (151) 123-45", "+4915112345")}) == 1


def test_a_hash_that_comes_back_is_not_hashed_again() -> None:
    subject = entry_of(event("page_viewed", email="ada@example.com")).subject
    assert entry_of(event("page_viewed", email=subject.removeprefix("email:"))).subject == subject


# -- when it was ----------------------------------------------------------------------------------------------------------


def test_a_clock_that_is_wrong_by_an_hour_is_corrected_by_what_it_says_of_sending() -> None:
    said = entry_of(VIEW, occurred_at=later(HOUR), sent_at=later(HOUR + SECOND), received_at=later(2 * SECOND))
    assert after_noon(said.touchpoint.at) == SECOND


def test_what_occurred_after_it_was_received_occurred_when_it_was_received() -> None:
    assert after_noon(entry_of(VIEW, occurred_at=later(HOUR), received_at=later(MINUTE)).touchpoint.at) == MINUTE


def test_without_a_receipt_of_its_own_an_event_was_received_when_the_record_was_written() -> None:
    record = source(VIEW | {"occurred_at": later(HOUR)})
    record.timestamp = micros(MINUTE)
    (entry,) = entries(routed(record))
    assert isinstance(entry, EventEntry)
    assert after_noon(entry.touchpoint.at) == MINUTE


@pytest.mark.parametrize(("ahead", "refused"), [(DAY - NEXT, False), (DAY, False), (DAY + NEXT, True)])
def test_more_than_a_day_ahead_is_no_event(ahead: timedelta, refused: bool) -> None:
    (entry,) = entries(routed(source(VIEW | {"occurred_at": later(ahead), "received_at": later(timedelta())})))
    assert isinstance(entry, DeadLetterEntry) == refused


@pytest.mark.parametrize(("old", "late"), [(30 * DAY - NEXT, False), (30 * DAY, False), (30 * DAY + NEXT, True)])
def test_more_than_thirty_days_old_is_late_and_links_nobody(old: timedelta, late: bool) -> None:
    out = routed(source(event("page_viewed", customer_id="ada", anonymous_id="tablet") | {"received_at": later(old)}))
    (entry,) = [entry for entry in entries(out) if isinstance(entry, EventEntry)]
    assert entry.late == late
    assert b'"late":true' in entry.row or not late
    assert bool(links(out)) != late


def test_a_promised_day_ends_where_the_parcel_goes_else_where_the_store_is() -> None:
    promise = event("delivery_promised", order_id="7", properties={"promised_date": "2024-05-03"})
    abroad = promise | {"properties": promise["properties"] | {"destination_timezone": "America/Sao_Paulo"}}
    end = 2 * DAY - 1 * SECOND + 12 * HOUR
    assert after_noon(entry_of(promise).touchpoint.facts["at"]) == end  # type: ignore[arg-type]
    assert after_noon(entry_of(abroad).touchpoint.facts["at"]) == end + 3 * HOUR  # type: ignore[arg-type]
    tokyo = entries(routed(source(promise), rules=Rules(store_timezone="Asia/Tokyo")))[0]
    assert isinstance(tokyo, EventEntry)
    assert after_noon(tokyo.touchpoint.facts["at"]) == end - 9 * HOUR  # type: ignore[arg-type]


# -- links, ticks and words of our own -------------------------------------------------------------------------------------


def link_times(*after: timedelta) -> list[timedelta | None]:
    seen = [event("page_viewed", at, event_id=str(at), customer_id="ada", anonymous_id="tablet") for at in after]
    return [after_noon(one.at) for one in entries(routed(*map(source, seen))) if isinstance(one, LinkEntry)]


def test_a_link_is_said_once_a_minute() -> None:
    assert link_times(SECOND, 2 * SECOND, MINUTE - NEXT, MINUTE) == [SECOND, MINUTE]


def test_an_earlier_moment_of_the_same_minute_is_said_after_all() -> None:
    assert link_times(30 * SECOND, 20 * SECOND, 40 * SECOND) == [30 * SECOND, 20 * SECOND]


def test_a_tick_goes_to_every_partition_and_names_its_channel() -> None:
    tick = Source(1, 3, 0, 0, json.dumps({"at": 5, "replay": True}).encode(), TICK)
    out = routed(tick, partitions=3)
    assert out.log == {partition: [TickEntry(1, [f"{SOURCE_TOPICS[1]}/3"], 5, True)] for partition in range(3)}


def test_a_revocation_goes_to_the_identifier_it_is_about() -> None:
    said = {"identifier": "anonymous:tablet", "target": "customer:ada", "at": 5, "event_id": "r"}
    out = routed(Source(0, 0, 0, 0, json.dumps(said).encode(), "revoke"))
    assert entries(out) == [LinkEntry("anonymous:tablet", "customer:ada", 5, "r", revoked=True)]


@pytest.mark.parametrize("value", [b"", b"{}", b"[]", b'{"at": "soon"}', b"null", None])
@pytest.mark.parametrize("control", [TICK, "revoke", "dance"])
def test_a_word_of_ours_that_makes_no_sense_is_a_dead_letter(control: str, value: bytes | None) -> None:
    out = routed(Source(0, 0, 0, 0, value, control))
    (letter,) = entries(out)
    assert isinstance(letter, DeadLetterEntry)
    assert json.loads(letter.row)["reason"] == "unreadable"


# -- what is refused -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("broken", LETTERS, ids=lambda broken: broken.name)
def test_a_broken_record_becomes_a_dead_letter_with_its_reason_and_its_bytes(broken: Broken) -> None:
    out = routed(Source(0, 2, 17, HEARD_AT, broken.value))
    (letter,) = entries(out)
    assert isinstance(letter, DeadLetterEntry)
    row = json.loads(letter.row)
    assert (row["reason"], row["topic"], row["partition"], row["offset"]) == (broken.reason, SOURCE_TOPICS[0], 2, 17)
    assert row["size"] == len(broken.value)
    assert broken.path is None or broken.path in [fault["path"] for fault in json.loads(row["faults"])]
    assert out.dead_letters == [(letter.subject, letter.row)]


def test_the_bytes_of_a_dead_letter_are_kept_up_to_64_kib() -> None:
    for size in (65_535, 65_536, 65_537):
        (letter,) = entries(routed(Source(0, 0, 0, 0, b"x" * size)))
        assert isinstance(letter, DeadLetterEntry)
        row = json.loads(letter.row)
        assert (len(base64.b64decode(row["value"])), row["size"]) == (min(size, 65_536), size)


def test_a_dead_letter_does_not_say_whose_it_was() -> None:
    said = event("page_viewed", channel="fax", email="ada@example.com", phone="0151 123")
    (letter,) = entries(routed(source(said)))
    assert isinstance(letter, DeadLetterEntry)
    row = json.loads(letter.row)
    kept = base64.b64decode(row["value"]).decode() + row["faults"]
    assert "ada@" not in kept
    assert "0151" not in kept


def test_a_record_refused_again_is_the_same_dead_letter() -> None:
    record = Source(0, 0, 9, 9, b"?")
    assert routed(record).dead_letters == routed(record).dead_letters
