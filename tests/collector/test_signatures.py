"""Whether a webhook is its sender's. What should stand in each header is made by openssl here, as the senders' pages say it."""

from __future__ import annotations

import subprocess
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.collector.signatures import REPLAY_WINDOW, SENDERS, verify

NOW = 1_700_000_000_000_000
"""2023-11-14T22:13:20Z"""
SECRET, BODY = "sécret", '{"id": "ça", "n": 1}\n'.encode()


def openssl(digest: str, message: bytes, secret: bytes | None = None) -> bytes:
    """What openssl makes of a message: its HMAC under a secret, or without one its plain digest."""
    keyed = [] if secret is None else ["-mac", "HMAC", "-macopt", f"hexkey:{secret.hex()}"]
    command = ["openssl", "dgst", f"-{digest}", "-binary", *keyed]
    return subprocess.run(command, input=message, capture_output=True, check=True).stdout


def in_base64(message: bytes, secret: str) -> str:
    return b64encode(openssl("sha256", message, secret.encode())).decode()


def in_hex(message: bytes, secret: str, digest: str = "sha256") -> str:
    return openssl(digest, message, secret.encode()).hex()


@dataclass(frozen=True)
class Scheme:
    """A genuine message of a sender: the headers that it would come with for a body and a secret."""

    name: str
    sender: str
    signed: str
    """The header, or the query's parameter, that proves it."""
    sign: Callable[[bytes, str], Mapping[str, str]]
    others: Mapping[str, str] = field(default_factory=dict)
    """What else it needs, like a timestamp."""
    in_query: bool = False
    over_body: bool = True

    def verdict(
        self, sent: Mapping[str, str], *, secrets: tuple[str, ...] = (SECRET,), body: bytes = BODY, now: int = NOW
    ) -> str | None:
        return verify(self.sender, secrets, {} if self.in_query else sent, sent if self.in_query else {}, body, now)

    def headers(self, secret: str = SECRET) -> dict[str, str]:
        return {**self.others, **self.sign(BODY, secret)}


RFC_3339, RFC_5322, UNIX = "2023-11-14T22:13:20Z", "Tue, 14 Nov 2023 22:13:20 +0000", "1700000000"
EASYPOST = "hmac-sha256-hex="
ZENDESK_TIME = "x-zendesk-webhook-signature-timestamp"

