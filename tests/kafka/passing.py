"""A cluster for the length of a test."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from throughline.apache import ApacheKafka


@contextmanager
def passing(kafka: ApacheKafka) -> Iterator[ApacheKafka]:
    """Killed at the end, as nobody wants its data: a clean shutdown takes a node seconds, and the last of three half a minute."""
    with kafka:
        try:
            yield kafka
        finally:
            kafka.kill()
