"""What is on disk is read again as it was written, whatever ended the writing."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import get_ident

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.failures import Stop
from streams.collector.spool import SEGMENT_BYTES, Full, Spool, framed, frames

PAYLOADS = st.lists(st.binary(min_size=1, max_size=40), max_size=8)


def opened(folder: Path, limit: int = 1 << 30) -> Spool:
    spool = Spool(folder, limit)
    spool.open()
    return spool


async def rest(spool: Spool) -> list[bytes]:
    """All that is in it; afterwards nothing is."""
    found: list[bytes] = []
    while (path := await spool.oldest()) is not None:
        found += await asyncio.to_thread(spool.read, path)
        await spool.remove(path)
    return found


@given(PAYLOADS, st.data())
def test_whatever_is_cut_off_the_frames_before_it_are_whole(payloads: list[bytes], data: st.DataObject) -> None:
    written = b"".join(framed(payload) for payload in payloads)
    cut = data.draw(st.integers(0, len(written)))
    read = list(frames(written[:cut]))
    assert read == payloads[: len(read)]
    assert sum(len(framed(payload)) for payload in payloads[: len(read) + 1]) > cut or read == payloads


@given(PAYLOADS.filter(bool), st.data())
def test_a_byte_that_is_not_as_written_ends_the_reading_before_its_frame(payloads: list[bytes], data: st.DataObject) -> None:
    written = bytearray(b"".join(framed(payload) for payload in payloads))
    place = data.draw(st.integers(0, len(written) - 1))
    written[place] ^= data.draw(st.integers(1, 255))
    read = list(frames(bytes(written)))
    before, length = 0, 0
    while (length := length + len(framed(payloads[before]))) <= place:
        before += 1
    assert read[:before] == payloads[:before]
    assert len(read) == before


@given(PAYLOADS, st.integers(1, 64))
def test_zeros_behind_the_frames_are_none(payloads: list[bytes], zeros: int) -> None:
    assert list(frames(b"".join(framed(payload) for payload in payloads) + bytes(zeros))) == payloads


@given(st.lists(PAYLOADS, min_size=1, max_size=4), st.data())
async def test_a_spool_that_was_killed_holds_what_was_told_and_no_half(runs: list[list[bytes]], data: st.DataObject) -> None:
    with TemporaryDirectory() as name:
        folder, told = Path(name), list[bytes]()
        for payloads in runs:
            spool = opened(folder)
            await asyncio.gather(*(spool.append(payload) for payload in payloads))
            await spool.close()
            told += payloads
            torn = framed(b"nobody was told of this")
            if files := sorted(folder.glob("*.spool")):
                with files[-1].open("ab") as file:
                    file.write(torn[: data.draw(st.integers(0, len(torn) - 1))])
        spool = opened(folder)
        assert await rest(spool) == told
        assert spool.empty
        await spool.close()
        assert list(folder.glob("*.spool")) == []


async def test_what_comes_while_it_is_read_comes_behind(tmp_path: Path) -> None:
    spool = opened(tmp_path)
    await spool.append(b"one")
    path = await spool.oldest()
    await spool.append(b"two")
    assert path is not None
    assert spool.read(path) == [b"one"]
    await spool.remove(path)
    assert await rest(spool) == [b"two"]
    await spool.close()


async def test_files_are_small_enough_to_be_read_at_once(tmp_path: Path) -> None:
    spool = opened(tmp_path)
    many = [bytes([number]) * (SEGMENT_BYTES // 3) for number in range(8)]
    for payload in many:
        await spool.append(payload)
    assert len(list(tmp_path.glob("*.spool"))) == 3
    assert await rest(spool) == many
    await spool.close()


async def test_it_takes_so_much_and_no_byte_more(tmp_path: Path) -> None:
    spool = opened(tmp_path, limit=len(framed(b"12345")) * 2)
    await spool.append(b"12345")
    with pytest.raises(Full):
        spool.append(b"123456")
    await spool.append(b"12345")
    with pytest.raises(Full):
        spool.append(b"1")
    assert await rest(spool) == [b"12345"] * 2
    await spool.append(b"12345")
    await spool.close()


async def test_a_disk_that_takes_nothing_is_said_and_leaves_no_half(tmp_path: Path) -> None:
    spool = opened(tmp_path)
    await spool.append(b"one")
    file = spool._file
    assert file is not None
    spool._file = os.open(tmp_path / "lock", os.O_RDONLY)
    os.close(file)
    with pytest.raises(Full):
        await spool.append(b"two")
    await spool.append(b"three")
    assert await rest(spool) == [b"one", b"three"]
    await spool.close()


async def test_what_waits_for_the_disk_waits_beside_the_event_loop(tmp_path: Path) -> None:
    """Opening, reading and removing files; Python itself tells of each."""
    told: list[tuple[str, int]] = []

    def listen(event: str, arguments: tuple[object, ...]) -> None:
        if event in ("open", "os.remove") and str(arguments[0]).startswith(str(tmp_path)):
            told.append((event, get_ident()))

    spool = opened(tmp_path)
    sys.addaudithook(listen)
    await spool.append(b"one")
    assert await rest(spool) == [b"one"]
    begun = {event for event, _ in told}
    await spool.close()
    assert begun == {"open", "os.remove"}
    assert [event for event, thread in told if thread == get_ident()] == []


async def test_two_collectors_do_not_share_a_spool(tmp_path: Path) -> None:
    spool = opened(tmp_path)
    with pytest.raises(Stop, match="Another collector"):
        opened(tmp_path)
    await spool.close()
    await opened(tmp_path).close()


async def test_what_stands_whole_and_is_not_as_written_is_kept_aside(tmp_path: Path) -> None:
    spool = opened(tmp_path)
    await asyncio.gather(spool.append(b"one"), spool.append(b"two"))
    path = await spool.oldest()
    assert path is not None
    bytes_ = bytearray(path.read_bytes())
    bytes_[len(framed(b"one")) - 1] ^= 1
    path.write_bytes(bytes_)
    assert spool.read(path) == []
    (kept,) = tmp_path.glob("*.damaged")
    assert kept.read_bytes() == bytes(bytes_)
    await spool.close()
