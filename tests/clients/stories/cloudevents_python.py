"""A lamp is looked at, put into the cart and bought, told by the CloudEvents SDK for Python, binary and structured."""

import sys
from typing import Any

import requests
from cloudevents.core.bindings.http import to_binary_event, to_structured_event
from cloudevents.core.v1.event import CloudEvent

url, key, customer = sys.argv[1:]
LAMP = {"product_id": "lamp", "quantity": 1, "price_minor": 4990, "currency": "EUR"}
AUTHORIZATION = {"Authorization": f"Bearer {key}"}


def event(kind: str, **data: Any) -> CloudEvent:
    attributes = {"id": f"{customer}-{kind}", "type": kind, "source": "/shop", "datacontenttype": "application/json"}
    return CloudEvent(attributes, {"customer_id": customer, **data})


def send(message: Any) -> None:
    answer = requests.post(f"{url}/v1/cloudevents", data=message.body, headers={**message.headers, **AUTHORIZATION}, timeout=10)
    answer.raise_for_status()


send(to_binary_event(event("product_viewed", properties=LAMP)))
send(to_structured_event(event("product_added", cart_id=f"{customer}-cart", properties=LAMP)))
send(
    to_binary_event(event("checkout_started", order_id=f"{customer}-order", properties={"value_minor": 4990, "currency": "EUR"}))
)
send(
    to_structured_event(
        event("order_completed", order_id=f"{customer}-order", properties={"total_minor": 5480, "currency": "EUR"})
    )
)
