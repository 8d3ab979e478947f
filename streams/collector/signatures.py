"""Whether a webhook is truly its sender's, as each sender proves it: ``verify(sender, …)`` gives ``None``, or why not.

Only the bytes that came are signed, never the JSON read from them. Every comparison takes the same time wherever the texts
differ, and all current secrets are tried, so that a secret can be replaced while both are in use. What is refused is never told
which part of the secret was right, and is told of its age only once the signature holds.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import NamedTuple
from unicodedata import normalize

from schemas.instants import micros, read_instant

REPLAY_WINDOW = 300 * 1_000_000
"""Microseconds, either way: how far from now a signed time may lie. Standard Webhooks' and Stripe's five minutes."""
EASYPOST = "hmac-sha256-hex="
"""What stands before EasyPost's signatures."""


class Delivery(NamedTuple):
    """A request as a scheme sees it."""

    headers: Mapping[str, str]
    """By lower-case name."""
    query: Mapping[str, str]
    body: bytes
    now: int
    """Microseconds since 1970."""


Proof = Callable[[Delivery, tuple[bytes, ...]], str | None]
"""``None`` where a delivery is proven by one of the secrets, else why it is not."""


class Signature(NamedTuple):
    """What a sender put in its header."""

    text: str
    signed: bytes
    stamp: str | None = None
    """The time that is part of what was signed, as sent."""


@dataclass(frozen=True)
class Signed:
    """A keyed digest in a header, over the body and what else ``read`` finds to be signed."""

    header: str
    read: Callable[[str, Delivery], Signature | None]
    """The header's text and the delivery it came with; ``None`` where it is not of the scheme's form."""
    write: Callable[[bytes, bytes], str]
    """A secret and what is signed to the text that should stand there."""

    def __call__(self, delivery: Delivery, secrets: tuple[bytes, ...]) -> str | None:
        sent = delivery.headers.get(self.header)
        if sent is None:
            return f"the header {self.header} is missing"
        signature = self.read(sent, delivery)
        if signature is None:
            return f"the header {self.header} is not of the sender's form"
        if not _one_of(signature.text, (self.write(secret, signature.signed) for secret in secrets)):
            return f"the header {self.header} is not this body's signature under any current secret"
        return None if signature.stamp is None else _stale(signature.stamp, delivery.now, self.header)


@dataclass(frozen=True)
class FirstSent:
    """Of several headers the first that was sent decides."""

    proofs: tuple[Signed, ...]
    otherwise: Proof | None = None
    """Where none of them was sent."""

    def __call__(self, delivery: Delivery, secrets: tuple[bytes, ...]) -> str | None:
        for proof in self.proofs:
            if proof.header in delivery.headers:
                return proof(delivery, secrets)
        if self.otherwise is not None:
            return self.otherwise(delivery, secrets)
        return "neither header is there: " + ", ".join(proof.header for proof in self.proofs)


def verify(
    sender: str, secrets: tuple[str, ...], headers: Mapping[str, str], query: Mapping[str, str], body: bytes, now: int
) -> str | None:
    """``None``: the message is the sender's. Else why not, in words that name the header and no secret.

    ``headers`` are by lower-case name, ``now`` is in microseconds since 1970. A sender that is not in ``SENDERS`` is refused, and
    so is everything where no secret is set.
    """
    proof = SENDERS.get(sender)
    if proof is None:
        return f"no way is known to tell that a message is {sender}'s"
    keys = tuple(_bytes(normalize("NFKD", secret) if sender == "easypost" else secret) for secret in secrets if secret)
    if not keys:
        return f"no secret is set for {sender}: `throughline keys add SOURCE --sender {sender}` takes it"
    return proof(Delivery(headers, query, body, now), keys)


def _over_body(sent: str, delivery: Delivery) -> Signature:
    return Signature(sent, delivery.body)


def _prefixed(prefix: str) -> Callable[[str, Delivery], Signature | None]:
    """``prefix`` and a hexadecimal digest of the body, in either case."""

    def read(sent: str, delivery: Delivery) -> Signature | None:
        return Signature(sent[len(prefix) :].lower(), delivery.body) if sent.startswith(prefix) else None

    return read


def _zendesk(sent: str, delivery: Delivery) -> Signature | None:
    """developer.zendesk.com/documentation/webhooks/verifying: the timestamp's text, then the body."""
    stamp = delivery.headers.get("x-zendesk-webhook-signature-timestamp")
    return None if stamp is None else Signature(sent, _bytes(stamp) + delivery.body, stamp)


def _easypost_v2(sent: str, delivery: Delivery) -> Signature | None:
    """EasyPost's second form: the time, the method, the path that it sent to, then the body.

    It is in none of EasyPost's own libraries yet and known from those who take it: so it decides only where the first form, which
    they all check, was not sent.
    """
    stamp, path = delivery.headers.get("x-timestamp"), delivery.headers.get("x-path")
    if stamp is None or path is None or not sent.startswith(EASYPOST):
        return None
    return Signature(sent[len(EASYPOST) :].lower(), _bytes(f"{stamp}POST{path}") + delivery.body, stamp)


