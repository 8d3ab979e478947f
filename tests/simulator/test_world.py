"""The same seed gives the same bytes, the rates are kept, and whatever is not broken is an event."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest

from schemas.codec import Rejected, decode
from schemas.instants import micros
from streams.journey.routing import RouteOut, Router, Source
from streams.journey.rules import Rules
from throughline.simulator import CALM, Oddity, Rates, Record, Shopper, World, simulate, write
from throughline.simulator.broken import BROKEN, Broken
from throughline.simulator.world import DAY

USUAL = World(seed=5, shoppers=600, days=7)
DIGEST = "from hashlib import sha256; from throughline.simulator import World, simulate; h = sha256(); facts = []\n"
DIGEST += "for r in simulate(World(seed=5, shoppers=60, days=3), facts.append): h.update(r.value)\n"
DIGEST += "print(h.hexdigest(), sha256(repr(facts).encode()).hexdigest())"


@pytest.fixture(scope="module")
def usual() -> list[Record]:
    return list(simulate(USUAL))


def test_the_same_seed_gives_the_same_bytes_in_any_process() -> None:
    digests = set()
    for hash_seed in ("1", "2"):
        done = subprocess.run(
            [sys.executable, "-c", DIGEST], env={**os.environ, "PYTHONHASHSEED": hash_seed, "TZ": "Asia/Tokyo"},
            cwd=Path(__file__).parents[2], capture_output=True, check=True,
        )  # fmt: skip
        digests.add(done.stdout)
    assert len(digests) == 1


def test_another_seed_gives_other_people(usual: list[Record]) -> None:
    other = simulate(World(seed=6, shoppers=600, days=7))
    assert not {record.key for record in usual} & {record.key for record in other}


def test_records_come_in_the_order_they_arrive_and_say_so(usual: list[Record]) -> None:
    assert all(one.received_at <= other.received_at for one, other in pairwise(usual))
    for record in usual:
        if record.odd is None:
            assert micros(datetime.fromisoformat(json.loads(record.value)["received_at"])) == record.received_at
    assert usual[-1].received_at == USUAL.as_of > usual[-2].received_at


def test_every_record_that_is_not_broken_is_an_event_on_its_topic(usual: list[Record]) -> None:
    for record in usual:
        event = decode(record.value)
        if record.odd is None or record.odd.oddity != "broken":
            assert not isinstance(event, Rejected), event
        assert b"\n" not in record.value


def test_every_type_of_the_four_topics_that_shoppers_and_shops_know_is_met(usual: list[Record]) -> None:
    met = Counter(record.topic for record in usual)
    assert set(met) == {"storefront.events", "checkout.events", "delivery.events", "support.events"}
    types = {event.type for record in usual if not isinstance(event := decode(record.value), Rejected)}
    assert len(types) >= 40


def test_the_rates_are_kept(usual: list[Record]) -> None:
    odd = Counter(record.odd.oddity if record.odd else "" for record in usual)
    rates = USUAL.rates
    for name, share in (("duplicate", rates.duplicated), ("broken", rates.broken)):
        assert share / 2 < odd[name] / len(usual) < share * 2
    delays = [_delay(record) for record in usual if record.odd is None]
    assert max(delays) <= rates.longest_delay
    assert 0.005 < sum(delay > 300_000_000 for delay in delays) / len(delays) < 0.02
    assert 0.03 < sum(3_000_000 < delay <= 300_000_000 for delay in delays) / len(delays) < 0.08


def _delay(record: Record) -> int:
    """Between what happened, on the shop's clock, and its receipt."""
    event = decode(record.value)
    assert not isinstance(event, Rejected)
    return (event.sent_at or record.received_at) - event.occurred_at


def test_a_calm_world_has_nothing_but_events() -> None:
    records = list(simulate(World(seed=7, shoppers=200, days=5, rates=CALM)))
    assert all(record.odd is None for record in records)
    assert max(_delay(record) for record in records) <= 3_000_000


