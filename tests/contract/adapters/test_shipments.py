"""A parcel has one name, however its carrier is spelled, and none where carrier or code is missing."""

from __future__ import annotations

import pytest

from streams.collector.adapters.shipments import shipment_id


@pytest.mark.parametrize("carrier", ["DHL Express", "DHLExpress", "dhl_express", "dhl-express", "dhl"])
def test_a_carrier_is_the_same_however_it_is_spelled(carrier: str) -> None:
    assert shipment_id(carrier, "jd 0146-0000 12") == "dhlexpress:JD0146000012"


@pytest.mark.parametrize(("carrier", "code"), [(None, "1Z"), ("UPS", None), ("", "1Z"), ("UPS", " "), ("–", "1Z"), (7, "1Z")])
def test_a_code_without_a_carrier_names_no_parcel(carrier: object, code: object) -> None:
    assert shipment_id(carrier, code) is None


def test_the_same_code_of_two_carriers_is_two_parcels() -> None:
    assert shipment_id("UPS", "12345") != shipment_id("FedEx", "12345")
