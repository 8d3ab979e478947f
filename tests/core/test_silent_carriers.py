"""Nobody says a word of the parcel: ``carrier_silent``, parcel by parcel."""

from __future__ import annotations

from datetime import timedelta

import pytest

from schemas.signals import signal_id
from tests.core.shop import DAY, HOUR, MINUTE
from tests.core.troubles import AROUND, NOW, Event, evidence, found, heard, it, keys, opened, told

SILENT = "carrier_silent"
FIRST_SCAN, SCAN = 48 * HOUR, 72 * HOUR


def of(name: str, after: timedelta = NOW, parcel: str | None = None, **properties: str) -> Event:
    """About order 7, or about one parcel of it."""
    fields = {"order_id": "7"} if parcel is None else {"order_id": "7", "shipment_id": parcel}
    return it(name, after, properties, event_id=f"{name} {parcel or ''}{after}", **fields)


GONE = of("shipment_dispatched")


@pytest.mark.parametrize(
    ("word", "due"),
    [
        (GONE, FIRST_SCAN),
        (of("shipment_scanned"), SCAN),
        (of("out_for_delivery"), SCAN),
        (of("delivery_attempt_failed"), SCAN),
        *[(of("delivery_exception", exception=what), SCAN) for what in ("address", "refused", "weather", "other")],
        *[(of("delivery_exception", exception=what), None) for what in ("damaged", "lost", "customs")],
        (of("ready_for_pickup"), None),
        (of("delivered"), None),
        (of("returned_to_sender"), None),
        (of("shipment_created"), None),
    ],
    ids=lambda value: " ".join([value["type"], *value["properties"].values()]) if isinstance(value, dict) else "",
)
def test_what_may_follow_in_silence_and_for_how_long(word: Event, due: timedelta | None) -> None:
    assert opened(SILENT, word) == ([due] if due is not None else [])


@AROUND
@pytest.mark.parametrize("word", ["shipment_scanned", "out_for_delivery", "ready_for_pickup", "delivery_exception", "delivered"])
@pytest.mark.parametrize(("before", "patience"), [("shipment_dispatched", FIRST_SCAN), ("shipment_scanned", SCAN)])
def test_a_word_by_then_is_in_time(before: str, patience: timedelta, word: str, step: timedelta) -> None:
    said = {"exception": "lost"} if word == "delivery_exception" else {}
    spoke = of(word, patience + step, **said)
    expected = [(patience, patience + step, "resolved")] * (step > NOW)
    assert found(SILENT, of(before), spoke, until=patience + DAY) == expected


@pytest.mark.parametrize(
    ("words", "due"),
    [
        ([of("shipment_created"), of("shipment_dispatched", HOUR)], HOUR + FIRST_SCAN),
        ([GONE, of("shipment_dispatched", DAY)], FIRST_SCAN),
        ([of("shipment_scanned"), of("shipment_dispatched", DAY)], SCAN),
        ([of("shipment_scanned"), of("shipment_created", DAY)], SCAN),
        ([GONE, of("shipment_scanned", HOUR)], HOUR + SCAN),
        ([of("shipment_scanned"), of("estimate_updated", DAY, estimated_date="2024-05-09")], SCAN),
        ([of("delivery_exception", exception="customs"), of("shipment_scanned", 9 * DAY)], 9 * DAY + SCAN),
        ([of("ready_for_pickup"), of("shipment_scanned", HOUR)], HOUR + SCAN),
        ([of("delivered"), of("shipment_scanned", HOUR)], None),
        ([of("returned_to_sender"), of("shipment_scanned", HOUR)], None),
    ],
    ids=[
        "a label is no word",
        "the first dispatch counts",
        "after a scan a dispatch is no word",
        "nor is a label",
        "a scan starts the longer clock",
        "an estimate is no word",
        "out of customs it goes on",
        "from the pickup point it goes on",
        "delivered it is over",
        "sent back it is over",
    ],
)
def test_the_clock_starts_at_the_last_word_of_the_way(words: list[Event], due: timedelta | None) -> None:
    assert opened(SILENT, *words) == ([due] if due is not None else [])


