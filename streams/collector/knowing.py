"""Who sends: the source of a write key, wherever the sender's library puts it, or of a webhook's signature."""

from __future__ import annotations

import binascii
from base64 import b64decode
from collections.abc import Iterator
from typing import Any

from aiohttp import web

from streams.collector.doors import Door
from streams.collector.keys import Keyring
from streams.collector.refusal import Refusal
from streams.collector.signatures import verify

SECRET_QUERIES = ("writeKey", "api_secret")
"""In the address: a browser's beacon, which sets no headers, and GA4's."""


def source_of(door: Door, request: web.Request, body: bytes, message: Any, keyring: Keyring, now: int) -> str:
    """Raises ``Refusal`` for who is not known. ``now`` is in microseconds since 1970."""
    if door.proof == "signature":
        return _signed(door, request, body, keyring, now)
    keys = list(_presented(door, request, message))
    for key in keys:
        if (source := keyring.source_of(key)) is not None:
            return source
    told = "the write key is not known here" if keys else "no write key came with it"
    raise Refusal.unknown(f"{told}; `throughline keys add SOURCE` makes one")


def _signed(door: Door, request: web.Request, body: bytes, keyring: Keyring, now: int) -> str:
    source = request.match_info["source"]
    headers = {name.lower(): value for name, value in request.headers.items()}
    reason = verify(door.sender, keyring.secrets_of(door.sender, source), headers, request.query, body, now)
    if reason is not None:
        raise Refusal.unknown(reason)
    return source


def _presented(door: Door, request: web.Request, message: Any) -> Iterator[str]:
    """The keys that came with it, the surest place first."""
    if (authorization := request.headers.get("Authorization")) is not None:
        yield _authorized(authorization)
    for name in SECRET_QUERIES:
        if (asked := request.query.get(name)) is not None:
            yield asked
    yield from _inside(door, message)


def _authorized(header: str) -> str:
    """``Basic``, the key as the user and no password (Segment's way), or ``Bearer``."""
    scheme, _, rest = header.strip().partition(" ")
    if scheme.lower() != "basic":
        return rest.strip()
    try:
        return b64decode(rest, validate=True).decode().partition(":")[0]
    except (binascii.Error, ValueError):
        return ""


def _inside(door: Door, message: Any) -> Iterator[str]:
    """analytics.js writes the key into the message, where a page may not set headers; a Snowplow tracker has only its app id."""
    if not isinstance(message, dict):
        return
    many = message.get("batch" if door.sender == "segment" else "data")
    first = many[0] if isinstance(many, list) and many else None
    for part in (message, first):
        key = part.get("aid" if door.sender == "snowplow" else "writeKey") if isinstance(part, dict) else None
        if isinstance(key, str):
            yield key
