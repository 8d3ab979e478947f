"""Packed states on disk, for a worker whose journeys do not fit its memory.

What lies here can be had from the changelog at any time, and a state that is not yet there must not outlive the process: it has
seen positions whose effects may not have been said. So a worker begins with an empty folder of its own, writes without a log of
writes and without syncing, and a partition that leaves takes its files along. A restart reads the changelog, as in memory.
"""

from __future__ import annotations

import atexit
import fcntl
import os
import shutil
from collections.abc import Iterator, MutableMapping
from pathlib import Path
from tempfile import mkdtemp
from typing import cast

from rocksdict import BlockBasedOptions, Cache, DBCompressionType, Options, Rdict, WriteOptions

CACHE_BYTES = 64 * 1024 * 1024
"""Of blocks read, for all partitions of a worker together."""
BUFFER_BYTES = 16 * 1024 * 1024
"""Of what was written and is not yet on disk: up to twice so much a partition."""
BLOOM_BITS = 10
PREFIX = "worker-"


class RocksStates(MutableMapping[str, bytes]):
    """The states of one partition. Counting them reads them all."""

    def __init__(self, path: Path, cache: Cache) -> None:
        self._path = path
        self._db = Rdict(str(path), _options(cache))
        unlogged = WriteOptions()
        unlogged.disable_wal = True  # type: ignore[assignment, method-assign]  # a property, whatever its types say
        self._db.set_write_options(unlogged)

    def __getitem__(self, name: str) -> bytes:
        state = self._db.get(name.encode())
        if state is None:
            raise KeyError(name)
        return state

    def __setitem__(self, name: str, state: bytes) -> None:
        self._db.put(name.encode(), state)

    def __delitem__(self, name: str) -> None:
        if name not in self:
            raise KeyError(name)
        self._db.delete(name.encode())

    def __iter__(self) -> Iterator[str]:
        return (cast(bytes, name).decode() for name in self._db.keys())  # noqa: SIM118  # it is no dict and has no iterator

    def __len__(self) -> int:
        return sum(1 for _ in iter(self))

    def destroy(self) -> None:
        """Close it and remove its files; afterwards it cannot be used."""
        self._db.close()
        Rdict.destroy(str(self._path), Options(raw_mode=True))


class RocksFolder:
    """A folder for one worker's partitions, below one that workers of this machine may share. What dead ones left there goes.

    A worker holds the lock on its folder for as long as it lives; who comes or cleans holds the one on the parent.
    """

    def __init__(self, parent: Path) -> None:
        parent.mkdir(parents=True, exist_ok=True)
        turn = _lock(parent, fcntl.LOCK_EX)
        for left in parent.glob(f"{PREFIX}*"):
            try:
                os.close(_lock(left, fcntl.LOCK_EX | fcntl.LOCK_NB))
            except BlockingIOError:
                continue
            shutil.rmtree(left, ignore_errors=True)
        self._path = Path(mkdtemp(prefix=PREFIX, dir=parent))
        _lock(self._path, fcntl.LOCK_EX)  # until the process ends
        os.close(turn)
        self._cache = Cache(CACHE_BYTES)
        self._states: dict[int, RocksStates] = {}
        atexit.register(shutil.rmtree, self._path, ignore_errors=True)

    def states(self, partition: int) -> RocksStates:
        self._states[partition] = RocksStates(self._path / str(partition), self._cache)
        return self._states[partition]

    def remove(self, partition: int) -> None:
        """A partition's states and their files."""
        self._states.pop(partition).destroy()


def _lock(folder: Path, how: int) -> int:
    """The folder, opened and locked."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(opened, how)
    except OSError:
        os.close(opened)
        raise
    return opened


def _options(cache: Cache) -> Options:
    options = Options(raw_mode=True)
    options.create_if_missing(True)
    options.set_write_buffer_size(BUFFER_BYTES)
    options.set_compression_type(DBCompressionType.none())  # states are compressed
    blocks = BlockBasedOptions()
    blocks.set_block_cache(cache)
    blocks.set_bloom_filter(BLOOM_BITS, False)
    options.set_block_based_table_factory(blocks)
    return options
