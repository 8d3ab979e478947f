"""A lamp is looked at, put into the cart and bought, told by snowplow-tracker with Snowplow's e-commerce schemas."""

import sys
from typing import Any

from snowplow_tracker import Emitter, SelfDescribing, SelfDescribingJson, Subject, Tracker

ECOMMERCE = "iglu:com.snowplowanalytics.snowplow.ecommerce"
LAMP = {"id": "lamp", "name": "Arc lamp", "category": "lighting", "price": 49.9, "quantity": 1, "currency": "EUR"}

url, key, customer = sys.argv[1:]
failures: list[object] = []
emitter = Emitter(url, batch_size=10, on_failure=lambda sent, unsent: failures.extend(unsent))
subject = Subject().set_user_id(customer).set_domain_user_id(f"{customer}-device")
tracker = Tracker(namespace="shop", emitters=emitter, subject=subject, app_id=key)


def entity(schema: str, **data: Any) -> SelfDescribingJson:
    return SelfDescribingJson(f"{ECOMMERCE}/{schema}", data)


def tell(what: str, *entities: SelfDescribingJson) -> None:
    action = entity("snowplow_ecommerce_action/jsonschema/1-0-2", type=what)
    tracker.track(SelfDescribing(action, context=list(entities)))


lamp = entity("product/jsonschema/1-0-0", **LAMP)
tell("product_view", lamp)
tell("add_to_cart", lamp, entity("cart/jsonschema/1-0-0", cart_id=f"{customer}-cart", total_value=49.9, currency="EUR"))
tell("checkout_step", entity("checkout_step/jsonschema/1-0-0", step=1))
order = {"transaction_id": f"{customer}-order", "revenue": 54.8, "currency": "EUR", "payment_method": "card", "total_quantity": 1}
tell("transaction", entity("transaction/jsonschema/1-0-0", **order), lamp)
tracker.flush()
emitter.retry_timer.cancel()
sys.exit("not sent" if failures else 0)
