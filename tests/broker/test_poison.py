"""Whatever stands on a topic, the records behind it are worked off."""

from __future__ import annotations

import json

import pytest

from schemas.topics import CONTROL_HEADER, DEAD_LETTER, JOURNEY_LOG, STOREFRONT, TICK
from streams.publishing.publisher import Record
from tests.broker.rig import PARTITIONS, Rig
from tests.broker.shoppers import views

POISON = [
    Record(None, b""),
    Record(b"key only", None),
    Record(None, b"\xff\xfe not text"),
    Record(None, b"[" * 100_000),
    Record(None, b'{"type":"nothing_known"}'),
    Record(None, b'{"at":"soon"}', [(CONTROL_HEADER, TICK.encode())]),
    Record(None, b"{}", [(CONTROL_HEADER, b"\xff")]),
    Record(None, b"{}", [("another header", b"\x00")]),
    Record(None, b"x" * 900_000),
]


@pytest.mark.timeout(120)
async def test_a_poison_record_never_stops_the_line(rig: Rig) -> None:
    sent = views(400)
    worker = rig.worker()
    await rig.events(STOREFRONT, sent[:200])
    await rig.send({(STOREFRONT, place): POISON for place in range(PARTITIONS)})
    await rig.send({(JOURNEY_LOG, place): [Record(None, b"\xc1 no entries"), Record(b"k", None)] for place in range(PARTITIONS)})
    await rig.events(STOREFRONT, sent[200:])
    await rig.arrived()
    assert worker.process.running
    assert rig.event_ids() == {event["event_id"]: 1 for event in sent}
    letters = [json.loads(record.value) for record in await rig.read(DEAD_LETTER)]
    assert len(letters) == len({letter["dead_letter_id"] for letter in letters}) == len(POISON) * PARTITIONS
    assert {letter["reason"] for letter in letters} == {"unreadable", "invalid"}
    assert len({row["dead_letter_id"] for row in rig.rows("dead_letters")}) == len(letters)
