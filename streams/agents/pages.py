"""What a worker shows over HTTP, on Faust's own web server."""

from __future__ import annotations

from typing import Any

import faust
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from streams.agents.health import Progress
from streams.agents.metrics import Gauges


def add_pages(app: faust.App, progress: Progress, gauges: Gauges) -> None:
    """``/health``: 200 while every owned partition moves or has arrived, else 503 with reasons. ``/metrics``: Prometheus."""

    @app.page("/health")
    async def health(web: Any, request: Any) -> Any:
        status, body = progress.report()
        return web.json(body, status=status)

    @app.page("/metrics")
    async def metrics(web: Any, request: Any) -> Any:
        return web.bytes(generate_latest(gauges.registry), content_type=CONTENT_TYPE_LATEST.partition(";")[0])