def _shippo(sent: str, delivery: Delivery) -> Signature | None:
    """docs.goshippo.com/docs/tracking/webhooksecurity: ``t=<Unix seconds>,v1=<hex>`` over the time, a dot and the body."""
    parts = dict(part.strip().partition("=")[::2] for part in sent.split(","))
    if "t" not in parts or "v1" not in parts:
        return None
    return Signature(parts["v1"].lower(), _bytes(parts["t"] + ".") + delivery.body, parts["t"])


def _base64_sha256(secret: bytes, signed: bytes) -> str:
    return b64encode(hmac.digest(secret, signed, "sha256")).decode()


def _hex_sha256(secret: bytes, signed: bytes) -> str:
    return hmac.digest(secret, signed, "sha256").hex()


def _hex_sha1(secret: bytes, signed: bytes) -> str:
    return hmac.digest(secret, signed, "sha1").hex()


def _with_key(secret: bytes, signed: bytes) -> str:
    """17track's: a plain digest of the body, a stroke and the key. api.17track.net/en/doc, Webhook."""
    return hashlib.sha256(signed + b"/" + secret).hexdigest()


def _token_in_query(delivery: Delivery, secrets: tuple[bytes, ...]) -> str | None:
    """Shippo's other way: a token of one's own at the end of the webhook's address."""
    sent = delivery.query.get("token")
    if sent is None:
        return "neither the header shippo-auth-signature nor the query's token is there"
    return None if _one_of(sent, secrets) else "the query's token is no current secret"


def _token_in_header(delivery: Delivery, secrets: tuple[bytes, ...]) -> str | None:
    """For a sender that signs nothing but can be told what headers to send: the secret itself, in one of three places."""
    scheme, _, credentials = delivery.headers.get("authorization", "").partition(" ")
    token = delivery.headers.get("x-webhook-token")
    if scheme.lower() == "bearer":
        return None if _one_of(credentials.strip(), secrets) else "the header authorization holds no current secret"
    if scheme.lower() == "basic":
        name, password = _name_and_password(credentials)
        either = _one_of(name, secrets) | _one_of(password, secrets)
        return None if either else "the header authorization holds no current secret"
    if token is None:
        return "neither the header authorization (Bearer or Basic) nor x-webhook-token is there"
    return None if _one_of(token, secrets) else "the header x-webhook-token is no current secret"


def _name_and_password(credentials: str) -> tuple[bytes, bytes]:
    """Of basic authentication (RFC 7617); empty where it is none."""
    try:
        name, _, password = b64decode(_bytes(credentials.strip()), validate=True).partition(b":")
    except ValueError:
        return b"", b""
    return name, password


def _one_of(sent: str | bytes, expected: Iterable[str | bytes]) -> bool:
    """Whether a text is one of those expected: all are compared, each in constant time."""
    met = False
    for text in expected:
        met |= hmac.compare_digest(_bytes(sent), _bytes(text))
    return met


def _stale(stamp: str, now: int, header: str) -> str | None:
    at = _instant(stamp)
    if at is None:
        return f"the time signed with the header {header} cannot be read"
    if abs(now - at) <= REPLAY_WINDOW:
        return None
    return f"the time signed with the header {header} is more than {REPLAY_WINDOW // 1_000_000} s from now"


def _instant(stamp: str) -> int | None:
    """Microseconds since 1970 of Unix seconds, of RFC 3339 and of RFC 5322, as the senders have it."""
    if stamp.isascii() and stamp.isdigit():
        return int(stamp) * 1_000_000 if len(stamp) <= 12 else None
    for read in (read_instant, parsedate_to_datetime):
        try:
            return micros(read(stamp))
        except (ValueError, TypeError, OverflowError):
            continue
    return None


def _bytes(text: str | bytes) -> bytes:
    """Never raises: a header's bytes that are no UTF-8 come as lone surrogates."""
    return text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")


def _plain(header: str) -> Signed:
    """The body's HMAC-SHA256 in base64, alone in the header."""
    return Signed(header, _over_body, _base64_sha256)


SENDERS: Mapping[str, Proof] = {
    "shopify": FirstSent((_plain("x-shopify-hmac-sha256"), _plain("shopify-hmac-sha256"))),
    "zendesk": Signed("x-zendesk-webhook-signature", _zendesk, _base64_sha256),
    "intercom": Signed("x-hub-signature", _prefixed("sha1="), _hex_sha1),
    "easypost": FirstSent(
        (
            Signed("x-hmac-signature", _prefixed(EASYPOST), _hex_sha256),
            Signed("x-hmac-signature-v2", _easypost_v2, _hex_sha256),
        )
    ),
    "aftership": FirstSent((_plain("aftership-hmac-sha256"), _plain("as-signature-hmac-sha256"))),
    "shippo": FirstSent((Signed("shippo-auth-signature", _shippo, _hex_sha256),), _token_in_query),
    "17track": Signed("sign", lambda sent, delivery: Signature(sent.lower(), delivery.body), _with_key),
    "freshdesk": _token_in_header,
}
"""How each sender proves that a message is its own, by the adapter's name."""
