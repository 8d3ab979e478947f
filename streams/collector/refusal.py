"""A request that is not taken: the status, and words for whoever sent it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self

RETRY_AFTER = "1"
"""Seconds."""


class Refusal(Exception):
    def __init__(self, status: int, words: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(words)
        self.status = status
        self.words = words
        self.headers = dict(headers or {})

    @classmethod
    def busy(cls, words: str) -> Self:
        """Nothing was taken, and later it may be."""
        return cls(503, words, {"Retry-After": RETRY_AFTER})

    @classmethod
    def unknown(cls, words: str) -> Self:
        return cls(401, words, {"WWW-Authenticate": 'Bearer realm="throughline"'})
