"""Of a body, the validation endpoint says what Google's own says, in its form and with its codes."""

from __future__ import annotations

from typing import Any

import pytest

from streams.collector.adapters.adapted import Received
from streams.collector.adapters.ga4_validation import validation_messages
from tests.contract.adapters.payloads import AT

RECEIVED = Received(AT, "shop")


def body(name: str = "view_cart", params: dict[str, Any] | None = None, **rest: Any) -> dict[str, Any]:
    return {"client_id": "1.2", "events": [{"name": name, "params": params or {}}]} | rest


def codes(message: Any) -> list[tuple[str, str]]:
    told = validation_messages(message, RECEIVED)["validationMessages"]
    return [(one["fieldPath"], one["validationCode"]) for one in told]


def test_a_good_body_has_no_messages() -> None:
    assert validation_messages(body(), RECEIVED) == {"validationMessages": []}


def test_googles_own_example_is_told_in_googles_own_words() -> None:
    words = "Event at index: [0] has invalid name [_badEventName]. Names must start with an alphabetic character."
    told = {"fieldPath": "events", "description": words, "validationCode": "NAME_INVALID"}
    assert validation_messages(body("_badEventName"), RECEIVED) == {"validationMessages": [told]}


@pytest.mark.parametrize(
    ("message", "told"),
    [
        ([], [("", "VALUE_INVALID")]),
        ({"client_id": "1.2"}, [("events", "VALUE_REQUIRED")]),
        (body(client_id=""), [("client_id", "VALUE_REQUIRED")]),
        (body(client_id="", app_instance_id="a"), []),
        (body(events=[{"name": "view_cart"}] * 25), []),
        (body(events=[{"name": "view_cart"}] * 26), [("events", "EXCEEDED_MAX_ENTITIES")]),
        (body(events=[{}]), [("events[0].name", "VALUE_REQUIRED")]),
        (body("session_start"), [("events", "NAME_RESERVED")]),
        (body("a" * 40), []),
        (body("a" * 41), [("events", "NAME_INVALID")]),
        (body("add to cart"), [("events", "NAME_INVALID")]),
        (body(params={f"p{n}": n for n in range(25)}), []),
        (body(params={f"p{n}": n for n in range(26)}), [("events[0].params", "EXCEEDED_MAX_ENTITIES")]),
        (body(params={"ga_own": 1}), [("events[0].params.ga_own", "NAME_RESERVED")]),
        (body(params={"tier": "x" * 100}), []),
        (body(params={"tier": "x" * 101}), [("events[0].params.tier", "VALUE_OUT_OF_BOUNDS")]),
        (body(params={"items": [{}] * 200}), []),
        (body(params={"items": [{}] * 201}), [("events[0].params.items", "EXCEEDED_MAX_ENTITIES")]),
        (body(params={"value": 1}), [("events[0].params.currency", "VALUE_REQUIRED")]),
        (body(params={"value": 1, "currency": "euro"}), [("events[0].params.currency", "VALUE_INVALID")]),
        (body("purchase"), [("events[0].params.transaction_id", "VALUE_REQUIRED")]),
        (
            body("refund", {"transaction_id": "T", "currency": "EUR", "items": [{"item_id": "p"}]}),
            [("events[0]", "VALUE_INVALID")],
        ),
    ],
)
def test_what_is_wrong_is_named_by_its_code(message: Any, told: list[tuple[str, str]]) -> None:
    assert codes(message) == told
