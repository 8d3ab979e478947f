"""Somebody spoils a good lake in one way, and ``verify`` says which way it was, of what, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from aiokafka import AIOKafkaProducer
from deltalake import CommitProperties, DeltaTable, Transaction, write_deltalake

from schemas.events import CATALOGUE
from schemas.failures import Stop
from sinks.lake import Lake
from streams.journey.hashing import IdentifierHash
from streams.journey.rules import Rules
from tests.agreement.stories import DAY, EPOCH, HOUR, MINUTE, TICK, event, micros, records
from throughline.backfill import backfill
from throughline.broker import EmbeddedBroker
from throughline.oracle.answers import answer
from throughline.oracle.records import Record, read_files
from throughline.oracle.source_topics import read_topics
from throughline.oracle.verify import Verdict, verify

hashed = IdentifierHash(b"a key that only this test knows...")
HISTORY = [
    event("product_added", event_id="left"),
    event("page_viewed", HOUR, event_id="back"),
    event("page_viewed", HOUR, event_id="back"),
    event("order_completed", HOUR + MINUTE, order_id="7"),
    event("page_viewed", 2 * HOUR, customer_id="guest"),
    event("shipment_dispatched", 3 * DAY, order_id="7"),
    event("page_viewed", 4 * DAY, event_id="end", customer_id="bob"),
]


class Case:
    """A history, and the lake that a backfill made of it."""

    def __init__(self, folder: Path) -> None:
        self.file, self.lake = folder / "events.jsonl", folder / "lake"
        self.file.write_text("".join(json.dumps(one) + "\n" for one in HISTORY) + "not even JSON\n")
        backfill([self.file], Lake(self.lake), Rules(), hashed)

    def table(self, name: str) -> DeltaTable:
        return DeltaTable(self.lake / name)

    def rows(self, name: str, column: str, value: object) -> pa.Table:
        rows = self.table(name).to_pyarrow_table()
        return rows.filter(pc.equal(rows[column], value))

    def append(self, name: str, rows: pa.Table) -> None:
        write_deltalake(self.table(name), rows, mode="append")

    def judged(self) -> Verdict:
        return verify(self.lake, read_files([self.file]), hashed)


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return Case(tmp_path)


def set_to(rows: pa.Table, **values: object) -> pa.Table:
    """The same rows with other values in some columns."""
    for name, value in values.items():
        index = rows.schema.get_field_index(name)
        rows = rows.set_column(index, rows.schema.field(index), pa.array([value] * len(rows), rows.schema.field(index).type))
    return rows


def test_all_is_well_in_one_line(case: Case) -> None:
    assert case.judged().summary() == (
        "ok: 5 events, 2 journeys, 2 signals: nothing lost, duplicated, invented, missed, unaccounted, and nothing went back"
    )


def loses_an_event(case: Case) -> None:
    case.table("events").delete("event_id = 'back'")


def loses_a_signal(case: Case) -> None:
    case.table("signals").delete("kind = 'dispatch_late'")


def forgets_how_a_signal_ended(case: Case) -> None:
    case.table("signals").delete("status = 'resolved' AND kind = 'dispatch_late'")


def loses_a_session(case: Case) -> None:
    case.table("sessions").delete("subject = 'customer:bob'")


def loses_a_dead_letter(case: Case) -> None:
    case.table("dead_letters").delete("reason = 'no_identity'")


def writes_an_event_twice(case: Case) -> None:
    case.append("events", case.rows("events", "event_id", "back"))


def says_a_signal_twice(case: Case) -> None:
    rows = case.rows("signals", "kind", "cart_abandoned")
    last = rows.filter(pc.equal(rows["status"], "resolved"))
    case.append("signals", set_to(last, log_index=last["log_index"][0].as_py() + 1))


def makes_up_an_event(case: Case) -> None:
    case.append("events", set_to(case.rows("events", "event_id", "back"), event_id="never"))


def makes_up_a_signal(case: Case) -> None:
    opened = case.rows("signals", "kind", "dispatch_late").slice(0, 1)
    case.append("signals", set_to(opened, signal_id="never", key="order:8"))


def makes_up_a_session(case: Case) -> None:
    case.append("sessions", set_to(case.rows("sessions", "subject", "customer:bob"), session_id="never"))


def makes_up_a_dead_letter(case: Case) -> None:
    case.append("dead_letters", set_to(case.rows("dead_letters", "reason", "no_identity"), dead_letter_id="never", offset=99))


def goes_back(case: Case) -> None:
    table = case.table("events")
    nothing = table.to_pyarrow_table().slice(0, 0)
    epoch = table.to_pyarrow_table()["log_epoch"][0].as_py()
    before = CommitProperties(app_transactions=[Transaction(f"{epoch}/0", 0)])
    write_deltalake(table, nothing, mode="append", commit_properties=before)


@pytest.mark.parametrize(
    ("spoil", "faults"),
    [
        (loses_an_event, ["Lost: event back (page_viewed) was accepted and is not in the lake"]),
        (loses_a_signal, ["Missed: dispatch_late of order:7 should stand as resolved (opened 2024-05-03 13:01:00+00)"]),
        (
            forgets_how_a_signal_ended,
            [
                "Invented: dispatch_late of order:7 stands as open (opened 2024-05-03 13:01:00+00) without a cause",
                "Missed: dispatch_late of order:7 should stand as resolved (opened 2024-05-03 13:01:00+00)",
            ],
        ),
        (loses_a_session, ["Missed: session of customer:bob from 2024-05-05 12:00:00+00 with 1 touchpoints is missing"]),
        (loses_a_dead_letter, ["Unaccounted: 1 records were refused as no_identity, and there are 0 dead letters of them"]),
        (makes_up_a_dead_letter, ["Unaccounted: 1 records were refused as no_identity, and there are 2 dead letters of them"]),
        (writes_an_event_twice, ["Duplicated: event back stands 2 times in the lake"]),
        (makes_up_an_event, ["Invented: event never stands in the lake and was never accepted"]),
        (
            makes_up_a_signal,
            ["Invented: dispatch_late of order:8 stands as open (opened 2024-05-03 13:01:00+00) without a cause"],
        ),
        (makes_up_a_session, ["Invented: session of customer:bob from 2024-05-05 12:00:00+00 with 1 touchpoints never was"]),
    ],
)
def test_the_fault_is_named(case: Case, spoil: Callable[[Case], None], faults: list[str]) -> None:
    spoil(case)
    assert [str(fault) for fault in case.judged().faults] == faults


@pytest.mark.parametrize(("spoil", "name"), [(says_a_signal_twice, "Duplicated"), (goes_back, "WentBack")])
def test_the_kind_of_fault_is_named(case: Case, spoil: Callable[[Case], None], name: str) -> None:
    spoil(case)
    assert {fault.name for fault in case.judged().faults} == {name}


def test_faults_are_counted_in_one_line(case: Case) -> None:
    loses_an_event(case)
    loses_a_signal(case)
    assert case.judged().summary() == (
        "not ok: 4 events, 2 journeys, 2 signals: 1 Lost, 0 Duplicated, 0 Invented, 1 Missed, 0 Unaccounted, 0 WentBack"
    )


# -- records of topics, which have a place of their own -----------------------------------------------------------------


def of_topics(case: Case) -> list[Record]:
    """The same records as they would lie on topics: by type, in the one partition, as old as they say."""
    happened = [*HISTORY, HISTORY[-1]]
    topics = [CATALOGUE[str(one["type"])].topic for one in HISTORY] + ["storefront.events"]
    lines = case.file.read_bytes().splitlines()
    return [
        Record(topic, 0, offset, (datetime.fromisoformat(one["occurred_at"]) - EPOCH) // TICK, line)
        for offset, (topic, one, line) in enumerate(zip(topics, happened, lines, strict=True))
    ]


def test_a_refused_record_of_a_topic_is_accounted_for_by_its_own_dead_letter(case: Case) -> None:
    assert verify(case.lake, of_topics(case), hashed).faults == []
    case.table("dead_letters").delete("reason = 'unreadable'")
    (fault,) = verify(case.lake, of_topics(case), hashed).faults
    assert str(fault) == "Unaccounted: the record at storefront.events/0/7 was refused (unreadable) and has no dead letter"


def test_a_dead_letter_of_another_place_accounts_for_nothing(case: Case) -> None:
    makes_up_a_dead_letter(case)
    (fault,) = verify(case.lake, of_topics(case), hashed).faults
    assert str(fault) == "Unaccounted: the dead letter of storefront.events/0/99 (no_identity) is of no refused record"


def tick(partition: int, after: timedelta) -> Record:
    value = json.dumps({"at": micros(after), "replay": False}).encode()
    return Record("storefront.events", partition, 100, micros(after), value, "tick")


@pytest.mark.parametrize(
    ("ticks", "found"),
    [
        ([20 * MINUTE, 31 * MINUTE], []),  # the one that lags holds time back
        ([31 * MINUTE, HOUR], [("open",)]),
        ([20 * MINUTE, 20 * MINUTE + 6 * HOUR], []),
        ([20 * MINUTE, 20 * MINUTE + 6 * HOUR + TICK], [("open",)]),  # … unless it lags too far
    ],
)
def test_time_is_the_least_of_the_last_ticks(ticks: list[timedelta], found: list[tuple[str]]) -> None:
    given = [*records([event("product_added")]), *[tick(number, after) for number, after in enumerate(ticks)]]
    with answer(given, hashed) as sql:
        assert sql.execute("SELECT how FROM cart_abandoned").fetchall() == found


async def test_topics_are_read_from_first_to_last_with_what_is_ours_marked(tmp_path: Path) -> None:
    async with EmbeddedBroker(tmp_path) as broker:
        producer = AIOKafkaProducer(bootstrap_servers=broker.address)
        await producer.start()
        for number in range(3):
            await producer.send_and_wait("storefront.events", b"%d" % number, timestamp_ms=1_000 + number)
        await producer.send_and_wait("checkout.events", b"{}", headers=[("throughline", b"tick")])
        await producer.send_and_wait("journey.log", b"not asked for")
        await producer.stop()
        read = await read_topics(broker.address)
    assert [(one.topic, one.value, one.control) for one in sorted(read, key=lambda one: (one.topic, one.value))] == [
        ("checkout.events", b"{}", "tick"),
        *[("storefront.events", b"%d" % number, None) for number in range(3)],
    ]
    assert {one.timestamp for one in read if one.control is None} == {1_000_000, 1_001_000, 1_002_000}


async def test_where_no_broker_is_somebody_is_told_so() -> None:
    with pytest.raises(Stop, match=r"No broker answers at 127\.0\.0\.1:1\."):
        await read_topics("127.0.0.1:1")
