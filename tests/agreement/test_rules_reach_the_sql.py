"""What a shop sets of its rules is what the SQL judges by."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import timedelta

from schemas.signals import KINDS
from streams.journey.rules import Rules
from tests.agreement.stories import DAY, HOUR, asked, event
from throughline.oracle.answers import EPISODES
from throughline.oracle.definitions import Definitions
from throughline.rules import detector_settings, journey_rules
from throughline.settings import RuleSettings
from throughline.verifying import definitions


def test_without_settings_both_judge_by_the_contract() -> None:
    assert definitions(Rules()) == Definitions()


def test_every_setting_of_a_detector_reaches_the_sql() -> None:
    known = {field.name for field in fields(Definitions)}
    settings = {f"{detector.kind}_{name}" for detector in Rules().detectors for name in detector_settings(detector)}
    assert settings <= known


def test_a_setting_is_what_the_sql_judges_by() -> None:
    rules = journey_rules(RuleSettings(detectors={"cart_abandoned": {"idle": "5 min"}}))
    assert definitions(rules) == replace(Definitions(), cart_abandoned_idle=timedelta(minutes=5))


def test_a_detector_that_is_not_run_leaves_its_definition_as_it_is() -> None:
    assert definitions(Rules(detectors=())) == Definitions()


def test_there_is_a_relation_for_every_kind_of_the_contract() -> None:
    assert set(EPISODES) == set(KINDS)


def test_only_the_kinds_asked_for_stand_among_the_episodes() -> None:
    history = [event("product_added"), event("order_completed", HOUR, order_id="7")]
    found = [
        asked(history, 9 * DAY, kinds).execute("SELECT kind FROM episodes ORDER BY kind").fetchall()
        for kinds in (KINDS, ["dispatch_late"])
    ]
    assert found == [[("cart_abandoned",), ("dispatch_late",)], [("dispatch_late",)]]