SCHEMES = [
    Scheme("shopify", "shopify", "x-shopify-hmac-sha256", lambda b, s: {"x-shopify-hmac-sha256": in_base64(b, s)}),
    Scheme("shopify's newer name", "shopify", "shopify-hmac-sha256", lambda b, s: {"shopify-hmac-sha256": in_base64(b, s)}),
    Scheme(
        "zendesk",
        "zendesk",
        "x-zendesk-webhook-signature",
        lambda b, s: {"x-zendesk-webhook-signature": in_base64(RFC_3339.encode() + b, s)},
        {ZENDESK_TIME: RFC_3339},
    ),
    Scheme("intercom", "intercom", "x-hub-signature", lambda b, s: {"x-hub-signature": f"sha1={in_hex(b, s, 'sha1')}"}),
    Scheme(
        "easypost",
        "easypost",
        "x-hmac-signature",
        lambda b, s: {"x-hmac-signature": EASYPOST + in_hex(b, normalize("NFKD", s))},
    ),
    Scheme(
        "easypost's second",
        "easypost",
        "x-hmac-signature-v2",
        lambda b, s: {"x-hmac-signature-v2": f"{EASYPOST}{in_hex(f'{RFC_5322}POST/hooks'.encode() + b, normalize('NFKD', s))}"},
        {"x-timestamp": RFC_5322, "x-path": "/hooks"},
    ),
    Scheme("aftership", "aftership", "aftership-hmac-sha256", lambda b, s: {"aftership-hmac-sha256": in_base64(b, s)}),
    Scheme(
        "aftership's other",
        "aftership",
        "as-signature-hmac-sha256",
        lambda b, s: {"as-signature-hmac-sha256": in_base64(b, s)},
    ),
    Scheme(
        "shippo",
        "shippo",
        "shippo-auth-signature",
        lambda b, s: {"shippo-auth-signature": f"t={UNIX},v1={in_hex(f'{UNIX}.'.encode() + b, s)}"},
    ),
    Scheme("shippo's token", "shippo", "token", lambda b, s: {"token": s}, in_query=True, over_body=False),
    Scheme("17track", "17track", "sign", lambda b, s: {"sign": openssl("sha256", b + b"/" + s.encode()).hex()}),
    Scheme("freshdesk", "freshdesk", "x-webhook-token", lambda b, s: {"x-webhook-token": s}, over_body=False),
    Scheme("freshdesk's bearer", "freshdesk", "authorization", lambda b, s: {"authorization": f"Bearer {s}"}, over_body=False),
    Scheme(
        "freshdesk's password",
        "freshdesk",
        "authorization",
        lambda b, s: {"authorization": "Basic " + b64encode(f"us:{s}".encode()).decode()},
        over_body=False,
    ),
    Scheme(
        "freshdesk's key",
        "freshdesk",
        "authorization",
        lambda b, s: {"authorization": "Basic " + b64encode(f"{s}:X".encode()).decode()},
        over_body=False,
    ),
]
BY_NAME = {scheme.name: scheme for scheme in SCHEMES}
TIMED = [BY_NAME[name] for name in ("zendesk", "easypost's second", "shippo")]
HEADERS = sorted({scheme.signed for scheme in SCHEMES} | {ZENDESK_TIME, "x-timestamp", "x-path"})
MALFORMED = ["", " ", "=", "t=,v1=", "sha1=", EASYPOST, "Basic", "Basic %", "Basic YQ==", "é", "\udce9", "1" * 9_999]
UNREADABLE = ["yesterday", "", "2023-11-14", "2023-11-14T22:13:20", "1" * 400, "-1", "Tue, 14 Nov 2023 22:13:20 -0000"]


