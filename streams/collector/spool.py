"""A log on disk for what was accepted while the broker is away: bounded, synced before anybody is told, read again in order.

A file is a run of frames (length, CRC-32, payload). Whatever ends a process or the power leaves at most a torn frame at a file's
end, of which nobody was told: it is known by its length or its checksum and left out. A file goes once all of it is published;
killed before that, a collector publishes it again, and events are known by their ids.
"""

from __future__ import annotations

import asyncio
import fcntl
import logging
import os
import struct
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from zlib import crc32

from schemas.failures import Stop

logger = logging.getLogger(__name__)

SEGMENT_BYTES = 8 * 1024 * 1024
"""After which a new file is begun."""
_HEAD = struct.Struct(">II")
_SUFFIX = ".spool"
_DAMAGED = ".damaged"


class Full(Exception):
    """The spool may not grow any more, or the disk does not take it."""


def framed(payload: bytes) -> bytes:
    return _HEAD.pack(len(payload), crc32(payload)) + payload


def frames(data: bytes) -> Iterator[bytes]:
    """The whole frames' payloads up to the first that is torn. An empty frame is none: a disk that lost power shows zeros."""
    at = 0
    while at + _HEAD.size <= len(data):
        length, checksum = _HEAD.unpack_from(data, at)
        payload = data[at + _HEAD.size : at + _HEAD.size + length]
        if not length or len(payload) < length or crc32(payload) != checksum:
            return
        yield payload
        at += _HEAD.size + length


class Spool:
    """``open`` it, ``append``, and read back with ``oldest`` and ``remove``. One process at a time has a folder."""

    def __init__(self, folder: Path, limit: int) -> None:
        self._folder = folder
        self._limit = limit
        self.bytes = 0
        """On disk, and on the way there."""
        self._sealed: list[Path] = []
        self._file: int | None = None
        self._written = 0
        self._number = 0
        self._lock: int | None = None
        self._waiting: list[tuple[bytes, asyncio.Future[None]]] = []
        self._writing: asyncio.Task[None] | None = None

    def open(self) -> None:
        """Finds what an earlier process has left. Raises ``Stop`` where another one is at it."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._lock = os.open(self._folder / "lock", os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(self._lock)
            raise Stop(f"Another collector runs over {self._folder}. Give each a data_dir of its own.") from None
        self._sealed = sorted(self._folder.glob(f"*{_SUFFIX}"))
        self._number = max((int(path.stem) for path in self._sealed), default=0)
        self.bytes = sum(path.stat().st_size for path in self._sealed)

    async def close(self) -> None:
        """On return all that was appended is on disk."""
        await self._seal()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    @property
    def empty(self) -> bool:
        """Nothing on disk, and nothing on the way there."""
        return self.bytes == 0

    @property
    def full(self) -> bool:
        return self.bytes >= self._limit - SEGMENT_BYTES // 64

    def append(self, payload: bytes) -> asyncio.Future[None]:
        """Done once it is synced, together with what others append meanwhile. Raises ``Full``, now or in what it returns."""
        frame = framed(payload)
        if self.bytes + len(frame) > self._limit:
            raise Full(f"the spool holds {self.bytes} bytes of at most {self._limit}")
        self.bytes += len(frame)
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((frame, done))
        if self._writing is None:
            self._writing = asyncio.create_task(self._write())
        return done

    async def oldest(self) -> Path | None:
        """The file that comes next; None where there is nothing. It is whole: what comes now goes into another."""
        if not self._sealed:
            await self._seal()
        return self._sealed[0] if self._sealed else None

    def read(self, path: Path) -> list[bytes]:
        """The payloads of a file in order."""
        data = path.read_bytes()
        payloads = list(frames(data))
        whole = sum(_HEAD.size + len(payload) for payload in payloads)
        if _looks_whole(data[whole:]):
            kept = path.with_suffix(_DAMAGED)
            kept.write_bytes(data[whole:])
            logger.error("%s is damaged behind its byte %d; the rest is kept as %s", path, whole, kept)
        elif whole < len(data):
            logger.warning("%s ends in %d bytes of a torn frame, which nobody was told was taken", path, len(data) - whole)
        return payloads

    async def remove(self, path: Path) -> None:
        """All of it is published."""
        size = await asyncio.to_thread(_unlinked, path)
        self._sealed.remove(path)
        self.bytes -= size
        await asyncio.to_thread(self._sync_folder)

    async def _write(self) -> None:
        """Group commit: one sync for all that waits."""
        while self._waiting:
            waiting, self._waiting = self._waiting, []
            data = b"".join(frame for frame, _ in waiting)
            try:
                await asyncio.to_thread(self._put, data)
            except OSError as error:
                self.bytes -= len(data)
                logger.error("The spool takes nothing: %s", error)
                _answer(waiting, Full(f"the disk does not take it: {error.strerror}"))
            else:
                _answer(waiting, None)
        self._writing = None

    def _put(self, data: bytes) -> None:
        if self._file is None or self._written > SEGMENT_BYTES:
            self._begin()
        file = self._file
        assert file is not None
        try:
            view = memoryview(data)
            while view:
                view = view[os.write(file, view) :]
            os.fdatasync(file)
        except OSError:
            with suppress(OSError):
                os.ftruncate(file, self._written)
            self._close_file()  # what is torn stays the end of its file
            raise
        self._written += len(data)

    def _begin(self) -> None:
        """A new file, which also after a loss of power stands in its folder."""
        self._close_file()
        self._number += 1
        self._file = os.open(self._path(), os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
        self._written = 0
        self._sync_folder()

    def _path(self) -> Path:
        return self._folder / f"{self._number:012d}{_SUFFIX}"

    async def _seal(self) -> None:
        while self._writing is not None:
            await self._writing
        self._close_file()

    def _close_file(self) -> None:
        if self._file is None:
            return
        os.close(self._file)
        self._file = None
        if self._written:
            self._sealed.append(self._path())
        else:
            self._path().unlink()

    def _sync_folder(self) -> None:
        folder = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _unlinked(path: Path) -> int:
    """Its bytes."""
    size = path.stat().st_size
    path.unlink()
    return size


def _answer(waiting: list[tuple[bytes, asyncio.Future[None]]], error: Full | None) -> None:
    for _, done in waiting:
        if done.done():
            continue
        if error is None:
            done.set_result(None)
        else:
            done.set_exception(error)


def _looks_whole(rest: bytes) -> bool:
    """Whether a frame stands there in its whole length and yet is not what was written."""
    if len(rest) < _HEAD.size:
        return False
    length = int.from_bytes(rest[:4], "big")
    return 0 < length <= len(rest) - _HEAD.size