def test_a_clock_that_is_wrong_is_wrong_by_what_sending_says() -> None:
    records = simulate(World(seed=8, shoppers=100, days=5, rates=Rates(skewed=1, broken=0, too_late=0)))
    events = [event for record in records if not isinstance(event := decode(record.value), Rejected)]
    ahead = [event.occurred_at - event.received_at for event in events if event.sent_at and event.received_at]
    assert max(ahead) > 3_600_000_000
    assert all(event.sent_at >= event.occurred_at for event in events if event.sent_at)


@pytest.mark.parametrize("kind", BROKEN, ids=lambda kind: kind.name)
def test_what_is_broken_becomes_a_dead_letter_with_its_reason(kind: Broken) -> None:
    at = USUAL.start_at
    base = {"event_id": "e1", "type": "page_viewed", "occurred_at": "2026-01-05T00:00:00.000000Z", "anonymous_id": "d1"}
    raw = kind.spoil(base | {"received_at": "2026-01-05T00:00:00.000000Z", "source": "shop"})
    out = RouteOut()
    Router(1, Rules(), lambda kind, value: value).route([Source(0, 0, 0, at, raw)], out)
    (letter,) = (json.loads(row) for _, row in out.dead_letters)
    assert letter["reason"] == kind.reason
    assert letter.get("event_id") == "e1" or not kind.known
    assert b"\n" not in raw


def test_files_hold_what_was_simulated_and_oddities_are_where_the_truth_says(tmp_path: Path) -> None:
    world = World(seed=9, shoppers=300, days=4, rates=Rates(broken=0.05, duplicated=0.05))
    heard: list[int] = []
    summary = write(world, tmp_path / "events.jsonl", tmp_path / "truth.jsonl", heard.append)
    lines = (tmp_path / "events.jsonl").read_bytes().split(b"\n")[:-1]
    assert lines == [record.value for record in simulate(world)]
    assert summary.records == len(lines) == sum(heard)
    truth = [json.loads(line) for line in (tmp_path / "truth.jsonl").read_bytes().splitlines()]
    assert truth[-1]["what"] == "summary"
    seen: set[str] = set()
    by_line = {fact["line"]: msgspec.convert(fact, Oddity) for fact in truth if fact["what"] == "oddity"}
    for number, line in enumerate(lines, start=1):
        event, odd = decode(line), by_line.get(number)
        assert isinstance(event, Rejected) == (odd is not None and odd.reason in ("unreadable", "invalid"))
        if odd is not None and odd.oddity in ("duplicate", "conflict"):
            assert odd.event_id in seen
        if not isinstance(event, Rejected):
            seen.add(event.event_id)


def test_shoppers_come_one_after_another_until_the_end_and_most_when_it_is_busy() -> None:
    world = World(seed=1, shoppers=2_000, days=2)
    visits = [world.first_visit(number) for number in range(world.shoppers)]
    assert all(one <= other for one, other in pairwise(visits))
    assert world.start_at <= visits[0]
    assert visits[-1] < world.end_at
    hours = Counter((at - world.start_at) % DAY // (DAY // 24) for at in visits)
    assert hours[20] > 5 * hours[3] > 0


def test_nobody_is_thought_up_before_their_time_so_a_long_world_is_not_held_in_memory() -> None:
    world = World(seed=3, shoppers=300, days=30)
    met: list[int] = []
    for record in simulate(world, lambda fact: met.append(fact.number) if isinstance(fact, Shopper) else None):
        assert record.received_at >= world.first_visit(max(met) - 1)


@pytest.mark.parametrize("rates", [{"late": 1.1}, {"broken": -0.1}, {"late_by": timedelta(days=15)}, {"late_by": timedelta(0)}])
def test_rates_that_cannot_be_are_refused(rates: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"late_by|share"):
        Rates(**rates)  # type: ignore[arg-type]


@pytest.mark.parametrize("world", [{"shoppers": -1}, {"days": 0}, {"start": datetime(2026, 1, 1)}])  # noqa: DTZ001
def test_worlds_that_cannot_be_are_refused(world: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=r"world|time zone"):
        World(**world)  # type: ignore[arg-type]
