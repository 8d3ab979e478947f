"""Senders may use names of ours for anything: it is carried as it is, and the contract says what is wrong with it."""

from __future__ import annotations

from typing import Any

import pytest

from streams.collector.adapters.adapted import Received
from streams.collector.adapters.registry import by_name
from tests.contract.adapters.payloads import AT
from tests.kits.adapters import judged

ORDER = {"order_id": "7", "transaction_id": "7", "currency": "EUR"}
ANYTHING: tuple[Any, ...] = ("x", "xy", ["x"], [{}, 1], {"a": 1}, 1.5, True, -1, 2**64 - 1)
NAMES = ("revenue_minor", "subtotal_minor", "shipping_minor", "tax_minor", "discount_minor", "amount_minor", "products", "items")
EVENTS = {
    "segment": ("Order Completed", "Order Updated", "Order Refunded", "Checkout Started", "Product Added"),
    "ga4": ("purchase", "refund", "begin_checkout", "add_to_cart", "view_item"),
}


@pytest.mark.parametrize("value", ANYTHING, ids=str)
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("sender", "event"), [(sender, event) for sender, events in EVENTS.items() for event in events])
def test_whatever_stands_under_a_name_of_ours_is_judged(sender: str, event: str, name: str, value: Any) -> None:
    for said in (ORDER | {name: value}, ORDER | {name: value, "revenue": 5, "value": 5, "tax": 1}):
        assert judged(_adapted(sender, event, said)) or _adapted(sender, event, said).lost


@pytest.mark.parametrize("pieces", [1_000_000, 2**63])
def test_goods_beyond_what_can_be_held_exactly_are_no_amount(pieces: int) -> None:
    goods = {"products": [{"product_id": "p", "price": 90_000_000_000_000, "quantity": pieces}]}
    refund = _adapted("segment", "Order Refunded", ORDER | goods)
    assert ([loss.what for loss in refund.lost][-1], refund.made) == ("refused", [])


def _adapted(sender: str, event: str, said: dict[str, Any]) -> Any:
    track = {"type": "track", "event": event, "userId": "ada", "properties": said}
    message = {"segment": track, "ga4": {"client_id": "1.2", "events": [{"name": event, "params": said}]}}[sender]
    adapter = by_name(sender)
    assert adapter is not None
    return adapter.adapt(message, Received(AT, "shop"))
