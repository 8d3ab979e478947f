"""The truth of a simulated world is what its events mean: the oracle's SQL, which has never seen a plan, finds the same."""

from __future__ import annotations

from collections import Counter, defaultdict
from functools import cache
from typing import Any

import msgspec
import pytest

from schemas.codec import Rejected, decode
from schemas.events import CATALOGUE
from schemas.signals import KINDS
from throughline.oracle.answers import answer
from throughline.oracle.records import HISTORY
from throughline.oracle.records import Record as Given
from throughline.simulator import CALM, Episode, Oddity, Rates, Record, Shopper, Summary, Truth, World, simulate
from throughline.simulator.life import live
from throughline.simulator.world import DAY, HOUR, MINUTE

ROUGH = Rates(shared=0.3, duplicated=0.05, late=0.1, disordered=0.2, skewed=0.3, broken=0.02, too_late=0.01, conflicting=0.01)
ABANDONED = ("cart_abandoned", "checkout_abandoned")
OF_A_SESSION = {"search_dead_end", "page_frustration"}
EXPIRED = {*ABANDONED, *OF_A_SESSION, "payment_trouble", "form_trouble", "delay_expected", "repeat_contact"}
NEVER_ENDS = {"browse_abandoned", "bad_score"}
NEVER_RESOLVED = NEVER_ENDS | OF_A_SESSION | {"repeat_contact"}
EVERY = set(KINDS)
"""Of SPEC, section 3."""
WORLDS = {
    "calm": World(seed=11, shoppers=400, days=15, rates=CALM),
    "usual": World(seed=12, shoppers=1_000, days=20),
    "rough": World(seed=13, shoppers=400, days=12, rates=ROUGH),
    "short": World(seed=14, shoppers=300, days=1),
}


class Told:
    """A world's records and its truth."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.truth: list[Truth] = []
        self.records: list[Record] = list(simulate(world, self.truth.append))
        self.episodes = [fact for fact in self.truth if isinstance(fact, Episode)]
        self.shoppers = [fact for fact in self.truth if isinstance(fact, Shopper)]
        self.oddities = [fact for fact in self.truth if isinstance(fact, Oddity)]
        self.summary = self.truth[-1]

    def asked(self, query: str) -> list[tuple[Any, ...]]:
        """SQL's answer to the same records, as of the last of them."""
        given = [Given(HISTORY, 0, offset, record.received_at, record.value) for offset, record in enumerate(self.records)]
        return answer(given, lambda kind, value: value).execute(query).fetchall()


@cache
def told(name: str) -> Told:
    return Told(WORLDS[name])


@pytest.mark.parametrize("name", WORLDS)
def test_sql_finds_every_signal_of_the_truth_and_no_other(name: str) -> None:
    found = told(name).asked("SELECT kind, key, anchor, opened_at, due_at, ended_at, nullif(how, 'open') FROM episodes")
    known = [msgspec.structs.astuple(one)[:-1] for one in told(name).episodes]
    assert sorted(found, key=str) == sorted(known, key=str)


@pytest.mark.parametrize("name", WORLDS)
def test_sql_finds_as_many_sessions_and_orders_as_the_shoppers_had(name: str) -> None:
    sessions = sum(shopper.sessions for shopper in told(name).shoppers)
    orders = {f"order:{order}" for shopper in told(name).shoppers for order in shopper.orders}
    assert told(name).asked("SELECT count(*) FROM sessions") == [(sessions,)]
    assert {key for (key,) in told(name).asked("SELECT key FROM orders WHERE ordered_at IS NOT NULL")} == orders


@pytest.mark.parametrize("name", WORLDS)
def test_every_record_is_judged_as_the_truth_says(name: str) -> None:
    expected = Counter(oddity.reason for oddity in told(name).oddities if oddity.oddity == "broken")
    found = told(name).asked("SELECT verdict, count(*) FROM verdicts WHERE verdict IN ('unreadable', 'invalid', 'no_identity', "
                             "'from_the_future') GROUP BY verdict")  # fmt: skip
    assert dict(found) == expected


