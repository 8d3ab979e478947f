"""Where Segment's word is not ours, what was decided holds."""

from __future__ import annotations

from typing import Any

import pytest

from streams.collector.adapters.adapted import Adapted, Received
from streams.collector.adapters.segment import adapt
from tests.contract.adapters.payloads import AT

CLIENT, SENT, CORRECTED = "2025-11-13T01:00:00.000Z", "2025-11-13T01:00:05.000Z", "2025-11-13T02:00:00.000Z"


def adapted(message: Any) -> Adapted:
    return adapt(message, Received(AT, "shop"))


def event(**said: Any) -> dict[str, Any]:
    """The one event of a track."""
    (made,) = adapted(
        {"type": "track", "event": "Cart Viewed", "userId": "ada", "messageId": "m", "timestamp": CLIENT} | said
    ).made
    return made.event


def properties(name: str, **said: Any) -> Any:
    return event(event=name, properties={"order_id": "7", **said})["properties"]


def test_the_clients_clock_and_what_it_was_on_sending_go_to_the_clock_rule() -> None:
    made = event(originalTimestamp=CLIENT, timestamp=CORRECTED, sentAt=SENT)
    assert (made["occurred_at"], made["sent_at"]) == (CLIENT, SENT)


def test_a_time_that_segment_has_put_right_is_not_put_right_again() -> None:
    made = event(originalTimestamp=CLIENT, timestamp=CORRECTED, sentAt=SENT, receivedAt=CORRECTED)
    assert made["occurred_at"] == CORRECTED
    assert "sent_at" not in made


def test_without_a_time_it_happened_on_arrival_and_no_clock_is_put_right() -> None:
    made = event(timestamp=None, sentAt=SENT)
    assert made["occurred_at"] == made["received_at"] == "2025-11-13T02:13:20Z"
    assert "sent_at" not in made


@pytest.mark.parametrize("name", ["Order Completed", "order completed", "ORDER_COMPLETED", "order_completed", "Completed Order"])
def test_events_are_known_in_any_writing(name: str) -> None:
    assert event(event=name)["type"] == "order_completed"


@pytest.mark.parametrize(
    ("said", "total", "source"),
    [
        ({"total": 27.5, "subtotal": 1, "revenue": 2}, 2750, None),
        ({"subtotal": 22.5, "shipping": 3, "tax": 2, "discount": 2.5, "revenue": 25}, 2750, "subtotal"),
        ({"revenue": 25, "shipping": 3, "tax": 2, "discount": 2.5}, 2750, "revenue"),
        ({"revenue": 25}, 2500, "revenue"),
        ({"shipping": 3}, None, None),
    ],
)
def test_an_orders_total_is_what_is_said_or_follows_from_it(said: dict[str, Any], total: int | None, source: str | None) -> None:
    made = properties("Order Completed", currency="USD", **said)
    assert (made.get("total_minor"), made.get("total_from")) == (total, source)


def test_an_amount_without_a_currency_stays_as_it_was_sent() -> None:
    made = properties("Order Completed", total=27.5)
    assert made["total"] == 27.5
    assert "total_minor" not in made


def test_the_contexts_currency_serves_where_the_event_names_none() -> None:
    made = event(properties={"products": [{"price": 5}]}, context={"currency": "JPY"})["properties"]
    assert made["products"] == [{"currency": "JPY", "price_minor": 5}]


@pytest.mark.parametrize(
    "said", [{"total": 5}, {"products": [{"product_id": "p"}]}, {"currency": "USD", "products": [{"product_id": "p"}]}]
)
def test_a_refund_of_a_part_never_becomes_one_of_the_whole(said: dict[str, Any]) -> None:
    refund = {
        "type": "track",
        "event": "Order Refunded",
        "userId": "ada",
        "messageId": "m",
        "properties": {"order_id": "7", **said},
    }
    assert adapted(refund).made == []
    assert adapted(refund).lost[-1].what == "refused"


def test_a_refund_without_amount_and_products_is_of_the_whole() -> None:
    assert "amount_minor" not in properties("Order Refunded")


def test_an_order_ends_the_open_checkout_whatever_its_id() -> None:
    made = event(event="Order Completed", properties={"order_id": "7", "checkout_id": "k"})
    assert "checkout_id" not in made
    assert made["properties"]["checkout_id"] == "k"


def test_an_e_mail_address_is_never_a_customers_id() -> None:
    made = event(userId="ada@example.com")
    assert made["email"] == "ada@example.com"
    assert "customer_id" not in made


def test_an_alias_is_an_event_with_both_identifiers() -> None:
    (made,) = adapted({"type": "alias", "userId": "ada", "previousId": "visitor", "messageId": "m"}).made
    assert (made.event["type"], made.event["customer_id"], made.event["anonymous_id"]) == ("identified", "ada", "visitor")


def test_another_custom_event_becomes_none_and_is_no_fault() -> None:
    became = adapted({"type": "track", "event": "Popup Closed", "userId": "ada", "messageId": "m"})
    assert (became.made, [loss.what for loss in became.lost]) == ([], ["unmapped"])


def test_a_batchs_context_serves_those_that_have_none() -> None:
    message = {"type": "page", "anonymousId": "a", "timestamp": CLIENT}
    batch = {
        "batch": [message | {"messageId": "1"}, message | {"messageId": "2", "context": {"locale": "de"}}],
        "context": {"locale": "en"},
    }
    assert [made.event["context"]["locale"] for made in adapted(batch).made] == ["en", "de"]
