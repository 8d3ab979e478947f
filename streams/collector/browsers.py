"""Pages of other origins: what a browser asks before and after it sends, and what analytics.js asks for first."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web

from streams.collector.answers import said

MAX_AGE = "7200"
"""Seconds for which a browser may remember a preflight; Chromium's most."""


class Origins:
    """From whose pages browsers may send: ``*`` or scheme, host and port of each."""

    def __init__(self, allowed: tuple[str, ...]) -> None:
        self._allowed = frozenset(allowed)

    def headers(self, request: web.Request) -> dict[str, str]:
        """The origin itself is named, never ``*``: Snowplow's tracker sends with credentials, and browsers refuse ``*`` then."""
        origin = request.headers.get("Origin")
        if origin is None or not ({"*", origin} & self._allowed):
            return {}
        return {"Access-Control-Allow-Origin": origin, "Access-Control-Allow-Credentials": "true", "Vary": "Origin"}

    async def preflight(self, request: web.Request) -> web.Response:
        headers = self.headers(request)
        if headers:
            headers["Access-Control-Allow-Methods"] = "POST, OPTIONS"
            headers["Access-Control-Allow-Headers"] = request.headers.get("Access-Control-Request-Headers", "Content-Type")
            headers["Access-Control-Max-Age"] = MAX_AGE
        return web.Response(status=204, headers=headers)

    @property
    def middleware(self) -> Callable[..., Awaitable[web.StreamResponse]]:
        @web.middleware
        async def allow(request: web.Request, handler: Callable[..., Awaitable[web.StreamResponse]]) -> web.StreamResponse:
            answer = await handler(request)
            if request.method != "OPTIONS":
                answer.headers.update(self.headers(request))
            return answer

        return allow


async def settings_of(request: web.Request) -> web.Response:
    """What Segment's library loads before it sends: that there is one destination, and that it is here.

    The key is not checked: it stands in every page, and what is sent with it is checked.
    """
    key = request.match_info["key"]
    destination = {"apiKey": key, "apiHost": f"{request.host}/v1", "protocol": request.scheme}
    return said({"integrations": {"Segment.io": destination}, "plan": {}, "metrics": {"sampleRate": 0}})
