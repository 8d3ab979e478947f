"""What one of Shopify's messages says, and what it does not."""

from __future__ import annotations

from typing import Any

import pytest

from streams.collector.adapters.adapted import Adapted, Received
from streams.collector.adapters.shopify import SHOPIFY
from tests.contract.adapters.payloads import AT

EVENT = "b54557e4-bdd9-4b37-8a5f-bf7d70bcd043"


def adapted(topic: str, body: Any, **headers: str) -> Adapted:
    return SHOPIFY.adapt(body, Received(AT, "shop", {"x-shopify-topic": topic, **headers}))


def types(became: Adapted) -> list[str]:
    return [made.event["type"] for made in became.made]


@pytest.mark.parametrize(
    ("topic", "body"),
    [
        ("customers/update", {"id": 1, "orders_count": 3, "verified_email": True}),
        ("products/update", {"id": 788032119674292922, "title": "Example T-Shirt"}),
        ("checkouts/update", {"token": "a", "completed_at": "2025-11-12T10:00:00Z", "email": "bob@example.com"}),
        ("refunds/create", {"order_id": 1, "transactions": [{"kind": "refund", "status": "pending", "amount": "10.00"}]}),
        ("order_transactions/create", {"order_id": 1, "kind": "sale", "status": "success", "amount": "10.00", "currency": "EUR"}),
        ("fulfillments/create", {"order_id": 1, "status": "success", "line_items": [{"requires_shipping": False}]}),
        ("fulfillments/update", {"order_id": 1, "status": "cancelled", "tracking_company": "UPS", "tracking_number": "1Z"}),
    ],
)
def test_what_says_nothing_of_a_journey_says_why(topic: str, body: Any) -> None:
    became = adapted(topic, body)
    assert became.made == []
    assert [loss.path for loss in became.lost if loss.what in ("unmapped", "refused")] == [""]


def test_the_same_event_by_two_subscriptions_is_one_and_by_two_topics_two() -> None:
    order = {"id": 450789469, "currency": "EUR", "total_price": "10.00", "created_at": "2025-11-12T10:00:00Z"}
    header = {"x-shopify-event-id": EVENT}
    once = adapted("orders/create", order, **header, **{"x-shopify-webhook-id": "1"})
    again = adapted("orders/create", order, **header, **{"x-shopify-webhook-id": "2"})
    assert once == again
    assert once.made[0].event["event_id"] != adapted("orders/updated", order, **header).made[0].event["event_id"]


def test_without_its_id_a_message_is_known_by_what_it_says() -> None:
    order = {"id": 450789469, "currency": "EUR", "total_price": "10.00", "created_at": "2025-11-12T10:00:00Z"}
    ids = [adapted("orders/create", body).made[0].event["event_id"] for body in (order, dict(order), order | {"id": 7})]
    assert ids[0] == ids[1] != ids[2]


@pytest.mark.parametrize(
    ("number", "gid", "digits"),
    [
        (820982911946154500, "gid://shopify/Order/820982911946154508", "820982911946154508"),
        (450789469, "gid://shopify/Order/450789469", "450789469"),
        (2**53 - 1, None, "9007199254740991"),
        (2**53, None, "9007199254740992"),
        (None, "gid://shopify/Order/5", "5"),
    ],
)
def test_an_id_keeps_its_digits(number: int | None, gid: str | None, digits: str) -> None:
    became = adapted("orders/cancelled", {"id": number, "admin_graphql_api_id": gid, "cancelled_at": "2025-11-12T10:00:00Z"})
    assert became.made[0].event["order_id"] == digits
    guessed = [loss.path for loss in became.lost if loss.what == "guessed"]
    assert guessed == (["id"] if gid is None and number is not None and number >= 2**53 else [])


@pytest.mark.parametrize(
    ("status", "type_"),
    [
        ("label_printed", "shipment_created"),
        ("carrier_picked_up", "shipment_scanned"),
        ("in_transit", "shipment_scanned"),
        ("out_for_delivery", "out_for_delivery"),
        ("attempted_delivery", "delivery_attempt_failed"),
        ("ready_for_pickup", "ready_for_pickup"),
        ("picked_up", "delivered"),
        ("delivered", "delivered"),
        ("delayed", "delivery_exception"),
        ("failure", "delivery_exception"),
        ("returning_to_sender", "returned_to_sender"),
    ],
)
def test_a_fulfilment_s_event_is_the_same_by_either_webhook(status: str, type_: str) -> None:
    by_event = {"order_id": 1, "fulfillment_id": 2, "status": status, "happened_at": "2025-11-12T10:00:00Z"}
    by_fulfilment = {"order_id": 1, "status": "success", "shipment_status": status, "updated_at": "2025-11-12T10:00:00Z"}
    assert types(adapted("fulfillment_events/create", by_event)) == [type_]
    assert types(adapted("fulfillments/update", by_fulfilment)) == [type_]


def test_what_the_shop_counts_in_stands_not_what_the_customer_was_shown() -> None:
    money = {
        "shop_money": {"amount": "5.00", "currency_code": "EUR"},
        "presentment_money": {"amount": "850", "currency_code": "JPY"},
    }
    line = {"product_id": 1, "quantity": 1, "price": "5.00", "price_set": money}
    became = adapted("carts/update", {"token": "a?key=b", "updated_at": "2025-11-12T10:00:00Z", "line_items": [line]})
    (product,) = became.made[0].event["properties"]["products"]
    assert (product["price_minor"], product["currency"]) == (500, "EUR")
    assert became.made[0].event["cart_id"] == "a"


def test_names_and_addresses_stay_behind_with_a_reason() -> None:
    person = {"id": 5, "first_name": "Bob", "default_address": {"address1": "Ringstr. 1"}, "email": "bob@example.com"}
    order = {"id": 1, "customer": person, "email": "rob@example.com", "browser_ip": "192.0.2.1", "billing_address": {"zip": "1"}}
    became = adapted("orders/create", order)
    left = {loss.path for loss in became.lost if loss.what == "left out"}
    assert left >= {"customer.first_name", "customer.default_address", "customer.email", "browser_ip", "billing_address"}
    assert became.made[0].event["email"] == "rob@example.com"
