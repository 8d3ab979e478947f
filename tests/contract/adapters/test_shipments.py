"""A parcel has one name whoever speaks of it."""

from __future__ import annotations

import pytest

from streams.collector.adapters.shipments import shipment_id


@pytest.mark.parametrize(
    "told",
    [
        [("USPS", "9400 1001 0426"), ("usps", "940010010426"), ("United States Postal Service", " 940010010426 ")],
        [("DHL Express", "jd01"), ("dhl_express", "JD01"), ("DHLExpress", "JD01"), ("dhl", "JD01")],
        [(None, "JD01"), ("", "JD01"), (" ", "jd01")],
    ],
)
def test_senders_that_write_it_differently_mean_one_parcel(told: list[tuple[str | None, str]]) -> None:
    assert len({shipment_id(carrier, code) for carrier, code in told}) == 1


def test_one_code_of_two_carriers_is_two_parcels() -> None:
    assert len({shipment_id(carrier, "JD01") for carrier in ("ups", "usps", "dhl", "dhl-germany", None)}) == 5
