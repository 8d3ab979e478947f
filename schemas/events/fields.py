"""The kinds of value an event is made of, each defined once with its bounds.

Bounds are part of the contract: they may be widened later, never narrowed (``schemas/evolution.py``).
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal, get_args

from pydantic import BeforeValidator, Field, WithJsonSchema

from schemas.instants import read_day, read_instant

Instant = Annotated[datetime, BeforeValidator(read_instant), WithJsonSchema({"type": "string", "format": "date-time"})]
"""RFC 3339 with an offset; a naive time is refused. In Python an aware datetime."""

Day = Annotated[date, BeforeValidator(read_day), WithJsonSchema({"type": "string", "format": "date"})]
"""A calendar day, ``YYYY-MM-DD``, without a time zone."""

EventId = Annotated[str, Field(min_length=1, max_length=100)]
Identifier = Annotated[str, Field(max_length=255)]
"""Names a customer, device, order … Whether it is a placeholder (``null``, ``guest``, empty) the router decides."""
Name = Annotated[str, Field(max_length=255)]
Text = Annotated[str, Field(max_length=65_536)]

MAX_INTEGER = 2**53 - 1
"""The largest integer that every JSON reader keeps exact (RFC 8259, 6)."""
Minor = Annotated[int, Field(ge=0, le=MAX_INTEGER)]
"""Money in minor units (cents); the currency stands beside it."""
Count = Annotated[int, Field(ge=0, le=MAX_INTEGER)]
Quantity = Annotated[int, Field(ge=1, le=1_000_000)]
Currency = Annotated[str, Field(min_length=3, max_length=3, pattern=r"^[A-Z]{3}$")]
"""ISO 4217, like ``EUR``."""
Country = Annotated[str, Field(min_length=2, max_length=2, pattern=r"^[A-Z]{2}$")]
"""ISO 3166-1 alpha-2, like ``BR``."""
TraceParent = Annotated[str, Field(min_length=55, max_length=55, pattern=r"^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$")]
"""W3C trace context, version 00 layout."""
Step = Annotated[int, Field(ge=0, le=1_000)] | Annotated[str, Field(min_length=1, max_length=255)]
"""A checkout step, by number or by name."""
Score = Annotated[float, Field(ge=0, le=1_000)]
Scale = Annotated[int, Field(ge=2, le=1_000)]

Channel = Literal["web", "app", "store", "phone", "chat", "email", "sms", "social", "marketplace", "carrier", "other"]
"""**Append only**: logs and states know a channel by its place in ``CHANNELS``."""
CHANNELS: tuple[str, ...] = get_args(Channel)
Actor = Literal["customer", "shop", "carrier", "agent"]
"""Whose doing an event is; only the customer's own open sessions and restart a quiet time."""
Stage = Literal["discover", "consider", "cart", "checkout", "order", "dispatch", "delivery", "support", "return", "repeat"]
