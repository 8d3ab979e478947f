"""An object store of its own for a test, on a loopback port: it keeps what it is given, and does as it is told."""

from __future__ import annotations

import os
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from time import monotonic, sleep
from types import TracebackType
from typing import Self

from pyarrow.fs import LocalFileSystem, S3FileSystem, copy_files

from throughline.broker import LOOPBACK, free_port
from throughline.leash import Leashed

BUCKET = "lake"
READY_WITHIN = 60.0
"""Seconds; it loads much before it listens."""
_KEYS = {"AWS_ACCESS_KEY_ID": "ada", "AWS_SECRET_ACCESS_KEY": "lamp", "AWS_REGION": "eu-central-1"}


class ObjectStore:
    """S3's protocol with conditional writes, for ``with``; all it holds is in memory."""

    def __init__(self, folder: Path) -> None:
        self._log = folder / "object-store.log"
        self._mood = folder / "object-store.mood"
        self._port = free_port()
        self._process: Leashed | None = None

    @property
    def lake(self) -> str:
        return f"s3://{BUCKET}/throughline"

    @property
    def environment(self) -> Mapping[str, str]:
        """What a process that writes there is told; these are the names that all S3 tools know."""
        return {**_KEYS, "AWS_ENDPOINT_URL": f"http://{LOOPBACK}:{self._port}", "AWS_ALLOW_HTTP": "true"}

    def be(self, mood: str) -> None:
        """``well``, ``unavailable``, ``slow 0.5`` or ``silent``, from the next request on."""
        draft = self._mood.with_suffix(".next")
        draft.write_text(mood)
        draft.rename(self._mood)

    def pulled(self, folder: Path) -> Path:
        """A copy of the lake as files, for those that read files."""
        there = S3FileSystem(
            access_key=_KEYS["AWS_ACCESS_KEY_ID"],
            secret_key=_KEYS["AWS_SECRET_ACCESS_KEY"],
            region=_KEYS["AWS_REGION"],
            endpoint_override=f"http://{LOOPBACK}:{self._port}",
        )
        folder.mkdir(parents=True, exist_ok=True)
        copy_files(f"{BUCKET}/throughline", str(folder), there, LocalFileSystem())
        return folder

    def __enter__(self) -> Self:
        self._log.parent.mkdir(parents=True, exist_ok=True)
        self.be("well")
        command = [sys.executable, "-m", "tests.faults.object_store_server", str(self._port), str(self._mood)]
        environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        root = Path(__file__).parents[2]
        self._process = Leashed(command, self._log, {**environment, "PYTHONPATH": str(root)})
        self._create_bucket()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._process is not None:
            self._process.kill()

    def _create_bucket(self) -> None:
        request = urllib.request.Request(f"http://{LOOPBACK}:{self._port}/{BUCKET}", method="PUT")
        deadline = monotonic() + READY_WITHIN
        while True:
            try:
                urllib.request.urlopen(request, timeout=5).close()  # noqa: S310
                return
            except urllib.error.URLError:
                assert monotonic() < deadline, f"no object store; {self._log}"
                sleep(0.1)
