"""What is published of an episode is said once, by its key alone, and taken back only when nobody can claim it any more."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from streams.journey.effects import Effects, Moment
from streams.journey.entries import Claim, ClaimEntry, Instant, Transition
from streams.journey.keeper import Keeper
from streams.journey.rules import Rules, micros
from streams.journey.state import Key
from tests.core.shop import DAY, HOUR, MINUTE, NOON, SECOND, TICK, Shop, event

KEPT = micros(Rules().lateness) + micros(Rules().journey_quiet)
OPENED = Transition(100, "opened", "left", by_deadline=True)
RESOLVED = Transition(200, "resolved", "came back", by_deadline=False)


class Desk:
    """A key and its keeper; ``firing`` is the clock."""

    def __init__(self, rules: Rules | None = None, kind: str = "cart_abandoned") -> None:
        self.kind = kind
        self.keeper = Keeper(rules or Rules(), ("storefront.events",))
        self.key = Key()
        self.out = Effects()
        self.version = 0

    def claims(self, sender: str, *steps: Transition, at: Instant = 300, version: int | None = None) -> None:
        """The sender claims the episode as far as these steps; without any it withdraws."""
        self.version += 1
        claim = Claim(self.kind, f"journey of {sender}", 100, "warning", [], list(steps))
        number = self.version if version is None else version
        entry = ClaimEntry("cart:42", sender, (1, number), "s", claim if steps else None, at)
        self.keeper.take(self.key, entry, self._now(at))
        self.keeper.settle("cart:42", self.key, self._now(at), self.out)

    def clock(self, at: Instant) -> None:
        self.keeper.settle("cart:42", self.key, self._now(at), self.out)

    @property
    def told(self) -> list[tuple[str, str]]:
        return [(row.status, row.subject) for row in self.out.signals]

    def _now(self, at: Instant) -> Moment:
        return Moment(0, 1, 0, 0, firing=at, arrival=at)


# -- the keeper alone -----------------------------------------------------------------------------------------------------------


def test_an_episode_is_told_step_by_step_each_once() -> None:
    desk = Desk()
    desk.claims("tablet", OPENED)
    desk.claims("tablet", OPENED)
    desk.claims("tablet", OPENED, RESOLVED)
    desk.claims("tablet", OPENED, RESOLVED)
    assert desk.told == [("opened", "tablet"), ("resolved", "tablet")]


def test_steps_that_are_known_together_are_told_together() -> None:
    desk = Desk()
    desk.claims("tablet", OPENED, RESOLVED)
    assert desk.told == [("opened", "tablet"), ("resolved", "tablet")]


@pytest.mark.parametrize("order", [("ada claims", "tablet withdraws"), ("tablet withdraws", "ada claims")])
def test_an_episode_that_moves_to_another_journey_is_updated_not_opened_again(order: tuple[str, str]) -> None:
    desk = Desk()
    desk.claims("tablet", OPENED)
    for step in order:
        desk.claims(step.split()[0], *([OPENED] if "claims" in step else []))
    desk.clock(10_000)
    assert desk.told == [("opened", "tablet"), ("updated", "ada")]


@pytest.mark.parametrize(("clock", "status"), [(299, "opened"), (300, "opened"), (301, "retracted")])
def test_what_nobody_claims_any_more_is_retracted_when_the_clock_has_passed_it(clock: Instant, status: str) -> None:
    desk = Desk()
    desk.claims("tablet", OPENED, at=200)
    desk.claims("tablet", at=300)
    desk.clock(clock)
    assert desk.told[-1] == (status, "tablet")


def test_what_is_claimed_again_after_it_was_retracted_is_opened_again() -> None:
    desk = Desk()
    desk.claims("tablet", OPENED)
    desk.claims("tablet")
    desk.clock(400)
    desk.claims("ada", OPENED, at=500)
    assert [status for status, _ in desk.told] == ["opened", "retracted", "opened"]


def test_what_was_never_told_is_not_retracted() -> None:
    desk = Desk()
    desk.claims("tablet")
    desk.clock(400)
    assert desk.told == []


def test_an_older_word_of_the_same_sender_is_not_heard() -> None:
    desk = Desk()
    desk.claims("tablet", OPENED, RESOLVED, version=5)
    desk.claims("tablet", OPENED, version=4)
    desk.claims("tablet", version=5)
    desk.clock(400)
    assert [status for status, _ in desk.told] == ["opened", "resolved"]


def test_of_two_who_claim_it_the_one_that_found_it_first_is_told_whoever_came_first() -> None:
    early = Transition(90, "opened", "left", by_deadline=True)
    for first, second in (("ada", "bob"), ("bob", "ada")):
        desk = Desk()
        for name in (first, second):
            desk.claims(name, early if name == "bob" else OPENED)
        assert desk.told[-1][1] == "bob"


def test_of_two_who_found_it_at_once_the_lesser_name_is_told() -> None:
    desk = Desk()
    desk.claims("bob", OPENED)
    desk.claims("ada", OPENED)
    desk.claims("cyd", OPENED)
    assert desk.told == [("opened", "bob"), ("updated", "ada")]


def test_another_ending_takes_the_place_of_the_one_that_was_told() -> None:
    desk = Desk()
    desk.claims("ada", OPENED, RESOLVED)
    desk.claims("ada", OPENED, Transition(150, "resolved", "came back earlier", by_deadline=False))
    assert [(row.status, row.ended_at) for row in desk.out.signals] == [("opened", None), ("resolved", 200), ("resolved", 150)]


@pytest.mark.parametrize(("step", "held"), [(-1, 1), (0, 1), (1, 0)])
def test_an_episode_that_is_over_is_forgotten_when_no_touchpoint_can_change_hands(step: int, held: int) -> None:
    desk = Desk()
    desk.claims("ada", OPENED, RESOLVED, at=300)
    desk.clock(300 + KEPT + step)
    assert len(desk.key.held) == held


@pytest.mark.parametrize(("step", "held"), [(-1, 1), (0, 1), (1, 0)])
def test_what_nothing_can_end_is_forgotten_as_if_it_were_over(step: int, held: int) -> None:
    desk = Desk(kind="bad_score")
    desk.claims("ada", OPENED, at=300)
    desk.clock(300 + KEPT + step)
    assert len(desk.key.held) == held


def test_an_episode_that_stands_open_is_never_forgotten() -> None:
    desk = Desk()
    desk.claims("ada", OPENED)
    desk.clock(100 * KEPT)
    assert len(desk.key.held) == 1


@pytest.mark.parametrize(("said_at", "heard"), [(301, 1), (300, 1), (299, 0)])
def test_a_claim_from_before_what_may_be_forgotten_is_a_repetition(said_at: Instant, heard: int) -> None:
    """After a crash a claim is said again, far behind the time it was made at; what it was about may be long over."""
    desk = Desk()
    entry = ClaimEntry("cart:42", "ada", (1, 1), "s", None, said_at)
    desk.keeper.take(desk.key, entry, Moment(0, firing=300 + KEPT))
    assert len(desk.key.held) == heard


def test_a_share_of_the_keys_is_held_out_and_always_the_same_ones() -> None:
    for share, marked in ((0.0, False), (1.0, True)):
        desk = Desk(Rules(holdout_share=share))
        desk.claims("ada", OPENED)
        assert [row.holdout for row in desk.out.signals] == [marked]


def test_a_change_is_dated_by_the_log_never_before_itself() -> None:
    desk = Desk()
    desk.claims("ada", OPENED, at=50)
    desk.claims("ada", OPENED, RESOLVED, at=300)
    assert [row.changed_at for row in desk.out.signals] == [100, 300]


def test_what_is_published_and_still_claimed_is_kept_once_and_outlives_its_claim() -> None:
    desk = Desk()
    desk.claims("tablet", OPENED)
    held = desk.key.held["s"]
    published = held.published
    assert (published, held.published_was) == (held.claims["tablet"][1], None)
    desk.claims("tablet")
    assert held.published == published
    desk.claims("tablet", OPENED)
    assert (held.published, held.published_was) == (published, None)
    assert desk.told == [("opened", "tablet")]


# -- the keeper in the shop -----------------------------------------------------------------------------------------------------


def left(name: str = "left", after: timedelta = timedelta(), **fields: Any) -> dict[str, Any]:
    return event("product_added", after, event_id=name, anonymous_id="tablet", cart_id="x", **fields)


def login(after: timedelta) -> dict[str, Any]:
    return event("page_viewed", after, event_id="login", anonymous_id="tablet", customer_id="ada")


@pytest.mark.parametrize("partitions", [1, 4])
def test_a_login_in_the_middle_of_an_episode_repeats_no_signal(partitions: int) -> None:
    shop = Shop(partitions=partitions)
    shop.hears(left())
    shop.clock(HOUR)
    shop.hears(login(2 * HOUR))
    shop.clock(DAY)
    assert [status for status, _, _ in shop.changes] in (["opened", "resolved"], ["opened", "updated", "resolved"])
    assert shop.signals[-1].subject == "customer:ada"


def test_an_alarm_that_was_no_alarm_is_taken_back() -> None:
    """What the customer did in time arrives only afterwards."""
    shop = Shop()
    shop.hears(left())
    shop.clock(HOUR)
    shop.hears(event("page_viewed", 10 * MINUTE, anonymous_id="tablet"), left("again", 20 * MINUTE))
    shop.clock(2 * HOUR)
    assert shop.changes[:2] == [("opened", "cart_abandoned", "cart:x"), ("opened", "cart_abandoned", "cart:x")]
    assert shop.changes[2:] == [("retracted", "cart_abandoned", "cart:x")]
    assert shop.episodes() == [("cart_abandoned", "cart:x", 50 * MINUTE, None, "opened")]


def test_an_alarm_is_not_taken_back_before_the_clock_moves() -> None:
    shop = Shop()
    shop.hears(left())
    shop.clock(HOUR)
    shop.hears(event("order_completed", 10 * MINUTE, anonymous_id="tablet", order_id="7"))
    assert [status for status, _, _ in shop.changes] == ["opened"]
    shop.clock(HOUR + TICK)
    assert [status for status, _, _ in shop.changes] == ["opened", "retracted"]


def test_an_alarm_that_was_late_is_told_with_the_time_it_was_due() -> None:
    shop = Shop()
    shop.clock(DAY)
    shop.hears(left())
    shop.clock(DAY + SECOND)
    assert shop.episodes() == [("cart_abandoned", "cart:x", 30 * MINUTE, None, "opened")]


def test_history_is_marked_as_replayed() -> None:
    shop = Shop()
    shop.hears(left())
    shop.clock(HOUR)
    assert [row.replay for row in shop.signals] == [True]


def test_what_changes_nothing_that_is_shown_of_an_ended_episode_is_not_said_again() -> None:
    """A late estimate is another word in why it opened; how it ended stays as it was told."""
    shop = Shop()
    shop.hears(
        event("order_completed", order_id="7"),
        event("delivery_promised", order_id="7", properties={"promised_at": (NOON + DAY).isoformat()}),
        event("delivered", 25 * HOUR, order_id="7"),
    )
    shop.clock(2 * DAY)
    told = list(shop.changes)
    shop.hears(event("estimate_updated", HOUR, order_id="7", properties={"estimated_at": (NOON + HOUR).isoformat()}))
    shop.clock(3 * DAY)
    assert shop.changes == told == [("opened", "delivery_late", "order:7"), ("resolved", "delivery_late", "order:7")]
