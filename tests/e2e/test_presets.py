"""A preset reproduces what another system publishes: below all that one sets oneself, the same for the stream and the oracle."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from streams.journey.rules import Rules
from tests.e2e.conftest import Type
from throughline.durations import duration
from throughline.presets import names, preset
from throughline.rules import journey_rules, settings_of
from throughline.settings import CONFIG, load

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
CARTS = "detectors.cart_abandoned.idle", "detectors.checkout_abandoned.idle"
PUBLISHED: dict[str, dict[str, Any]] = {
    "aftership": {"detectors.carrier_silent.first_scan_within": 30 * DAY},
    "bigcommerce": dict.fromkeys(CARTS, HOUR),
    "conviva": {"detectors.page_frustration.loop_views": 3, "detectors.page_frustration.loop_within": timedelta(seconds=15)},
    "craft": dict.fromkeys(CARTS, HOUR),
    "fourthwall": dict.fromkeys(CARTS, 72 * HOUR),
    "klaviyo": dict.fromkeys(CARTS, 4 * HOUR),
    "narvar": {"detectors.carrier_silent.first_scan_within": 2 * DAY},
    "parcellab": {},
    "posthog": {"session_gap": 30 * MINUTE},
    "sailthru": dict.fromkeys((*CARTS, "detectors.browse_abandoned.idle", "session_gap"), 30 * MINUTE),
    "shopify": {"detectors.checkout_abandoned.idle": 10 * HOUR},
    "simla": dict.fromkeys(CARTS, 30 * MINUTE),
    "snowplow": dict.fromkeys(CARTS, 15 * MINUTE),
    "ultracart": dict.fromkeys(CARTS, HOUR),
    "wix": dict.fromkeys(CARTS, HOUR),
    "youcan": {
        **dict.fromkeys(CARTS, 10 * MINUTE),
        **dict.fromkeys(("detectors.cart_abandoned.expires", "detectors.checkout_abandoned.expires"), 30 * DAY),
    },
}
"""What these systems publish, once more and by hand."""

SHOP = ("simulate", "--shoppers", "60", "--days", "5", "--seed", "3", "--calm")

each = pytest.mark.parametrize("name", names())


def found_by(**given: Any) -> dict[str, Any]:
    """What decides what is found, as settings make it."""
    return settings_of(journey_rules(load(**given).rules))


def test_what_is_published_is_what_there_is() -> None:
    assert set(names()) == set(PUBLISHED)


@each
def test_a_preset_sets_what_is_published_and_leaves_the_rest(name: str, folder: Path) -> None:
    assert found_by(preset=name) == settings_of(Rules()) | PUBLISHED[name]


@each
def test_every_value_has_its_source_and_what_cannot_be_said_is_said(name: str) -> None:
    shown = preset(name)
    assert set(shown.sources) == set(shown.values) == set(PUBLISHED[name])
    assert all(shown.sources.values())
    assert shown.beyond


def test_a_preset_stands_above_defaults_and_below_the_file_and_that_below_the_environment(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cart, checkout = CARTS
    settings = '[rules]\npreset = "wix"\n[rules.detectors.cart_abandoned]\nidle = "2 h"\n'
    (folder / "throughline.toml").write_text(settings)
    assert (found_by()[cart], found_by()[checkout]) == (2 * HOUR, HOUR)
    monkeypatch.setenv("THROUGHLINE_RULES__DETECTORS__CART_ABANDONED__IDLE", "3 h")
    monkeypatch.setenv("THROUGHLINE_RULES__PRESET", "klaviyo")
    assert (found_by()[cart], found_by()[checkout]) == (3 * HOUR, 4 * HOUR)
    assert (found_by(preset="shopify")[cart], found_by(preset="shopify")[checkout]) == (3 * HOUR, 10 * HOUR)


def test_a_preset_serves_beside_a_file_in_another_place(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "shop.toml").write_text('[rules]\nsession_gap = "20 min"\n')
    monkeypatch.setenv(CONFIG, "shop.toml")
    rules = found_by(preset="sailthru")
    assert (rules["session_gap"], rules[CARTS[1]]) == (20 * MINUTE, 30 * MINUTE)


@pytest.mark.parametrize("words", [("backfill", "shop.jsonl"), ("verify",), ("up",), ("work",)])
def test_a_preset_that_is_not_there_is_answered_with_those_that_are(words: tuple[str, ...], type_: Type, folder: Path) -> None:
    (folder / "shop.jsonl").touch()
    heard = type_(*words, "--preset", "klavio")
    assert heard.code == 2
    assert all(name in heard.err for name in names())


def test_a_preset_in_the_environment_that_is_not_there_is_answered_too(type_: Type, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THROUGHLINE_RULES__PRESET", "klavio")
    heard = type_("topics")
    assert heard.code == 2
    assert "THROUGHLINE_RULES__PRESET" in heard.err
    assert all(name in heard.err for name in names())


def test_presets_are_listed_with_what_they_set_and_where_it_stands(type_: Type) -> None:
    heard = type_("presets")
    assert heard.code == 0
    shown = [preset(name) for name in names()]
    rows = [(setting, str(value), one.sources[setting]) for one in shown for setting, value in one.values.items()]
    assert [row for row in rows if not any(all(cell in line for cell in row) for line in lines(heard.out))] == []


@each
def test_one_preset_is_shown_with_what_it_cannot_say(name: str, type_: Type) -> None:
    heard = type_("presets", "show", name)
    assert heard.code == 0
    assert all(f"* {words}" in lines(heard.out) for words in preset(name).beyond)
    assert f"--preset {name}" in heard.err


def lines(said: str) -> list[str]:
    return [line.strip() for line in said.splitlines()]


@pytest.mark.parametrize("name", ["youcan", "shopify"])
def test_the_oracle_follows_a_preset_and_sees_where_it_was_not_followed(name: str, type_: Type) -> None:
    assert type_(*SHOP).code == 0
    assert type_("backfill", "events.jsonl", "--preset", name).code == 0
    heard = type_("verify", "--history", "events.jsonl", "--preset", name)
    assert (heard.code, heard.out[:3]) == (0, "ok:")
    assert type_("verify", "--history", "events.jsonl").code == 1


def test_durations_in_presets_are_written_as_people_write_them() -> None:
    written = [value for name in names() for value in preset(name).values.values() if isinstance(value, str)]
    assert all(duration(value) for value in written)
