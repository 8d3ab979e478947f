"""Judges a lake against what was given: every fault by name, or one line that all is well.

``Lost``: an accepted event is not in the lake. ``Duplicated``: something counts twice. ``Invented``: something has no cause.
``Missed``: something has a cause and is not there. ``Unaccounted``: a record ended in no named place. ``WentBack``: a commit or
the clock did. The names are Jepsen's manner; the SQL of each stands in ``faults/``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import duckdb

from schemas.signals import KINDS
from throughline.oracle.answers import HERE, answer
from throughline.oracle.decoding import HashIdentifier
from throughline.oracle.definitions import Definitions
from throughline.oracle.lake import read_lake
from throughline.oracle.records import Record


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong, and about what."""

    key: str
    sentence: str

    @property
    def name(self) -> str:
        return type(self).__name__

    def __str__(self) -> str:
        return f"{self.name}: {self.sentence}"


class Lost(Fault):
    pass


class Duplicated(Fault):
    pass


class Invented(Fault):
    pass


class Missed(Fault):
    pass


class Unaccounted(Fault):
    pass


class WentBack(Fault):
    pass


FAULTS: dict[str, type[Fault]] = {
    "lost": Lost,
    "duplicated": Duplicated,
    "invented": Invented,
    "missed": Missed,
    "unaccounted": Unaccounted,
    "went_back": WentBack,
}


@dataclass(frozen=True)
class Verdict:
    """What was found; ``faults`` is empty where all is well."""

    counts: dict[str, int]
    """Events in the lake; journeys and signals that there should be."""
    faults: list[Fault]

    def summary(self) -> str:
        """One line: ``ok: …``, or how many faults of which name."""
        counts = ", ".join(f"{_spaced(count)} {what}" for what, count in self.counts.items())
        if not self.faults:
            return f"ok: {counts}: nothing lost, duplicated, invented, missed, unaccounted, and nothing went back"
        names = [fault.name for fault in self.faults]
        return f"not ok: {counts}: " + ", ".join(f"{names.count(kind.__name__)} {kind.__name__}" for kind in FAULTS.values())


def verify(
    lake: Path,
    inputs: Iterable[Record],
    hash_identifier: HashIdentifier,
    definitions: Definitions = Definitions(),  # noqa: B008  (frozen)
    as_of: int | None = None,
    kinds: Iterable[str] = KINDS,
) -> Verdict:
    """Compares ``lake`` with ``inputs``, which must be all that it was made from and have been worked off.

    ``as_of`` (µs) is how far the clock has come; without it the inputs' last ticks say so, else their last arrival. ``kinds`` are
    the signals that were looked for when the lake was made; one of any other kind is invented.
    """
    with answer(inputs, hash_identifier, definitions, as_of, kinds) as connection:
        read_lake(connection, lake)
        connection.execute((HERE / "published.sql").read_text())
        faults = [kind(*row) for name, kind in FAULTS.items() for row in _rows(connection, name)]
        relations = {"events": "lake.events", "journeys": "journeys", "signals": "episodes"}
        return Verdict({what: _count(connection, relation) for what, relation in relations.items()}, faults)


def _rows(connection: duckdb.DuckDBPyConnection, fault: str) -> list[tuple[str, str]]:
    return connection.execute((HERE / "faults" / f"{fault}.sql").read_text() + "\nORDER BY ALL").fetchall()


def _count(connection: duckdb.DuckDBPyConnection, relation: str) -> int:
    row = connection.execute(f"SELECT count(*) FROM {relation}").fetchone()  # noqa: S608  (our own names)
    assert row is not None
    return int(row[0])


def _spaced(count: int) -> str:
    """Thousands apart: 81 204."""
    return f"{count:,}".replace(",", " ")
