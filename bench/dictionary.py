"""Makes the dictionary that states are compressed with, from what simulated customers leave: same worlds, same dictionary.

`--number` names a new one; the package then has it beside the older ones, and `DICTIONARY` in streams/journey/packing.py says
which is written with. Without it, nothing is written: a dictionary is trained and compared with the one in use.
"""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import zstandard as zstd

from bench.population import CLOCK, lived
from bench.table import show
from streams.journey.packing import DICTIONARIES, DICTIONARY, LEVEL, compressor, dictionary, unpack_raw
from throughline.simulator import World, write

SIZE = 48 * 1024
"""Bytes: twice as much gains 1 %."""
SHOPPERS = 1_000
TAUGHT_BY = (
    World(seed=11, shoppers=SHOPPERS, start=datetime(2026, 3, 2, tzinfo=UTC)),
    World(seed=12, shoppers=SHOPPERS, start=datetime(2027, 9, 6, tzinfo=UTC)),
)
"""Two years, so that no date is learned as if it were for ever."""
TRIED_ON = World(seed=13, shoppers=SHOPPERS, start=datetime(2028, 6, 5, tzinfo=UTC))


def states(world: World) -> list[bytes]:
    """What is kept after this world, as msgpack."""
    with TemporaryDirectory(prefix="throughline-bench-") as folder:
        file = Path(folder) / "events.jsonl"
        write(world, file, file.with_suffix(".truth"))
        return [unpack_raw(packed) for name, packed in lived(file).items() if not name.startswith(CLOCK)]


def trained() -> bytes:
    samples: list[bytes | bytearray | memoryview] = [state for world in TAUGHT_BY for state in states(world)]
    return zstd.train_dictionary(SIZE, samples, level=LEVEL, dict_id=1).as_bytes()


def share(samples: list[bytes], known: bytes) -> str:
    """What is left of them."""
    compress = compressor(zstd.ZstdCompressionDict(known)).compress
    return f"{sum(len(compress(state)) for state in samples) / sum(map(len, samples)):.1%}"


def main() -> None:
    parser = ArgumentParser(description=str(__doc__))
    parser.add_argument("--number", type=int, metavar="N", help="write it into the package under this number")
    given = parser.parse_args()
    new, tried = trained(), states(TRIED_ON)
    columns = ("dictionary", "bytes", "left of states it has not seen")
    rows = [("trained now", f"{len(new):,}", share(tried, new))]
    if given.number is not None:
        (DICTIONARIES / f"{given.number}.zdict").write_bytes(new)
    else:
        used = dictionary(DICTIONARY).as_bytes()
        rows.append((f"{DICTIONARY}, in use", f"{len(used):,}", share(tried, used)))
    show(columns, rows)


if __name__ == "__main__":
    main()
