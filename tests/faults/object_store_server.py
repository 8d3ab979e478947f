"""An object store as a process: moto's S3 behind a door that can be shut or stuck. What to do stands in a file.

``python -m tests.faults.object_store_server PORT MOOD_FILE``; the file says ``well``, ``unavailable`` (503 to everything), ``slow
SECONDS`` (each answer comes so much later) or ``silent`` (nobody answers).
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import run_simple

_UNAVAILABLE = b"<Error><Code>ServiceUnavailable</Code><Message>Please reduce your request rate.</Message></Error>"
SILENCE_ENDS_AFTER = 120.0
"""Seconds, for a client that never gives up."""


class Door:
    """WSGI in front of WSGI."""

    def __init__(self, behind: Callable[..., Iterable[bytes]], mood: Path) -> None:
        self._behind = behind
        self._mood = mood

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        mood, *seconds = self._mood.read_text().split()
        if mood == "unavailable":
            environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            start("503 Service Unavailable", [("Content-Type", "application/xml"), ("Content-Length", str(len(_UNAVAILABLE)))])
            return [_UNAVAILABLE]
        if mood == "slow":
            time.sleep(float(seconds[0]))
        if mood == "silent":
            self._wait_for_another_mood()
        return self._behind(environ, start)

    def _wait_for_another_mood(self) -> None:
        began = time.monotonic()
        while self._mood.read_text().startswith("silent") and time.monotonic() - began < SILENCE_ENDS_AFTER:
            time.sleep(0.05)


def main(port: int, mood: Path) -> None:
    door = Door(DomainDispatcherApplication(create_backend_app), mood)
    run_simple("127.0.0.1", port, door, threaded=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
