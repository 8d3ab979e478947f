"""Requests as their senders send them: with the source's write key, or signed with its webhook's secret."""

from __future__ import annotations

import hashlib
import hmac
import time
from base64 import b64encode
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

SECRET = "the webhooks' secret of the shop"

Seal = Callable[[bytes], dict[str, str]]


def _in_base64(signed: bytes) -> str:
    return b64encode(hmac.digest(SECRET.encode(), signed, "sha256")).decode()


def _in_hex(signed: bytes, digest: str = "sha256") -> str:
    return hmac.digest(SECRET.encode(), signed, digest).hex()


def _zendesk(body: bytes) -> dict[str, str]:
    stamp = datetime.now(UTC).isoformat()
    signature = _in_base64(stamp.encode() + body)
    return {"X-Zendesk-Webhook-Signature": signature, "X-Zendesk-Webhook-Signature-Timestamp": stamp}


def _shippo(body: bytes) -> dict[str, str]:
    stamp = str(int(time.time()))
    return {"Shippo-Auth-Signature": f"t={stamp},v1={_in_hex(f'{stamp}.'.encode() + body)}"}


SEALS: Mapping[str, Seal] = {
    "shopify": lambda body: {"X-Shopify-Hmac-Sha256": _in_base64(body)},
    "zendesk": _zendesk,
    "intercom": lambda body: {"X-Hub-Signature": f"sha1={_in_hex(body, 'sha1')}"},
    "easypost": lambda body: {"X-Hmac-Signature": f"hmac-sha256-hex={_in_hex(body)}"},
    "aftership": lambda body: {"aftership-hmac-sha256": _in_base64(body)},
    "shippo": _shippo,
    "17track": lambda body: {"sign": hashlib.sha256(body + b"/" + SECRET.encode()).hexdigest()},
    "freshdesk": lambda body: {"X-Webhook-Token": SECRET},
}
"""The headers that prove a body, by the sender's name."""


def with_key(key: str) -> dict[str, str]:
    """Segment's way: the key as a user without a password."""
    return {"Authorization": f"Basic {b64encode(f'{key}:'.encode()).decode()}"}
