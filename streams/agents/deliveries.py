"""Which batches of a partition are out, and how far they are done."""

from __future__ import annotations

from collections import deque


class Deliveries:
    """The batches of one partition that were handed to an agent, by the offset of their last record.

    Faust seeks back to the committed offset after it has begun to deliver, so records may come twice, in batches with other
    borders. The first delivery stands: it is in somebody's hands already.
    """

    def __init__(self) -> None:
        self._out: deque[int] = deque()
        self._done: set[int] = set()
        self.through = -1
        """The offset of the last record delivered."""

    def deliver(self, last: int) -> None:
        """A batch that ends with this offset, behind all others, is handed out."""
        self._out.append(last)
        self.through = last

    def acknowledge(self, last: int) -> None:
        """All that follows from the batch that ends with this offset is durable."""
        self._done.add(last)

    def committable(self) -> int | None:
        """The offset behind the last acknowledged batch that has no unacknowledged one before it; None if there is none."""
        through = None
        for last in self._out:
            if last not in self._done:
                break
            through = last + 1
        return through

    def commit(self, offset: int) -> None:
        """The group has taken this offset; what is before it need not be remembered."""
        while self._out and self._out[0] < offset:
            self._out.popleft()
        self._done = {last for last in self._done if last >= offset}
