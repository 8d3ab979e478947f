"""What a sender is told, in the form that it understands."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from aiohttp import web

from schemas.codec import Fault
from streams.collector.taking import Taken, Verdict

Answer = Callable[[Taken], web.Response]
_json = msgspec.json.Encoder().encode
_SUCCESS = b'{"success":true}'


def said(content: object, status: int = 200) -> web.Response:
    return web.Response(status=status, body=_json(content), content_type="application/json")


def verdicts(taken: Taken) -> web.Response:
    """A verdict an event, in the order in which they were sent; ours."""
    refused = taken.refused
    return said(
        {
            "taken": len(taken.verdicts) - refused,
            "refused": refused,
            "events": [_verdict(verdict) for verdict in taken.verdicts],
            "lost": taken.lost,
        }
    )


def success(taken: Taken) -> web.Response:
    """Segment's."""
    return web.Response(body=_SUCCESS, content_type="application/json")


def nothing(taken: Taken) -> web.Response:
    """GA4 answers 204, whatever it thinks of the events."""
    return web.Response(status=204)


def ok(taken: Taken) -> web.Response:
    """Snowplow's collectors say just this."""
    return web.Response(text="ok")


def validation(taken: Taken) -> web.Response:
    """GA4's ``validationMessages`` where GA4 itself finds nothing: what we would refuse."""
    faults = [(verdict, fault) for verdict in taken.verdicts for fault in verdict.faults]
    return validated([_message(f"{verdict.of}.{fault.path}".strip("."), fault.rule) for verdict, fault in faults])


def validated(messages: list[dict[str, str]]) -> web.Response:
    return said({"validationMessages": messages})


def _message(path: str, words: str) -> dict[str, str]:
    code = "VALUE_REQUIRED" if "required" in words.lower() else "VALUE_INVALID"
    return {"fieldPath": path, "description": words, "validationCode": code}


def _verdict(verdict: Verdict) -> dict[str, str | list[Fault] | None]:
    if verdict.reason is None:
        return {"event_id": verdict.event_id, "verdict": "taken"}
    told: dict[str, str | list[Fault] | None] = {"event_id": verdict.event_id, "verdict": "refused"}
    return told | {"of": verdict.of, "reason": verdict.reason, "faults": verdict.faults}
