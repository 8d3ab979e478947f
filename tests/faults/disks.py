"""A disk of its own: an ext4 in a file, which can be filled to the last block, or made to answer nobody for a while.

Not every machine can slow a disk down on demand (that takes the device mapper, and the block controller sees no buffered
writes), so a slow disk is one that is frozen for most of the time: ``fsfreeze`` lets every writer wait.
"""

from __future__ import annotations

import errno
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_CHUNK = bytes(1 << 16)


class Disk:
    """Mounted at a folder; made and mounted at once. Needs the right to mount."""

    def __init__(self, image: Path, at: Path, megabytes: int) -> None:
        self.at = at
        self._ballast = at / "ballast"
        with image.open("wb") as file:
            file.truncate(megabytes << 20)
        at.mkdir(parents=True, exist_ok=True)
        _run("mkfs.ext4", "-q", "-m", "0", str(image))
        _run("mount", "-o", "loop", str(image), str(at))
        (at / "lost+found").rmdir()

    def fill(self) -> None:
        """On return not a byte is left."""
        with self._ballast.open("ab", buffering=0) as file:
            space = os.statvfs(self.at)
            with _until_full():
                os.posix_fallocate(file.fileno(), 0, space.f_bavail * space.f_bsize)
            file.seek(0, os.SEEK_END)
            with _until_full():
                while os.write(file.fileno(), _CHUNK):
                    pass

    def relieve(self) -> None:
        self._ballast.unlink(missing_ok=True)

    def freeze(self) -> None:
        _run("fsfreeze", "--freeze", str(self.at))

    def thaw(self) -> None:
        _run("fsfreeze", "--unfreeze", str(self.at))

    def gone(self) -> None:
        """Unmounted, even where somebody still has a file of it open."""
        _run("umount", "--lazy", str(self.at))


@contextmanager
def _until_full() -> Iterator[None]:
    try:
        yield
    except OSError as problem:
        if problem.errno != errno.ENOSPC:
            raise


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(command)}: {done.stderr.strip()}"
