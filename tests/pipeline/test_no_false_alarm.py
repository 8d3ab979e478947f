"""A slow partition or topic holds time back and never raises an alarm: levels of ticks see to it that what is forwarded comes
first, and the clock waits for the topic that is furthest behind."""

from __future__ import annotations

from functools import cache
from random import Random

import pytest

from schemas.events import CATALOGUE
from schemas.tables import SignalRow
from schemas.topics import SOURCE_TOPICS
from streams.journey.detectors import DETECTORS
from streams.journey.routing import Source
from tests.agreement.stories import DAY, HOUR, MINUTE, NOON, event, micros
from tests.kits.detectors import ORDERED, TROUBLES, Event, Trouble, parcel, said
from tests.pipeline.restless import Restless
from tests.pipeline.schedules import by_the_hour, calm
from tests.pipeline.topics import ByTopic
from tests.pipeline.worlds import lived, simulated, town
from throughline.simulator import CALM

Told = frozenset[tuple[str, str]]
HISTORIES = {"shoppers": simulated(1, shoppers=40), "households": town(2), "calm shoppers": simulated(4, 40, rates=CALM)}


@cache
def told(name: str, partitions: int) -> Told:
    """What was ever opened or retracted, each with the signal it was about."""
    driver = Restless(partitions, Random(partitions), patience=4 * partitions if partitions > 1 else None)
    calm(driver, HISTORIES[name], Random(0))
    return raised(driver)


def raised(driver: Restless) -> Told:
    rows = [row for row in driver.memory.rows["signals"] if isinstance(row, SignalRow)]
    return frozenset((row.status, row.signal_id) for row in rows if row.status in ("opened", "retracted"))


def standing(changes: Told) -> set[str]:
    opened, retracted = ({signal for status, signal in changes if status == one} for one in ("opened", "retracted"))
    return opened - retracted


@pytest.mark.parametrize("partitions", [4, 8])
@pytest.mark.parametrize("name", HISTORIES)
def test_no_alarm_is_raised_because_a_partition_is_slow(name: str, partitions: int) -> None:
    """Being slow may even spare an alarm: what takes it back is read before the clock says it."""
    slow, quick = told(name, partitions), told(name, 1)
    assert slow <= quick
    assert standing(slow) == standing(quick)


@pytest.mark.parametrize("partitions", [1, 8])
def test_where_nothing_comes_late_nothing_is_ever_taken_back(partitions: int) -> None:
    statuses = {status for status, _ in told("calm shoppers", partitions)}
    assert statuses == {"opened"}


CHAIN = [
    event("page_viewed", -DAY, event_id="login", email="ada@example.com", customer_id="ada"),
    event("page_viewed", -DAY, event_id="subscribing", anonymous_id="tablet", email="ada@example.com"),
    event("order_completed", -DAY, event_id="bought", order_id="7", anonymous_id="tablet"),
    event("shipment_created", -DAY, event_id="packed", order_id="7", shipment_id="s"),
]
"""The parcel is an order's, that is a tablet's, that an e-mail's, and that is ada's."""


@pytest.mark.parametrize("seed", range(12))
def test_a_parcel_four_links_from_its_customer_is_heard_of_before_its_time_is_up(seed: int) -> None:
    driver = Restless(8, Random(seed))
    driver.feed(lived(CHAIN).records)
    driver.tick(micros(-HOUR))
    driver.hurry(2)
    driver.feed(lived([event("shipment_dispatched", DAY - HOUR, event_id="gone", shipment_id="s")]).records)
    driver.tick(micros(DAY + MINUTE))
    driver.catch_up()
    assert driver.signals == []


# -- a topic that lags ----------------------------------------------------------------------------------------------------------

AN_HOUR = 3_600_000_000


