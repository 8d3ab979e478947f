"""The short form of ``python -m tests.collector.fuzz``: nothing that is sent makes a collector fall, and all of it is counted."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import pytest

from tests.collector.fuzz import bodies, fuzz

pytestmark = pytest.mark.timeout(300)


async def test_every_crooked_body_gets_an_answer_and_every_event_in_it_a_place(tmp_path: Path) -> None:
    account = await fuzz(tmp_path, count=2_000, seed=20_261_122)
    log = (tmp_path / "collector.log").read_text()
    assert account.faults() == [], f"{account}\n{account.unanswered[:3]}\n{log[-3_000:]}"
    assert {"200", "400", "401"} <= {status for _, status in account.answers}
    assert "Traceback" not in log


def test_a_seed_makes_the_same_bodies_again() -> None:
    one, again = (list(islice(bodies(7, "wk_key"), 100)) for _ in range(2))
    alike = [(door, crooked.door, crooked.body) for door, crooked in one]
    assert alike == [(door, crooked.door, crooked.body) for door, crooked in again]
    assert len({body for _, _, body in alike}) > 60
