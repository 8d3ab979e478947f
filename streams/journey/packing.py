"""A state at rest: what memory, the changelog and a recovery are full of.

States are much alike. Compressed with a dictionary of what they usually hold, one takes 40 % of its msgpack, for some 10 µs more
each time it is touched between two commits. A packed state is

    dictionary (1 byte) · period of its next deadline (4 bytes, big-endian) · Zstandard frame without its magic number

so that a recovery learns the period without unpacking anything. What begins with a byte from 0x80 on, as every msgpack array
does, is a state as it was written before there were dictionaries. A new dictionary gets the next number, and the old ones stay
beside it for as long as there may be states written with them; `python -m bench.dictionary` makes one.
"""

from __future__ import annotations

import threading
from functools import cache
from pathlib import Path
from typing import TypeVar

import msgspec
import zstandard as zstd

from streams.journey.deadlines import period_of
from streams.journey.state import Key, Subject, encoder, peek_decoder

DICTIONARY = 1
"""The one that is written with."""
DICTIONARIES = Path(__file__).with_name("dictionaries")
LEVEL = 3
"""Measured: level 1 takes 3 µs less and leaves 8 % more, level 9 takes five times as long and leaves 8 % less."""
PLAIN = 0x80
NEVER = 2**32 - 1
HEADER = 5
FORMAT = zstd.FORMAT_ZSTD1_MAGICLESS
State = TypeVar("State")


def pack_state(state: Subject | Key) -> bytes:
    due = state.next_due
    period = NEVER if due is None else period_of(due)
    return _HEAD + period.to_bytes(4, "big") + _mine.compress(encoder.encode(state))


def unpack_state(decoder: msgspec.msgpack.Decoder[State], packed: bytes) -> State:
    return decoder.decode(unpack_raw(packed))


def unpack_raw(packed: bytes) -> bytes:
    """Its msgpack. Raises ``LookupError`` for a state that a newer version wrote."""
    return packed if packed[0] >= PLAIN else _mine.decompress(packed[0], packed[HEADER:])


def peek(packed: bytes) -> int | None:
    """The period in which it must be asked again."""
    if packed[0] >= PLAIN:
        due = peek_decoder.decode(packed).next_due
        return None if due is None else period_of(due)
    period = int.from_bytes(packed[1:HEADER], "big")
    return None if period == NEVER else period


class _Contexts(threading.local):
    """Zstandard's working memory, reused from state to state: one a thread."""

    def __init__(self) -> None:
        self.compress = compressor(dictionary(DICTIONARY)).compress
        self._decompressors: dict[int, zstd.ZstdDecompressor] = {}

    def decompress(self, number: int, frame: bytes) -> bytes:
        decompressor = self._decompressors.get(number)
        if decompressor is None:
            decompressor = zstd.ZstdDecompressor(dictionary(number), format=FORMAT)
            self._decompressors[number] = decompressor
        return decompressor.decompress(frame)


def compressor(known: zstd.ZstdCompressionDict) -> zstd.ZstdCompressor:
    """A frame says how long its content is, and nothing else that is not its content."""
    parameters = zstd.ZstdCompressionParameters.from_level(
        LEVEL, format=FORMAT, write_content_size=True, write_checksum=False, write_dict_id=False
    )
    known.precompute_compress(compression_params=parameters)
    return zstd.ZstdCompressor(dict_data=known, compression_params=parameters)


@cache
def dictionary(number: int) -> zstd.ZstdCompressionDict:
    file = DICTIONARIES / f"{number}.zdict"
    if not file.is_file():
        raise LookupError(f"A state was packed with dictionary {number}, which this version does not have: a newer one wrote it.")
    return zstd.ZstdCompressionDict(file.read_bytes())


_HEAD = bytes([DICTIONARY])
_mine = _Contexts()