@pytest.mark.parametrize("partitions", [1, 8])
@pytest.mark.parametrize("topic", SOURCE_TOPICS)
def test_no_alarm_is_raised_because_a_topic_lags_an_hour(topic: str, partitions: int) -> None:
    history = HISTORIES["calm shoppers"]
    driver = ByTopic(partitions, Random(partitions))
    held: list[Source] = []
    others = [one for one in SOURCE_TOPICS if one != topic]
    for batch, hour in by_the_hour(history.records):
        driver.feed(record for record in batch if SOURCE_TOPICS[record.topic] != topic)
        driver.pass_time(min(hour, history.end), others)
        driver.feed(record for record in held if record.timestamp < hour - AN_HOUR)
        driver.pass_time(min(hour, history.end) - AN_HOUR, [topic])
        arrived = [record for record in batch if SOURCE_TOPICS[record.topic] == topic]
        held = [record for record in held if record.timestamp >= hour - AN_HOUR] + arrived
    driver.feed(held)
    driver.pass_time(history.end)
    driver.commit()
    prompt = told("calm shoppers", 1)
    assert raised(driver) <= prompt
    assert standing(raised(driver)) == standing(prompt)


CSAT = {"survey": "csat", "score": 5}
RELIEFS: dict[str, list[Event]] = {
    "cart_abandoned": [said("page_viewed"), said("order_completed", order_id="9"), said("ticket_opened", ticket_id="x")],
    "checkout_abandoned": [said("page_viewed"), said("order_completed", order_id="9"), said("survey_answered", properties=CSAT)],
    "browse_abandoned": [said("page_viewed"), said("order_completed", order_id="9")],
    "coupon_trouble": [said("order_completed", order_id="9")],
    "dispatch_late": [parcel("shipment_dispatched"), parcel("delivered"), parcel("order_cancelled")],
    "delivery_late": [parcel("delivered"), parcel("ready_for_pickup"), parcel("order_cancelled")],
    "carrier_silent": [parcel("shipment_scanned"), parcel("delivery_exception", exception="lost"), parcel("order_cancelled")],
    "delivery_failed": [parcel("delivered"), parcel("returned_to_sender"), parcel("order_cancelled")],
    "refund_late": [parcel("order_refunded", amount_minor=1, currency="EUR")],
    "reply_late": [said("agent_replied", ticket_id="x", properties={"by": "human"}), said("ticket_solved", ticket_id="x")],
}
"""What, by the due moment, prevents what would be found by waiting; each comes through one topic or another."""
UNCLAIMED = Trouble("delivery_failed", "order:7", (ORDERED, parcel("ready_for_pickup")), 5 * DAY, by_event=False)
WAITED_FOR = [*(trouble for trouble in TROUBLES.values() if not trouble.by_event), UNCLAIMED]
HELD_UP = [
    pytest.param(trouble, relief, id=f"{trouble.kind}, {relief['type']}")
    for trouble in WAITED_FOR
    for relief in RELIEFS[trouble.kind]
]


def told_of(driver: Restless, trouble: Trouble) -> list[str]:
    return [row.status for row in driver.signals if row.kind == trouble.kind and row.key == trouble.key]


@pytest.mark.parametrize("partitions", [1, 8])
@pytest.mark.parametrize(("trouble", "relief"), HELD_UP)
def test_relief_that_is_held_back_an_hour_still_prevents_the_alarm(trouble: Trouble, relief: Event, partitions: int) -> None:
    """It came a minute before the due moment, and is read an hour later; a clock that did not wait for its topic would alarm."""
    topic = CATALOGUE[relief["type"]].topic
    in_time = relief | {"occurred_at": (NOON + trouble.due - MINUTE).isoformat()}
    patient, hasty = (ByTopic(partitions, Random(partitions)) for _ in range(2))
    for driver, topics in ((patient, [one for one in SOURCE_TOPICS if one != topic]), (hasty, SOURCE_TOPICS)):
        driver.feed(lived(trouble.causes).records)
        driver.pass_time(micros(trouble.due - 2 * MINUTE))
        for minutes in (1, 20, 40, 59):
            driver.pass_time(micros(trouble.due + minutes * MINUTE), topics)
    assert (told_of(patient, trouble), told_of(hasty, trouble)) == ([], ["opened"])
    patient.feed(lived([in_time]).records)
    patient.pass_time(micros(trouble.due + 10 * MINUTE))
    assert told_of(patient, trouble) == []


def test_every_kind_that_is_waited_for_is_asked() -> None:
    assert RELIEFS.keys() == {detector.kind for detector in DETECTORS if detector.watches is not None}
