"""How much at once: bytes of one body, bytes in hand, events a second."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

from aiohttp import web

from streams.collector.refusal import Refusal

_WINDOWS = {"gzip": 31, "x-gzip": 31, "deflate": 15}


class InHand:
    """What was read and is not yet answered, in bytes. Above the limit nothing more is taken."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self.bytes = 0

    @contextmanager
    def holding(self) -> Iterator[Held]:
        held = Held(self)
        try:
            yield held
        finally:
            self.bytes -= held.bytes

    def grow(self, by: int) -> None:
        """Raises ``Refusal``."""
        if self.bytes + by > self._limit:
            raise Refusal.busy("too much is in hand")
        self.bytes += by


class Held:
    """One request's share."""

    def __init__(self, all_of_it: InHand) -> None:
        self._all = all_of_it
        self.bytes = 0

    def grow(self, by: int) -> None:
        self._all.grow(by)
        self.bytes += by


class Rates:
    """A bucket of tokens a source: ``rate`` flow in a second, at most two seconds' worth stand in it.

    What a request took is known only once it is read, so it may go below nothing, and the next ones wait for it.
    """

    def __init__(self, rate: float) -> None:
        self._rate = rate
        self._buckets: dict[str, tuple[float, float]] = {}

    def check(self, source: str) -> None:
        """Raises ``Refusal`` where the source is to wait."""
        tokens = self._tokens(source)
        if tokens <= 0:
            wait = max(1, round(-tokens / self._rate + 0.5))
            raise Refusal(429, f"more than {self._rate:g} events a second from this source", {"Retry-After": str(wait)})

    def charge(self, source: str, events: int) -> None:
        self._buckets[source] = (self._tokens(source) - events, monotonic())

    def _tokens(self, source: str) -> float:
        tokens, since = self._buckets.get(source, (2 * self._rate, monotonic()))
        return min(2 * self._rate, tokens + (monotonic() - since) * self._rate)


async def body_of(request: web.Request, limit: int, held: Held) -> bytes:
    """The body, inflated, of at most ``limit`` bytes either way. Raises ``Refusal``."""
    encoding = request.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding not in ("identity", "") and encoding not in _WINDOWS:
        raise Refusal(415, f"bodies are read plain, gzip or deflate, not {encoding[:40]!r}")
    body = await _read(request, limit, held)
    if encoding in _WINDOWS:
        body = inflated(body, _WINDOWS[encoding], limit)
        held.grow(len(body))
    return body


async def _read(request: web.Request, limit: int, held: Held) -> bytes:
    if (request.content_length or 0) > limit:
        raise _too_long(limit)
    parts = bytearray()
    async for part in request.content.iter_any():
        held.grow(len(part))
        parts += part
        if len(parts) > limit:
            raise _too_long(limit)
    return bytes(parts)


def inflated(body: bytes, window: int, limit: int) -> bytes:
    """Never makes more than a byte past the limit, however much is packed in. Raises ``Refusal``."""
    inflating = zlib.decompressobj(window)
    try:
        plain = inflating.decompress(body, limit + 1)
    except zlib.error as error:
        raise Refusal(400, "the body is not what Content-Encoding says") from error
    if len(plain) > limit:
        raise _too_long(limit)
    if not inflating.eof or inflating.unused_data:
        raise Refusal(400, "the compressed body ends early, or goes on behind its end")
    return plain


def _too_long(limit: int) -> Refusal:
    return Refusal(413, f"at most {limit} bytes are read, also once inflated")