@pytest.mark.parametrize("seed", range(1, 6))
def test_every_kind_occurs_among_three_hundred_shoppers_and_most_have_no_trouble(seed: int) -> None:
    facts: list[Truth] = []
    for _ in simulate(World(seed=seed, shoppers=300), facts.append):
        pass
    episodes = [fact for fact in facts if isinstance(fact, Episode)]
    assert {one.kind for one in episodes} == EVERY
    vexed = {one.shopper for one in episodes if one.kind not in (*ABANDONED, "browse_abandoned")}
    assert 300 // 5 < len(vexed) < 300 // 2


def test_each_kind_of_ending_is_met_and_no_other() -> None:
    met = {(one.kind, one.how) for one in told("usual").episodes}
    standing = {(kind, None) for kind in EVERY - OF_A_SESSION}
    expired, resolved = {(kind, "expired") for kind in EXPIRED}, {(kind, "resolved") for kind in EVERY - NEVER_RESOLVED}
    assert met <= standing | expired | resolved
    assert met >= expired | resolved | {(kind, None) for kind in NEVER_ENDS | {"cart_abandoned", "delivery_late"}}


def test_each_edge_of_a_threshold_is_met() -> None:
    episodes = told("usual").episodes
    pauses = {pause for shopper in told("usual").shoppers for pause in _pauses(shopper)}
    for threshold in (15 * MINUTE, 30 * MINUTE):
        assert {threshold - 1, threshold, threshold + 1} <= pauses
    lasted = {
        one.ended_at - one.opened_at for one in episodes if one.kind in ABANDONED and one.how == "resolved" and one.ended_at
    }
    assert {7 * DAY - 1, 7 * DAY} <= lasted
    assert any(7 * DAY + threshold + 1 in pauses for threshold in (15 * MINUTE, 30 * MINUTE))


def _pauses(shopper: Shopper) -> set[int]:
    return {later - earlier for (earlier, _), (later, _) in zip(shopper.acts, shopper.acts[1:], strict=False)}


def test_what_others_do_meets_the_edges_of_its_thresholds_too() -> None:
    waits: set[int] = set()
    world = World(seed=15, shoppers=3_000, days=20)
    for number in range(1, world.shoppers + 1):
        for person in live(world, number):
            about = defaultdict(list)
            for draft in person.drafts:
                about[draft.ids.get("ticket_id") or draft.ids.get("shipment_id") or draft.ids.get("order_id")].append(draft.at)
            waits.update(later - earlier for times in about.values() for earlier in times for later in times)
    for threshold in (4 * HOUR, 48 * HOUR, 72 * HOUR, 5 * DAY):
        assert {threshold - 1, threshold, threshold + 1} <= waits


def test_two_customers_share_a_device_and_keep_their_own_lives() -> None:
    owners = defaultdict(set)
    for record in told("rough").records:
        event = decode(record.value)
        if not isinstance(event, Rejected) and event.customer_id and event.anonymous_id:
            owners[event.anonymous_id].add(event.customer_id)
    assert any(len(people) == 2 for people in owners.values())
    assert any(shopper.number < 0 for shopper in told("rough").shoppers)


@pytest.mark.parametrize("name", WORLDS)
def test_the_truth_is_whole_and_its_sums_are_right(name: str) -> None:
    world, truth = told(name).world, told(name)
    assert isinstance(truth.summary, Summary)
    assert truth.summary.records == len(truth.records)
    assert truth.summary.events == len(truth.records) - len(truth.oddities)
    assert truth.summary.oddities == Counter(oddity.oddity for oddity in truth.oddities)
    assert truth.summary.signals == Counter(one.kind for one in truth.episodes)
    assert len({(one.kind, one.key, one.anchor) for one in truth.episodes}) == len(truth.episodes)
    for one in truth.episodes:
        assert one.kind in EVERY
        assert world.start_at < one.due_at <= one.opened_at < world.as_of
        assert (one.ended_at is None) == (one.how is None)
        assert one.ended_at is None or one.opened_at < one.ended_at <= world.as_of


def test_what_a_person_does_is_what_the_catalogue_holds_to_be_the_customers_doing() -> None:
    drafts = [draft for number in range(1, 200) for person in live(WORLDS["usual"], number) for draft in person.drafts]
    assert len(drafts) > 2_000
    assert {draft.type for draft in drafts if draft.own != (CATALOGUE[draft.type].actor == "customer")} == set()