def test_every_silence_is_told_by_the_word_before_it() -> None:
    rows = told(SILENT, GONE, of("shipment_scanned", 3 * DAY), of("delivered", 9 * DAY))
    assert [(row.status, row.signal_id) for row in rows] == [
        (status, signal_id(SILENT, "order:7", word))
        for word in ("shipment_dispatched 0:00:00", "shipment_scanned 3 days, 0:00:00")
        for status in ("opened", "resolved")
    ]


@AROUND
def test_of_an_order_wholly_cancelled_nobody_waits_for_a_word(step: timedelta) -> None:
    cancelled = of("order_cancelled", FIRST_SCAN + step)
    assert found(SILENT, GONE, cancelled) == [(FIRST_SCAN, FIRST_SCAN + step, "resolved")] * (step > NOW)


def test_an_order_cancelled_in_part_is_still_on_its_way() -> None:
    partly = it("order_cancelled", HOUR, {"whole": False}, order_id="7")
    assert found(SILENT, GONE, partly) == [(FIRST_SCAN, None, "opened")]


# -- parcels ------------------------------------------------------------------------------------------------------------------


def test_each_parcel_has_its_own_silence() -> None:
    gone = [of("shipment_dispatched", NOW, "s"), of("shipment_dispatched", HOUR, "t")]
    scanned = of("shipment_scanned", 50 * HOUR, "s")
    assert found(SILENT, *gone, scanned, until=60 * HOUR) == [
        (FIRST_SCAN, 50 * HOUR, "resolved"),
        (HOUR + FIRST_SCAN, None, "opened"),
    ]


def test_a_scan_of_one_parcel_is_no_word_of_the_other() -> None:
    gone = [of("shipment_dispatched", NOW, "s"), of("shipment_dispatched", HOUR, "t")]
    assert opened(SILENT, *gone, of("shipment_scanned", 2 * HOUR, "t"), until=FIRST_SCAN + MINUTE) == [FIRST_SCAN]


BOTH = [of("shipment_created", -DAY, "s"), of("shipment_created", -DAY, "t"), GONE]


@pytest.mark.parametrize(
    ("spoke", "ended"),
    [([], None), (["s"], None), (["s", "t"], 51 * HOUR)],
    ids=["neither spoke", "one spoke", "both spoke"],
)
def test_a_word_for_both_parcels_is_one_silence_until_both_have_spoken(spoke: list[str], ended: timedelta | None) -> None:
    scans = [of("shipment_scanned", (50 + hour) * HOUR, parcel) for hour, parcel in enumerate(spoke)]
    status = "opened" if ended is None else "resolved"
    assert found(SILENT, *BOTH, *scans, until=3 * DAY) == [(FIRST_SCAN, ended, status)]


def test_a_word_for_both_parcels_counts_as_one_signal_of_the_journey() -> None:
    assert [row.signals for row in heard(*BOTH, until=3 * DAY).journeys()] == [1]


def test_a_word_for_both_is_silence_while_one_of_them_has_not_spoken() -> None:
    assert found(SILENT, *BOTH, of("shipment_scanned", HOUR, "s"), until=3 * DAY) == [(FIRST_SCAN, None, "opened")]


def test_what_was_heard_before_parcels_were_named_is_of_the_first_that_is() -> None:
    assert opened(SILENT, GONE, of("shipment_created", HOUR, "s"), until=3 * DAY) == [FIRST_SCAN]
    assert opened(SILENT, GONE, of("shipment_scanned", HOUR, "s"), until=3 * DAY) == []


def test_a_parcel_of_no_known_order_is_waited_for_by_itself() -> None:
    assert keys(SILENT, it("shipment_dispatched", shipment_id="s")) == ["shipment:s"]


# -- words --------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "words"),
    [("shipment_dispatched", "no first scan within 2 d"), ("shipment_scanned", "no scan within 3 d")],
)
def test_what_was_awaited_is_said_and_what_the_order_is_worth(before: str, words: str) -> None:
    bought = it("order_completed", -HOUR, {"total_minor": 9900, "currency": "EUR"}, order_id="7")
    opening, ending = told(SILENT, bought, of(before), of("delivered", 4 * DAY))
    assert (opening.severity, opening.value_minor, evidence(opening)) == ("warning", 9900, [f"{before} 0:00:00"])
    assert words in opening.reason
    assert "The carrier spoke" in ending.reason
    assert "(delivered)" in ending.reason
    assert "cancelled" in told(SILENT, bought, of(before), of("order_cancelled", 4 * DAY))[-1].reason
