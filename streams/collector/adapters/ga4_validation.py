"""What Google's validation server says of a body, in its form: ``{"validationMessages": [{"fieldPath": …}]}``.

The limits are the Measurement Protocol's; to them comes what we could not take. Nothing is sent on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from streams.collector.adapters.adapted import Received
from streams.collector.adapters.ga4 import adapt
from streams.collector.adapters.money import currency_of

MOST_EVENTS = 25
MOST_PARAMS = 25
MOST_ITEMS = 200
LONGEST_NAME = 40
LONGEST_VALUE = 100
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*", re.ASCII)
_PREFIXES = ("ga_", "google_", "firebase_")
_RESERVED = frozenset(
    [
        "ad_activeview",
        "ad_click",
        "ad_exposure",
        "ad_query",
        "ad_reward",
        "adunit_exposure",
        "app_background",
        "app_clear_data",
        "app_exception",
        "app_install",
        "app_remove",
        "app_store_refund",
        "app_update",
        "app_upgrade",
        "dynamic_link_app_open",
        "dynamic_link_app_update",
        "dynamic_link_first_open",
        "error",
        "firebase_campaign",
        "first_open",
        "first_visit",
        "in_app_purchase",
        "notification_dismiss",
        "notification_foreground",
        "notification_open",
        "notification_receive",
        "notification_send",
        "os_update",
        "session_start",
        "user_engagement",
    ]
)
_FREE_PARAMS = frozenset({"items", "page_location", "page_referrer", "page_title", "ga_session_id", "ga_session_number"})
"""Not held to the length of other values, or to the reserved prefixes."""
_WITH_ORDER = ("purchase", "refund")

Told = tuple[str, str, str]


def validation_messages(message: Any, received: Received) -> dict[str, list[dict[str, str]]]:
    """Empty where nothing is wrong."""
    told = list(_of_body(message)) or [
        (loss.path, loss.note, "VALUE_INVALID") for loss in adapt(message, received).lost if loss.what == "refused"
    ]
    return {"validationMessages": [{"fieldPath": at, "description": words, "validationCode": code} for at, words, code in told]}


def _of_body(message: Any) -> Iterator[Told]:
    if not isinstance(message, dict):
        yield "", "The body must be a JSON object.", "VALUE_INVALID"
        return
    if not message.get("client_id") and not message.get("app_instance_id"):
        yield "client_id", "Measurement requires a client_id (web) or an app_instance_id (app).", "VALUE_REQUIRED"
    events = message.get("events")
    if not isinstance(events, list) or not events:
        yield "events", "At least one event is required.", "VALUE_REQUIRED"
        return
    if len(events) > MOST_EVENTS:
        yield "events", f"A request has at most {MOST_EVENTS} events, not {len(events)}.", "EXCEEDED_MAX_ENTITIES"
    for place, event in enumerate(events):
        yield from _of_event(event, place)


def _of_event(event: Any, place: int) -> Iterator[Told]:
    name = event.get("name") if isinstance(event, dict) else None
    if not isinstance(name, str) or not name:
        yield f"events[{place}].name", f"Event at index: [{place}] needs a name.", "VALUE_REQUIRED"
        return
    where = f"Event at index: [{place}]"
    if name in _RESERVED:
        yield "events", f"{where} has the reserved name [{name}].", "NAME_RESERVED"
    elif (words := _misnamed(name)) is not None:
        yield "events", f"{where} has invalid name [{name}]. {words}", "NAME_INVALID"
    params = event.get("params", {})
    if not isinstance(params, dict):
        yield f"events[{place}].params", f"{where} has params that are no object.", "VALUE_INVALID"
        return
    if len(params) > MOST_PARAMS:
        yield f"events[{place}].params", f"{where} has more than {MOST_PARAMS} parameters.", "EXCEEDED_MAX_ENTITIES"
    for param, value in params.items():
        yield from _of_param(param, value, f"events[{place}].params.{param}")
    yield from _of_money(name, params, f"events[{place}].params")


def _misnamed(name: str) -> str | None:
    if not name[:1].isalpha():
        return "Names must start with an alphabetic character."
    if len(name) > LONGEST_NAME:
        return f"Names have at most {LONGEST_NAME} characters."
    return None if _NAME.fullmatch(name) else "Names have only alpha-numeric characters and underscores."


def _of_param(name: str, value: Any, at: str) -> Iterator[Told]:
    if name not in _FREE_PARAMS and name.startswith(_PREFIXES):
        yield at, f"The prefix of [{name}] is reserved.", "NAME_RESERVED"
    elif (words := _misnamed(name)) is not None:
        yield at, f"Invalid parameter name [{name}]. {words}", "NAME_INVALID"
    if name not in _FREE_PARAMS and isinstance(value, str) and len(value) > LONGEST_VALUE:
        yield at, f"A value has at most {LONGEST_VALUE} characters.", "VALUE_OUT_OF_BOUNDS"
    if name == "items" and isinstance(value, list) and len(value) > MOST_ITEMS:
        yield at, f"An event has at most {MOST_ITEMS} items.", "EXCEEDED_MAX_ENTITIES"
    if name == "items" and not isinstance(value, list):
        yield at, "Items must be a list.", "VALUE_INVALID"


def _of_money(name: str, params: dict[str, Any], at: str) -> Iterator[Told]:
    if params.get("value") is not None and not params.get("currency"):
        yield f"{at}.currency", "Currency is required when value is set.", "VALUE_REQUIRED"
    elif params.get("currency") and currency_of(params["currency"]) is None:
        yield f"{at}.currency", "Currency must be a code of ISO 4217.", "VALUE_INVALID"
    if name in _WITH_ORDER and not params.get("transaction_id"):
        yield f"{at}.transaction_id", f"Event [{name}] requires a transaction_id.", "VALUE_REQUIRED"
