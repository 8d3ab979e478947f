"""Why no broker lets us in, in words: aiokafka says only that none did, and keeps the reason for its log."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from typing import Any

from aiokafka.conn import create_conn
from aiokafka.errors import (
    IllegalSaslStateError,
    KafkaConnectionError,
    KafkaError,
    SaslAuthenticationFailed,
    UnsupportedSaslMechanismError,
)

from schemas.failures import Stop

ANSWERS_WITHIN_MS = 10_000
_CLOSED = "closes the connection at once. Check the port, `kafka.security`, and whether it wants a certificate of ours"
_REFUSALS: dict[type[Exception], str] = {
    SaslAuthenticationFailed: "does not accept user {user!r} with the password that is set. Check `kafka.username`, "
    "`kafka.password` and `kafka.sasl_mechanism`",
    UnsupportedSaslMechanismError: "does not offer {mechanism}. Set `kafka.sasl_mechanism` to what it offers",
    IllegalSaslStateError: "asks nobody for a password at this port. Check the port, and `kafka.security`",
    ssl.SSLCertVerificationError: "shows a certificate that does not hold: {error}. Name who signed it with `kafka.ca_file`, and "
    "the broker as its certificate does",
    ssl.SSLError: "does not agree with us on TLS: {error}. Check the port, `kafka.security`, and whether it wants a certificate "
    "of ours (`kafka.cert_file`)",
    KafkaConnectionError: _CLOSED,
    ConnectionResetError: _CLOSED,
}
"""The first that fits. Whatever else happens is a broker that is not there."""


async def unreachable(client: Mapping[str, Any]) -> Stop:
    """To be raised when none of these brokers could be reached. Each is asked once more, until one says why."""
    brokers = str(client["bootstrap_servers"])
    for address in brokers.split(","):
        error = await _knocked(address.strip(), client)
        if words := next((words for kind, words in _REFUSALS.items() if isinstance(error, kind)), None):
            told = words.format(user=client.get("sasl_plain_username"), mechanism=client.get("sasl_mechanism"), error=error)
            return Stop(f"The broker at {address.strip()} {told}.")
    return Stop(f"No broker answers at {brokers}. Is it running, and is it the one that --brokers should name?")


async def _knocked(address: str, client: Mapping[str, Any]) -> Exception | None:
    """What came of one connection."""
    host, _, port = address.rpartition(":")
    access = {name: value for name, value in client.items() if name.startswith(("security_", "ssl_", "sasl_"))}
    try:
        (await create_conn(host, int(port), request_timeout_ms=ANSWERS_WITHIN_MS, **access)).close()
    except (KafkaError, OSError, ValueError) as error:
        return error
    return None