def each(chosen: list[Scheme]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("scheme", chosen, ids=lambda scheme: scheme.name)


schemes, timed, signed = each(SCHEMES), each(TIMED), each([scheme for scheme in SCHEMES if scheme.over_body])


def test_every_sender_with_a_scheme_is_tried_here() -> None:
    assert {scheme.sender for scheme in SCHEMES} == set(SENDERS)


@schemes
def test_a_genuine_message_is_taken(scheme: Scheme) -> None:
    assert scheme.verdict(scheme.headers()) is None


@schemes
def test_while_a_secret_is_replaced_both_are_good(scheme: Scheme) -> None:
    assert scheme.verdict(scheme.headers("old"), secrets=("new", "old")) is None
    assert scheme.verdict(scheme.headers("new"), secrets=("new", "old")) is None
    assert scheme.verdict(scheme.headers("old"), secrets=("new",)) is not None


@schemes
def test_a_wrong_secret_is_refused_in_words_that_name_the_header_and_no_secret(scheme: Scheme) -> None:
    words = scheme.verdict(scheme.headers("guessed"))
    assert words is not None
    assert scheme.signed in words
    assert SECRET not in words
    assert "guessed" not in words


@signed
@pytest.mark.parametrize("body", [BODY + b" ", BODY[:-1], b"", BODY.replace(b"1", b"2")])
def test_another_body_is_refused(scheme: Scheme, body: bytes) -> None:
    assert scheme.verdict(scheme.headers(), body=body) is not None


@schemes
def test_a_missing_header_is_named(scheme: Scheme) -> None:
    headers = {name: text for name, text in scheme.headers().items() if name != scheme.signed}
    words = scheme.verdict(headers)
    assert words is not None
    assert scheme.signed in words


@schemes
@pytest.mark.parametrize("text", MALFORMED)
def test_a_malformed_header_is_refused_and_never_raises(scheme: Scheme, text: str) -> None:
    assert scheme.verdict({**scheme.headers(), scheme.signed: text}) is not None


@given(headers=st.dictionaries(st.sampled_from(HEADERS), st.text()))
def test_whatever_stands_in_the_headers_no_sender_is_believed(headers: dict[str, str]) -> None:
    for sender in SENDERS:
        assert verify(sender, ("a secret that nobody draws",), headers, headers, BODY, NOW) is not None


@timed
@pytest.mark.parametrize("way", [-1, 1])
def test_what_was_signed_too_long_ago_or_ahead_is_refused_and_its_neighbours_are_not(scheme: Scheme, way: int) -> None:
    headers = scheme.headers()
    assert scheme.verdict(headers, now=NOW + way * (REPLAY_WINDOW - 1)) is None
    assert scheme.verdict(headers, now=NOW + way * REPLAY_WINDOW) is None
    words = scheme.verdict(headers, now=NOW + way * (REPLAY_WINDOW + 1))
    assert words is not None
    assert "300 s" in words


@timed
def test_of_a_forged_message_the_age_is_not_told(scheme: Scheme) -> None:
    words = scheme.verdict(scheme.headers("guessed"), now=NOW + 2 * REPLAY_WINDOW)
    assert words is not None
    assert "300 s" not in words


@pytest.mark.parametrize("stamp", UNREADABLE)
def test_a_signed_time_that_cannot_be_read_is_refused(stamp: str) -> None:
    signature = in_base64(stamp.encode() + BODY, SECRET)
    words = verify("zendesk", (SECRET,), {"x-zendesk-webhook-signature": signature, ZENDESK_TIME: stamp}, {}, BODY, NOW)
    assert words is not None
    assert "cannot be read" in words


def test_the_example_in_easyposts_own_libraries_is_taken() -> None:
    """The secret, body and signature with which they test ``validate_webhook`` (github.com/EasyPost, fixtures; MIT)."""
    body = (
        b'{"result":{"id":"batch_123...","object":"Batch","mode":"test","state":"created","num_shipments":0,"reference":null,'
        b'"created_at":"2022-07-26T17:22:32Z","updated_at":"2022-07-26T17:22:32Z","scan_form":null,"shipments":[],"status":'
        b'{"created":0,"queued_for_purchase":0,"creation_failed":0,"postage_purchased":0,"postage_purchase_failed":0},'
        b'"pickup":null,"label_url":null},"description":"batch.created","mode":"test","previous_attributes":null,'
        b'"completed_urls":null,"user_id":"user_123...","status":"pending","object":"Event","id":"evt_123..."}'
    )
    signature = EASYPOST + "e93977c8ccb20363d51a62b3fe1fc402b7829be1152da9e88cf9e8d07115a46b"
    assert verify("easypost", ("s\u00e9cret",), {"x-hmac-signature": signature}, {}, body, NOW) is None


def test_of_the_two_forms_of_easypost_the_one_that_its_libraries_check_decides() -> None:
    first, second = BY_NAME["easypost"], BY_NAME["easypost's second"]
    assert first.verdict({**second.headers("guessed"), **first.headers()}) is None
    assert first.verdict({**second.headers(), **first.headers("guessed")}) is not None


def test_the_time_that_was_signed_cannot_be_exchanged() -> None:
    later = {**BY_NAME["zendesk"].headers(), ZENDESK_TIME: "2023-11-14T22:13:21Z"}
    assert BY_NAME["zendesk"].verdict(later) is not None


@pytest.mark.parametrize("secrets", [(), ("",), ("", "")])
def test_without_a_secret_nothing_is_taken(secrets: tuple[str, ...]) -> None:
    for scheme in SCHEMES:
        words = scheme.verdict(scheme.headers(), secrets=secrets)
        assert words is not None
        assert "no secret is set" in words


def test_a_sender_without_a_scheme_is_refused() -> None:
    assert verify("carrier-pigeon", (SECRET,), {}, {}, BODY, NOW) is not None
