"""``with`` and ``async with`` for what is started and stopped."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from types import TracebackType
from typing import Self


class Startable(ABC):
    """Runs inside the block. Starting and stopping block; ``async with`` does them in a thread."""

    @abstractmethod
    def start(self) -> None:
        """On return it runs."""

    @abstractmethod
    def stop(self) -> None:
        """On return it is gone. May be called twice."""

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    async def __aenter__(self) -> Self:
        await asyncio.to_thread(self.start)
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await asyncio.to_thread(self.stop)
