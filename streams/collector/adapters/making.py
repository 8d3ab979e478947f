"""How an adapter that reads webhooks makes its events, and closes its accounts."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from schemas.signals import named, text_of
from streams.collector.adapters.adapted import Adapted, Loss, Made, Received
from streams.collector.adapters.reading import Reading

MOST = 80
"""Signs of a sender's key: an event's id has at most 100, with the sender's name."""
NOTHING = "nothing in it is of a kind that we know"


def made(sender: str, event: dict[str, Any], of: str, received: Received, key: str | None = None) -> Made:
    """An event named by the sender's own ``key`` for it; where there is none, by all that it says.

    So what is told again is the same event, and what is corrected another. It says not when it was sent: the time that a webhook
    names is when it was first tried, and a later try is not a slower clock.
    """
    said = {name: value for name, value in event.items() if value is not None}
    identity = named(f"{sender}/{json.dumps(said, sort_keys=True)}") if key is None else key
    if len(identity) > MOST:
        identity = named(f"{sender}/{json.dumps(identity)}")
    named_so = {"event_id": f"{sender}:{identity}", **said}
    return Made(named_so | {"source": received.source, "received_at": text_of(received.at)}, of)


def finished(whole: Reading, events: Iterable[Made]) -> Adapted:
    """The events, each once, and what was lost."""
    once = {one.event["event_id"]: one for one in events}
    lost = whole.lost()
    return Adapted(list(once.values()), lost if once or lost else [Loss("", "unmapped", NOTHING)])


def unless_nothing(part: Reading, events: Iterable[Made]) -> Iterator[Made]:
    """The events of a part; if there are none, then nothing that was read of it counts as taken."""
    some = False
    for one in events:
        some = True
        yield one
    if not some and not part.spoken_for:
        part.note("", "unmapped", "nothing of it became an event")


def left_out(part: Reading, reasons: Mapping[str, str]) -> None:
    """By name why it stays behind, where it is there."""
    for name, why in reasons.items():
        if part.peek(name) not in (None, "", [], {}):
            part.leave_out(name, why)


def email_of(part: Reading, path: str) -> str | None:
    """What can be an e-mail address; masks like ``<REDACTED>`` are none."""
    return _told(part, path, lambda text: "@" in text[1:], "is no e-mail address")


def phone_of(part: Reading, path: str) -> str | None:
    return _told(part, path, lambda text: sum(map(str.isdigit, text)) >= 5, "is no telephone number")


def _told(part: Reading, path: str, good: Any, otherwise: str) -> str | None:
    text = part.peek(path)
    if isinstance(text, str) and good(text):
        return part.text(path)
    left_out(part, {path: otherwise})
    return None
