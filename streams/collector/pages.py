"""What a collector shows of itself: health, metrics, and what it takes."""

from __future__ import annotations

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from streams.collector.answers import said
from streams.collector.delivery import Delivery
from streams.collector.metrics import Meters
from streams.collector.openapi import document
from streams.collector.spool import Spool


def add_pages(app: web.Application, delivery: Delivery, spool: Spool, meters: Meters) -> None:
    """``/health``: 200 while events are taken, else 503. ``/metrics``: Prometheus. ``/openapi.json``: what is taken."""

    async def health(request: web.Request) -> web.Response:
        if spool.full:
            return said({"status": "full", "spool_bytes": spool.bytes}, 503)
        return said({"status": "ok" if delivery.direct else "spooling", "spool_bytes": spool.bytes})

    async def metrics(request: web.Request) -> web.Response:
        return web.Response(body=generate_latest(meters.registry), headers={"Content-Type": CONTENT_TYPE_LATEST})

    described = document()

    async def openapi(request: web.Request) -> web.Response:
        return said(described)

    app.router.add_get("/openapi.json", openapi)
    app.router.add_get("/health", health)
    app.router.add_get("/metrics", metrics)
