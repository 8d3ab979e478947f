"""A page in a headless Chromium, which loads nothing but what the test serves."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Queue
from tempfile import TemporaryDirectory
from threading import Thread

SERVED = {
    "/": ("text/html; charset=utf-8", Path(__file__).with_name("stories") / "shop.html"),
    "/analytics.js": (
        "text/javascript; charset=utf-8",
        Path(__file__).parent / "node_modules/@segment/analytics-next/dist/umd/index.js",
    ),
}
ALONE = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
"""No window, no sandbox (which root cannot have), and no calls to the browser's maker."""


def chromium() -> str | None:
    """Where one is installed."""
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


def visit(browser: str, question: str, seconds: float) -> str:
    """Opens the shop with this query, and gives what the page says when it is done; empty is good.

    Raises ``queue.Empty`` when it says nothing for so many seconds.
    """
    with _shop() as (address, said), TemporaryDirectory(ignore_cleanup_errors=True) as profile:  # see below
        command = [browser, *ALONE, f"--user-data-dir={profile}", f"{address}/?{question}"]
        running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        try:
            return said.get(timeout=seconds)
        finally:  # its helpers outlive it by a moment, in which they write to the profile
            os.killpg(running.pid, signal.SIGKILL)
            running.wait()


@contextmanager
def _shop() -> Iterator[tuple[str, Queue[str]]]:
    """The shop's own web server, and what its pages post to ``/done``."""
    said: Queue[str] = Queue()
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Page, said)) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", said
        finally:
            server.shutdown()


class _Page(BaseHTTPRequestHandler):
    def __init__(self, said: Queue[str], *connection: object) -> None:
        self._said = said
        super().__init__(*connection)  # type: ignore[arg-type]  # request, address and server, as they come

    def do_GET(self) -> None:
        kind, file = SERVED.get(self.path.partition("?")[0], ("", None))
        self.send_response(200 if file else 404)
        self.send_header("Content-Type", kind)
        self.end_headers()
        self.wfile.write(file.read_bytes() if file else b"")

    def do_POST(self) -> None:
        said = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.send_response(204)
        self.end_headers()
        self._said.put(said)

    def log_message(self, *_: object) -> None:
        """Quiet."""
