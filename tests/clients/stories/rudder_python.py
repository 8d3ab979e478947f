"""A lamp is looked at, put into the cart and bought, told by rudder-sdk-python."""

import sys
from typing import Any

from rudderstack.analytics.client import Client

url, key, customer = sys.argv[1:]
failures: list[object] = []
analytics = Client(key, host=url, max_retries=2, on_error=lambda error, batch: failures.append(error))
LAMP = {"product_id": "lamp", "name": "Arc lamp", "price": 49.9, "quantity": 1}


def tell(event: str, **properties: Any) -> None:
    analytics.track(customer, event, {"currency": "EUR", **properties})


analytics.identify(customer, {"email": f"{customer}@example.com"}, anonymous_id=f"{customer}-device")
tell("Product Viewed", **LAMP)
tell("Product Added", cart_id=f"{customer}-cart", **LAMP)
tell("Checkout Started", order_id=f"{customer}-order", value=49.9, products=[LAMP])
tell("Order Completed", order_id=f"{customer}-order", total=54.8, shipping=4.9, products=[LAMP])
analytics.shutdown()
sys.exit("\n".join(map(str, failures)) or 0)
