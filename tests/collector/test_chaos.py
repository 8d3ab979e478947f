"""The short form of ``python -m tests.collector.chaos``: what got a 200 while all went wrong is in the lake, once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.collector.chaos import broker, run

pytestmark = pytest.mark.timeout(300)


async def test_what_was_answered_while_the_broker_slept_and_the_collector_died_is_in_the_lake_once(tmp_path: Path) -> None:
    with broker(tmp_path / "broker", apache=False) as away:
        outcome = await run(tmp_path, away, pace=300, seconds=5)
    assert outcome.good, outcome
    assert outcome.spooled > 0, outcome
    assert outcome.tally.again > 0, outcome
