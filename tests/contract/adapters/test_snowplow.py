"""What a tracker's clock says, and what becomes of what it wraps."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from streams.collector.adapters.adapted import Adapted, Received
from streams.collector.adapters.snowplow import SNOWPLOW
from tests.contract.adapters.payloads import AT

NOON = 1_762_999_990_909
"""2025-11-13 02:13:10.909 UTC, in milliseconds."""
ACTION = "iglu:com.snowplowanalytics.snowplow.ecommerce/snowplow_ecommerce_action/jsonschema/1-0-2"


def adapted(**event: Any) -> Adapted:
    said = {"e": "pv", "eid": "5a305bf5-32fc-40d9-b0e8-66052f0f2c95", "uid": "C-7"} | event
    return SNOWPLOW.adapt({"schema": "iglu:x/payload_data/jsonschema/1-0-4", "data": [said]}, Received(AT, "shop"))


@pytest.mark.parametrize(
    ("clocks", "occurred", "sent"),
    [
        ({"dtm": NOON, "stm": str(NOON + 1000)}, "02:13:10.909000Z", "02:13:11.909000Z"),
        ({"dtm": NOON, "stm": str(NOON)}, "02:13:10.909000Z", "02:13:10.909000Z"),
        ({"dtm": NOON, "stm": str(NOON - 909)}, "02:13:10.909000Z", "02:13:10.909000Z"),
        ({"dtm": str(NOON)}, "02:13:10.909000Z", None),
        ({"dtm": NOON, "stm": str(NOON + 1000), "ttm": NOON - 1000}, "02:13:09.909000Z", None),
        ({}, "02:13:20Z", None),
    ],
)
def test_a_true_time_is_not_corrected_and_nothing_was_sent_before_it_happened(
    clocks: dict[str, Any], occurred: str, sent: str | None
) -> None:
    (made,) = adapted(**clocks).made
    assert made.event["occurred_at"] == f"2025-11-13T{occurred}"
    assert made.event.get("sent_at") == (f"2025-11-13T{sent}" if sent else None)


@pytest.mark.parametrize("padded", [True, False])
@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
def test_base64_of_either_alphabet_padded_or_not(encode: Any, padded: bool) -> None:
    told = {"schema": "iglu:com.snowplowanalytics.snowplow/site_search/jsonschema/1-0-0", "data": {"terms": ["größe?>"]}}
    text = encode(json.dumps({"data": told}, ensure_ascii=False).encode()).decode()
    (made,) = adapted(e="ue", ue_px=text if padded else text.rstrip("=")).made
    assert made.event["properties"] == {"query": "größe?>"}


@pytest.mark.parametrize("wrapped", ["%%%", "bm90IGpzb24=", "/w==", "ü", "W10=", "e30", "[" * 100_000])
def test_what_is_not_wrapped_well_says_nothing(wrapped: str) -> None:
    for name in ("ue_px", "ue_pr"):
        became = adapted(e="ue", **{name: wrapped})
        assert became.made == []
        assert "data[0]" in [loss.path for loss in became.lost if loss.what == "unmapped"]


def test_a_refund_without_an_amount_is_none_since_it_would_be_one_of_everything() -> None:
    told = {"data": {"schema": ACTION, "data": {"type": "refund"}}}
    assert adapted(e="ue", ue_pr=json.dumps(told)).made == []
