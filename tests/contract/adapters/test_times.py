"""Times of senders become RFC 3339 that the contract reads as the same moment."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.instants import micros, moment, read_instant
from streams.collector.adapters.times import day, instant, unix_micros, unix_millis, unix_seconds

MOMENTS = st.integers(0, 4_102_444_800_000_000)


@pytest.mark.parametrize(
    ("sent", "written"),
    [
        ("2019-06-18T17:16:11.546Z", "2019-06-18T17:16:11.546Z"),
        ("2019-06-18T17:16:11+02:00", "2019-06-18T15:16:11Z"),
        ("2019-06-18 17:16:11 -0500", "2019-06-18T22:16:11Z"),
        ("2019-06-18 17:16:11+0000", "2019-06-18T17:16:11Z"),
        ("2024-02-29T12:00:00Z", "2024-02-29T12:00:00Z"),
        ("2023-02-29T12:00:00Z", None),
        ("2019-06-18T17:16:11", None),
        ("2019-06-18", None),
        ("yesterday", None),
        ("", None),
        ("1969-12-31T23:59:59Z", None),
        ("9999-12-31T23:59:59-12:00", None),
        (None, None),
        (1560878171, None),
    ],
)
def test_text_with_an_offset(sent: Any, written: str | None) -> None:
    assert instant(sent) == written


@pytest.mark.parametrize(
    ("sent", "zone", "written"),
    [
        ("2019-06-18 17:16:11", "Europe/Berlin", "2019-06-18T15:16:11Z"),
        ("2019-06-18T17:16:11Z", "Europe/Berlin", "2019-06-18T17:16:11Z"),
        ("2024-10-27T02:30:00", "Europe/Berlin", "2024-10-27T00:30:00Z"),
        ("2019-06-18T17:16:11", "No/Where", None),
    ],
)
def test_text_without_one_is_of_the_zone_given(sent: str, zone: str, written: str | None) -> None:
    assert instant(sent, zone) == written


@pytest.mark.parametrize("sent", [None, True, "", "abc", "1e9", -1, 10**18, float("inf"), [], "1" * 40])
def test_what_is_no_count_of_time_is_nothing(sent: Any) -> None:
    assert unix_seconds(sent) is None


@given(MOMENTS)
def test_every_unit_counts_to_the_same_moment(at: int) -> None:
    assert [unix_micros(at), unix_micros(str(at))] == [instant(moment(at).isoformat())] * 2
    assert unix_millis(at // 1000) == instant(moment(at // 1000 * 1000).isoformat())
    assert unix_seconds(f"{at // 10**6}.{at % 10**6:06}") == instant(moment(at).isoformat())


@given(MOMENTS, st.sampled_from(["auto", "seconds", "milliseconds", "microseconds"]))
def test_the_contract_reads_what_is_written(at: int, exact: str) -> None:
    text = moment(at).isoformat(timespec=exact).replace("+00:00", "Z")
    written = instant(text)
    assert written is not None
    assert micros(read_instant(written)) == micros(read_instant(text))


@pytest.mark.parametrize(
    ("sent", "written"),
    [("2024-05-01", "2024-05-01"), ("2024-05-01T10:00:00Z", "2024-05-01"), ("2024-02-30", None), ("20240501", None), (5, None)],
)
def test_days(sent: Any, written: str | None) -> None:
    assert day(sent) == written
