"""Our own events over HTTP: one, a list of them, or an object with ``events``. Nothing is translated; `route` judges them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from schemas.events import CATALOGUE
from schemas.signals import text_of
from streams.collector.adapters.adapted import Adapted, Adapter, Loss, Made, Received

OUR_CLOCK = "the collector says when it received an event"
NO_EVENT = "is no event: an event is a JSON object"


def adapt(message: Any, received: Received) -> Adapted:
    """The events as they are, with the time of receipt and, where they name none, the source."""
    adapted = Adapted()
    for path, event in _events(message, adapted):
        if not isinstance(event, dict):
            adapted.lost.append(Loss(path, "refused", NO_EVENT))
            continue
        if event.get("received_at") is not None:
            adapted.lost.append(Loss(f"{path}.received_at".lstrip("."), "left out", OUR_CLOCK))
        named = {} if event.get("source") else {"source": received.source}
        adapted.made.append(Made(event | named | {"received_at": text_of(received.at)}, path))
    return adapted


def _events(message: Any, adapted: Adapted) -> list[tuple[str, Any]]:
    """The events by their paths; what stands around them is lost."""
    if isinstance(message, list):
        return [(f"[{place}]", event) for place, event in enumerate(message)]
    if not _is_batch(message):
        return [("", message)]
    around = [name for name, value in message.items() if name != "events" and value not in (None, "", [], {})]
    adapted.lost += [Loss(name, "unmapped", "stands beside the events, not in one") for name in around]
    return [(f"events[{place}]", event) for place, event in enumerate(message["events"])]


def _is_batch(message: Any) -> bool:
    return isinstance(message, dict) and isinstance(message.get("events"), list) and "type" not in message


def recognise(message: Any, headers: Mapping[str, str]) -> int:
    events = [event for _, event in _events(message, Adapted())]
    first = events[0] if events and isinstance(events[0], dict) else {}
    ours = isinstance(first.get("type"), str) and first["type"] in CATALOGUE
    return 2 if ours and "occurred_at" in first else 1 if "occurred_at" in first and "event_id" in first else 0


CANONICAL = Adapter(
    name="canonical",
    words="Our own events: one, a list of them, or an object with `events`. They are taken as they are.",
    adapt=adapt,
    recognise=recognise,
    mapping=(
        ("an object, a list of objects, `events[]`", "an event each", "as it is"),
        ("`source`", "`source`", "where it is missing, the source of the key it came with"),
        ("`received_at`", "`received_at`", "always the collector's own"),
    ),
)
