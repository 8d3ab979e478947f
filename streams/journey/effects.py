"""What the core asks the shells to do: it does nothing itself."""

from __future__ import annotations

from collections import Counter

import msgspec
from msgspec import Struct, field

from schemas.tables import Row, SignalRow
from streams.journey.entries import Entry, EventEntry, Instant, Version, position

_json = msgspec.json.Encoder().encode


class Effects(Struct):
    """The effects of a stretch of journey.log. Each may be carried out twice without harm."""

    log: dict[int, list[Entry]] = field(default_factory=dict)
    """Entries for journey.log, by partition, in order."""
    signals: list[SignalRow] = field(default_factory=list)
    """For friction.signals, in order."""
    rows: dict[str, list[tuple[int, bytes]]] = field(default_factory=dict)
    """Lake rows by table: (offset of the log record they stand for, the row as a JSON line)."""
    journeys: list[tuple[str, bytes | None]] = field(default_factory=list)
    """For the journeys topic: (journey id, its row as JSON, or None when it is withdrawn)."""
    states: list[tuple[str, bytes | None]] = field(default_factory=list)
    """For the changelog: what was touched, packed; None of what is forgotten. The partition's clock stands last, so that
    whoever finds it finds everything before it."""
    dead_letters: list[tuple[str, bytes]] = field(default_factory=list)
    """For events.dead-letter: (id, JSON)."""
    conflicts: list[EventEntry] = field(default_factory=list)
    """Events whose id was another's: the stitcher makes dead letters of them."""
    counts: Counter[str] = field(default_factory=Counter)
    """``events duplicates redelivered conflicts late entries``."""

    def row(self, table: str, offset: int, line: bytes) -> None:
        lines = self.rows.get(table)
        if lines is None:
            lines = self.rows[table] = []
        lines.append((offset, line))

    def send(self, partition: int, entry: Entry) -> None:
        entries = self.log.get(partition)
        if entries is None:
            entries = self.log[partition] = []
        entries.append(entry)


class Moment(Struct):
    """Where in journey.log we stand, and what time it is there."""

    partition: int
    epoch: int = 0
    offset: int = -1
    index: int = 0
    firing: Instant = -1
    arrival: Instant = -1
    cause: Instant = -1
    """The arrival clock under which what is being worked off entered the log, here or at whoever sent it on."""
    replay: bool = False
    rows: int = 0
    """Rows written in this record so far: the order among those of one entry."""

    @property
    def version(self) -> Version:
        return self.epoch, position(self.offset, self.index)

    def stamp(self, row: Row) -> Row:
        """Say in the row where it was made."""
        row.log_partition, row.log_epoch, row.log_offset = self.partition, self.epoch, self.offset
        row.log_index = self.rows
        self.rows += 1
        return row

    def placed(self, row: bytes, index: int, owner: str | None = None) -> bytes:
        """A row that came along in the log, with its place there spliced in: nothing is parsed for it."""
        whose = b"" if owner is None else b',"owner":' + _json(owner)
        place = (self.partition, self.epoch, self.offset, index)
        return b'%s%s,"log_partition":%d,"log_epoch":%d,"log_offset":%d,"log_index":%d}' % (row[:-1], whose, *place)
