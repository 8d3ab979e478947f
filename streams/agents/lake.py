"""What a worker asks of the lake. It is handed in: this package knows none."""

from __future__ import annotations

from typing import Protocol

from schemas.failures import Retry, Stop

__all__ = ["Lake", "Retry", "Stop"]


class Lake(Protocol):
    """Rows by their position in journey.log, written once however often they are brought."""

    def watermarks(self, partition: int, epoch: int) -> None:
        """Begin to own a partition: learn how far its rows are there already, forget any that were not flushed."""

    def append(self, table: str, partition: int, epoch: int, rows: list[tuple[int, bytes]]) -> None:
        """Keep (offset, JSON line) rows for the next flush; those the table already has are dropped."""

    def flush(self, through: dict[tuple[int, int], int]) -> None:
        """On return all rows up to ``through`` ((partition, epoch) → offset) are durable, once. Blocking.

        Raises ``Retry`` where it may be called again, ``Stop`` where another worker has written a partition meanwhile.
        """
