"""Settings enter at one door, say what is wrong with them, and keep their secrets."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from streams.agents.options import Options
from streams.journey.rules import Rules
from throughline.durations import parse_duration, say
from throughline.identity_key import identity_key
from throughline.rules import journey_rules
from throughline.settings import RuleSettings, Settings, SettingsFault, load
from throughline.worker import options

SECRET = "a-secret-of-twenty-four-c"


@pytest.fixture(autouse=True)
def _empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_the_command_line_comes_before_the_environment_and_that_before_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("throughline.toml").write_text('partitions = 2\nweb_port = 7000\ncommit_interval = "2 s"\n')
    monkeypatch.setenv("THROUGHLINE_PARTITIONS", "3")
    monkeypatch.setenv("THROUGHLINE_WEB_PORT", "7001")
    settings = load(partitions=5, web_port=None)
    assert (settings.partitions, settings.web_port, settings.commit_interval) == (5, 7001, timedelta(seconds=2))


def test_a_rule_of_one_detector_is_set_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THROUGHLINE_RULES__SESSION_GAP", "20 min")
    monkeypatch.setenv("THROUGHLINE_RULES__DETECTORS__CART_ABANDONED__IDLE", "45 min")
    rules = journey_rules(load().rules)
    idle = {detector.kind: getattr(detector, "idle", None) for detector in rules.detectors}
    assert rules.session_gap == timedelta(minutes=20)
    assert idle["cart_abandoned"] == timedelta(minutes=45)
    assert idle["checkout_abandoned"] == timedelta(minutes=15)


def test_without_settings_the_rules_are_those_of_the_core() -> None:
    assert journey_rules(load().rules) == Rules()


def test_without_settings_a_worker_is_run_as_it_is_tested() -> None:
    assert options(load(), "broker:9092") == Options("broker:9092")


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("THROUGHLINE_PARTITION", "4", "did you mean THROUGHLINE_PARTITIONS"),
        ("THROUGHLINE_PARTITIONS", "none", "Setting partitions (THROUGHLINE_PARTITIONS) should be a valid integer"),
        ("THROUGHLINE_PARTITIONS", "0", "greater than or equal to 1"),
        ("THROUGHLINE_COMMIT_INTERVAL", "5", "a number and a unit"),
        ("THROUGHLINE_RULES__STORE_TIMEZONE", "Berlin", "IANA name"),
        ("THROUGHLINE_IDENTITY_KEY", "short", "at least 16 characters"),
        ("THROUGHLINE_CONFIG", "absent.toml", "there is no file"),
    ],
)
def test_what_cannot_be_set_is_said_by_name(name: str, value: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsFault) as fault:
        load()
    assert said in str(fault.value)


@pytest.mark.parametrize(
    ("detectors", "said"),
    [
        ({"cart_lost": {}}, "no such detector"),
        ({"cart_abandoned": {"idel": "1 h"}}, "there are idle, expires"),
        ({"cart_abandoned": {"idle": 3}}, "needs a unit"),
        ({"page_frustration": {"loop_within": "61 s"}}, "page_frustration: loop_within is at most 1 min"),
    ],
)
def test_a_misspelt_detector_setting_is_refused(detectors: dict[str, dict[str, object]], said: str) -> None:
    with pytest.raises(SettingsFault, match=said):
        journey_rules(RuleSettings(detectors=detectors))


def test_a_broken_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "throughline.toml").write_text("partitions = ")
    with pytest.raises(SettingsFault, match=r"throughline\.toml is not TOML"):
        load()


def test_secrets_do_not_print(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THROUGHLINE_IDENTITY_KEY", SECRET)
    monkeypatch.setenv("THROUGHLINE_KAFKA__PASSWORD", SECRET)
    settings = load()
    assert SECRET not in repr(settings) + str(settings) + settings.model_dump_json()
    assert identity_key(settings) == SECRET.encode()


def test_a_local_run_makes_one_key_and_keeps_it_for_its_owner_only(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data", brokers="127.0.0.1:9092,localhost:9093")
    first = identity_key(settings)
    assert identity_key(settings) == first
    assert len(first) == 64
    assert [file.name for file in (tmp_path / "data").iterdir()] == ["identity.key"]
    assert (tmp_path / "data/identity.key").stat().st_mode & 0o777 == 0o600


def test_a_shared_broker_demands_a_key() -> None:
    with pytest.raises(SettingsFault, match="THROUGHLINE_IDENTITY_KEY"):
        identity_key(Settings(brokers="kafka.shop.example:9092"))


@pytest.mark.parametrize(("written", "meant"), [("30 min", 1_800), ("1.5h", 5_400), ("7 d", 604_800), ("250 ms", 0.25)])
def test_durations_are_read_as_people_write_them(written: str, meant: float) -> None:
    assert parse_duration(written) == timedelta(seconds=meant)
    assert parse_duration(say(timedelta(seconds=meant))) == timedelta(seconds=meant)
