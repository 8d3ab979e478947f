"""Every address that takes events, as data: where, whose messages, how the sender is known, and how it is answered."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from streams.collector import answers
from streams.collector.adapters.adapted import Received
from streams.collector.adapters.ga4_validation import validation_messages
from streams.collector.answers import Answer

Proof = Literal["key", "signature"]


@dataclass(frozen=True)
class Door:
    path: str
    """``{source}`` stands for the name of the source whose secret signs."""
    sender: str
    """The adapter's name."""
    words: str
    proof: Proof = "key"
    answer: Answer = answers.verdicts
    prepare: Callable[[Any], Any] | None = None
    """Makes of the body what the adapter reads."""
    validate: Callable[[Any, Received], list[dict[str, str]]] | None = None
    """The sender's own validation: with it nothing is taken, and what is wrong is said in the sender's words."""
    empty: bool = False
    """Whether a message may be all headers."""


def _typed(kind: str) -> Callable[[Any], Any]:
    """Segment's single addresses say in the path what a message is."""
    return lambda message: {"type": kind, **message} if isinstance(message, dict) else message


_SEGMENT = {"track": "t", "page": "p", "screen": "s", "identify": "i", "group": "g", "alias": "a"}
"""Its calls, and the short names under which its browser library sends them."""
_WEBHOOKS = ("shopify", "easypost", "aftership", "shippo", "17track", "zendesk", "intercom", "freshdesk")


def _segment() -> list[Door]:
    single = [
        Door(f"/v1/{path}", "segment", f"Segment's {call}", answer=answers.success, prepare=_typed(call))
        for call, short in _SEGMENT.items()
        for path in (call, short)
    ]
    many = [
        Door(f"/v1/{path}", "segment", f"Segment's and RudderStack's {words}", answer=answers.success)
        for path, words in (("batch", "batch"), ("b", "batch, as browsers send it"), ("import", "import of history"))
    ]
    return single + many


DOORS: tuple[Door, ...] = (
    Door("/v1/events", "canonical", "Events of the contract: one, a list, or an object with `events`"),
    *_segment(),
    Door("/mp/collect", "ga4", "GA4's Measurement Protocol", answer=answers.nothing),
    Door(
        "/debug/mp/collect",
        "ga4",
        "GA4's validation: says what is wrong, and takes nothing",
        answer=answers.validation,
        validate=lambda message, received: validation_messages(message, received)["validationMessages"],
    ),
    Door("/com.snowplowanalytics.snowplow/tp2", "snowplow", "Snowplow's trackers", answer=answers.ok),
    Door("/v1/shopify-pixel", "shopify_pixel", "A Shopify web pixel's customer events"),
    Door("/v1/cloudevents", "cloudevents", "CloudEvents 1.0: binary, structured or batched", empty=True),
    *(
        Door(f"/webhooks/{sender}/{{source}}", sender, f"Webhooks of {sender}", proof="signature", empty=True)
        for sender in _WEBHOOKS
    ),
)
