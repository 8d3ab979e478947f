"""The kit that every detector passes: whatever it is about, it is told once, in time, and of nobody else."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import fields, replace
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest

from schemas.signals import KINDS
from schemas.tables import SignalRow
from streams.journey.detectors import DETECTORS, Detector
from streams.journey.rules import Rules
from tests.core.shop import DAY, HOUR, MINUTE, SECOND, TICK, Shop, after_noon, event
from tests.kits.detectors import TROUBLES, Trouble

NOW = timedelta()
OTHERS = {"customer_id": "bob", "cart_id": "his", "checkout_id": "his", "order_id": "his", "ticket_id": "his"}
AROUND = pytest.mark.parametrize("step", [-TICK, NOW, TICK], ids=["before", "at", "after"])


def each(troubles: Iterable[Trouble]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("trouble", troubles, ids=lambda trouble: trouble.kind)


EACH = each(TROUBLES.values())
WAITED_FOR = [trouble for trouble in TROUBLES.values() if not trouble.by_event]
BY_EVENT = [trouble for trouble in TROUBLES.values() if trouble.by_event]
WITH_RELIEF = [trouble for trouble in TROUBLES.values() if trouble.relief is not None]

NEITHER_HERE_NOR_THERE = [
    event("experiment_viewed", MINUTE, customer_id="ada", properties={"experiment_id": "x", "variation_id": "y"}),
    event("loyalty_changed", 2 * MINUTE, customer_id="ada"),
    event("agent_replied", 3 * MINUTE, customer_id="ada", ticket_id="t", properties={"by": "human"}),
    event("shipment_created", 4 * MINUTE, customer_id="ada", order_id="other"),
    event("delivered", 5 * MINUTE, customer_id="ada", order_id="other"),
    event("order_refunded", 6 * MINUTE, customer_id="ada", order_id="other", properties={"amount_minor": 1, "currency": "EUR"}),
]
"""What the customer did not do, about things that nobody waits for."""


def told(shop: Shop, trouble: Trouble) -> list[SignalRow]:
    return [row for row in shop.signals if row.kind == trouble.kind]


def standing(shop: Shop, trouble: Trouble) -> list[Any]:
    """(key, opened, ended, status) of each episode of the kind that stands."""
    return [episode[1:] for episode in shop.episodes() if episode[0] == trouble.kind]


def story(trouble: Trouble, after: timedelta = HOUR) -> list[dict[str, Any]]:
    """Its causes and, where something ends it, that, so long after it is due."""
    return [*trouble.causes, *([trouble.relief(trouble.due + after)] if trouble.relief is not None else [])]


def heard(*events: dict[str, Any], until: timedelta) -> Shop:
    shop = Shop()
    shop.hears(*events)
    shop.clock(until)
    return shop


# -- a place in the list --------------------------------------------------------------------------------------------------


def test_every_detector_has_its_story_here_and_its_words_in_the_contract() -> None:
    kinds = [detector.kind for detector in DETECTORS]
    assert sorted(kinds) == sorted(TROUBLES) == sorted(set(kinds))
    assert set(kinds) <= KINDS.keys()


@pytest.mark.parametrize("detector", DETECTORS, ids=lambda detector: detector.kind)
def test_other_settings_are_another_digest(detector: Detector) -> None:
    digest = Rules().digests[detector.kind]
    for field in fields(detector):
        value = 99 if isinstance(getattr(detector, field.name), int) else timedelta(seconds=51)
        other = replace(detector, **{field.name: value})
        assert Rules(detectors=(other,)).digests[detector.kind] != digest
    assert detector.version >= 1


def test_a_journey_in_which_nothing_goes_wrong_is_no_trouble() -> None:
    assert heard(event("page_viewed"), until=400 * DAY).changes == []


# -- in time ----------------------------------------------------------------------------------------------------------------


@each(WAITED_FOR)
@AROUND
def test_it_is_told_once_the_clock_has_passed_the_due_moment(trouble: Trouble, step: timedelta) -> None:
    found = standing(heard(*trouble.causes, until=trouble.due + step), trouble)
    assert found == [(trouble.key, trouble.due, None, "opened")] * (step > NOW)


@each(BY_EVENT)
def test_what_an_event_makes_trouble_is_told_at_once(trouble: Trouble) -> None:
    shop = Shop()
    shop.hears(*trouble.causes[:-1])
    assert told(shop, trouble) == []
    shop.hears(trouble.causes[-1])
    assert standing(shop, trouble) == [(trouble.key, trouble.due, None, "opened")]


@each(WAITED_FOR)
@AROUND
def test_relief_by_the_due_moment_prevents_it(trouble: Trouble, step: timedelta) -> None:
    prevents = trouble.relief or trouble.prevents
    assert prevents is not None
    found = standing(heard(*trouble.causes, prevents(trouble.due + step), until=trouble.due + SECOND), trouble)
    ended = (trouble.due + step, "resolved") if trouble.relief is not None else (None, "opened")
    assert found == [(trouble.key, trouble.due, *ended)] * (step > NOW)


@each(WITH_RELIEF)
@pytest.mark.parametrize("after", [TICK, HOUR])
def test_relief_ends_it_at_once(trouble: Trouble, after: timedelta) -> None:
    shop = heard(*trouble.causes, until=trouble.due + TICK)
    shop.hears(story(trouble, after)[-1])
    assert standing(shop, trouble) == [(trouble.key, trouble.due, trouble.due + after, "resolved")]


@EACH
@AROUND
def test_it_ends_by_itself_when_it_is_no_longer_news_or_never(trouble: Trouble, step: timedelta) -> None:
    lasts = trouble.expires or 20 * DAY
    ((_, _, _, status),) = standing(heard(*trouble.causes, until=trouble.due + lasts + step), trouble)
    assert status == ("expired" if trouble.expires is not None and step > NOW else "opened")


@EACH
def test_a_signal_is_whole(trouble: Trouble) -> None:
    shop = heard(*trouble.causes, until=trouble.due + SECOND)
    (row,) = told(shop, trouble)
    kind = KINDS[trouble.kind]
    assert (row.status, row.severity, row.detector, row.subject) == ("opened", kind.severity, trouble.kind, "customer:ada")
    assert row.key.partition(":")[0] in (kind.about, "shipment")
    assert after_noon(row.opened_at) == trouble.due
    evidence = [one["event_id"] for one in json.loads(row.evidence)]
    assert evidence
    assert set(evidence) <= {cause["event_id"] for cause in trouble.causes}
    assert row.journey_id == shop.journeys()[0].journey_id
    assert (bool(row.action), bool(row.reason), bool(row.settings_digest)) == (True, True, True)


# -- once -------------------------------------------------------------------------------------------------------------------


@EACH
def test_what_is_delivered_again_is_not_told_again(trouble: Trouble) -> None:
    events = story(trouble)
    shop = heard(*events, until=trouble.due + DAY)
    once = list(shop.changes)
    shop.hears(*events)
    shop.clock(trouble.due + 2 * DAY)
    assert shop.changes == once


@EACH
def test_a_restart_at_any_moment_changes_nothing(trouble: Trouble) -> None:
    after = story(trouble)[len(trouble.causes) :]
    steps: list[Any] = [*trouble.causes, trouble.due, trouble.due + TICK, *after, trouble.due + DAY]
    quiet, shaken = Shop(), Shop()
    for shop in (quiet, shaken):
        for step in steps:
            shop.clock(step) if isinstance(step, timedelta) else shop.hears(step)
            if shop is shaken:
                shop.restarts()
    assert shaken.changes == quiet.changes
    assert shaken.episodes() == quiet.episodes()


@EACH
def test_however_its_causes_arrive_it_ends_the_same(trouble: Trouble) -> None:
    """Also where the clock has overtaken them: then what was said too soon is taken back."""
    events = story(trouble)
    expected = standing(heard(*events, until=trouble.due + DAY), trouble)
    assert expected
    for order in permutations(events):
        shop = Shop()
        for said in order:
            shop.hears(said)
            shop.clock(trouble.due + 2 * HOUR)
        shop.clock(trouble.due + DAY)
        assert standing(shop, trouble) == expected


@EACH
@pytest.mark.parametrize("partitions", [1, 4])
def test_a_login_in_the_middle_of_it_moves_it_and_repeats_nothing(trouble: Trouble, partitions: int) -> None:
    """The tablet's trouble becomes ada's: one signal, opened once, hers at last."""
    anonymous = [
        {name: value for name, value in cause.items() if name != "customer_id"} | {"anonymous_id": "tablet"}
        for cause in trouble.causes
    ]
    login = event("page_viewed", trouble.due + HOUR, event_id="login", customer_id="ada", anonymous_id="tablet")
    shop = Shop(partitions=partitions)
    shop.hears(*anonymous)
    shop.clock(trouble.due + TICK)
    shop.hears(login)
    shop.clock(trouble.due + 2 * HOUR)
    shop.hears(*story(trouble, 3 * HOUR)[len(trouble.causes) :])
    shop.clock(trouble.due + DAY)
    statuses = [row.status for row in told(shop, trouble)]
    assert (statuses.count("opened"), statuses.count("retracted")) == (1, 0)
    assert (statuses[-1] == "resolved") == (trouble.relief is not None)
    assert len({row.signal_id for row in told(shop, trouble)}) == 1
    assert told(shop, trouble)[-1].subject == "customer:ada"


FORGET = {"type": "privacy_requested", "properties": {"request": "erasure"}}


@EACH
def test_who_is_forgotten_is_in_no_trouble_any_more(trouble: Trouble) -> None:
    forget = event("privacy_requested", trouble.due + MINUTE, event_id="forget", customer_id="ada") | FORGET
    shop = heard(*trouble.causes, forget, until=trouble.due + 2 * MINUTE)
    ((_, opened, ended, status),) = found = standing(shop, trouble)
    assert (opened, ended) == (trouble.due, trouble.due + MINUTE if KINDS[trouble.kind].lasting else None)
    assert status in ("expired", "resolved", "opened")  # who asks to be forgotten has come back to the cart
    shop.hears(*story(trouble)[len(trouble.causes) :])
    shop.clock(trouble.due + 40 * DAY)
    assert standing(shop, trouble) == found


@each(WAITED_FOR)
def test_nobody_waits_for_who_is_forgotten(trouble: Trouble) -> None:
    forget = event("privacy_requested", trouble.due - TICK, event_id="forget", customer_id="ada") | FORGET
    assert standing(heard(*trouble.causes, forget, until=trouble.due + 40 * DAY), trouble) == []


# -- of nobody else ------------------------------------------------------------------------------------------------------------


@EACH
def test_other_customers_neither_cause_nor_end_it(trouble: Trouble) -> None:
    theirs = [said | OTHERS | {"event_id": f"his {said['event_id']}"} for said in story(trouble, TICK)]
    shop = heard(*trouble.causes, *theirs, until=trouble.due + SECOND)
    assert (trouble.key, trouble.due, None, "opened") in standing(shop, trouble)


@EACH
def test_what_has_nothing_to_do_with_it_changes_nothing(trouble: Trouble) -> None:
    found = standing(heard(*trouble.causes, *NEITHER_HERE_NOR_THERE, until=trouble.due + TICK), trouble)
    assert (trouble.key, trouble.due, None, "opened") in found
