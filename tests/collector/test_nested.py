"""A body that is nested too deep for somebody on its way is refused, whoever that is: reading takes less stack than writing."""

from __future__ import annotations

import pytest

from streams.collector.doors import DOORS
from tests.collector.rig import Collector

EMAIL = b'{"email": "ada@example.com"}'
"""Is looked for however deep it stands."""
DEPTHS = (50, 150, 300, 400, 500, 600, 700, 800, 900, 990, 1_100)


@pytest.mark.parametrize("path", [door.path for door in DOORS if door.proof == "key"])
async def test_it_is_taken_or_refused_but_no_fault_of_ours(path: str, collector: Collector) -> None:
    for depth in DEPTHS:
        for opening, closing in ((b"[", b"]"), (b'{"properties":', b"}")):
            inside = b'{"type": "track", "event": "Product Viewed", "userId": "ada", "properties": ' + opening * depth
            answer = await collector.post(path, inside + EMAIL + closing * depth + b"}")
            assert answer.status in (200, 204, 400), (depth, answer.text)
            bare = await collector.post(path, opening * depth + EMAIL + closing * depth)
            assert bare.status in (200, 204, 400), (depth, bare.text)
