"""An event as it truly occurred, before the wire has done to it what wires do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

Ids: TypeAlias = Mapping[str, str | None]
"""Envelope fields that identify something; None: not said."""
NOTHING: Mapping[str, Any] = {}


@dataclass(slots=True)
class Device:
    id: str
    channel: str
    context: dict[str, str]
    skew: int = 0
    """How far its clock is ahead (µs)."""
    borrowed: bool = False
    """By a second customer: whoever uses it from then on is logged in."""


class Draft(NamedTuple):
    at: int
    """µs since 1970, on a clock that is right."""
    type: str
    event_id: str
    ids: Ids
    properties: Mapping[str, Any]
    device: Device | None = None
    """It was sent from here; None: by a server."""
    channel: str = "other"
    own: bool = False
    """The person's own doing."""
