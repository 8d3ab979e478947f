"""What other settings would have said of a history is what they do say of it, when it is brought into a lake under them."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from tests.e2e.conftest import Said, Type
from tests.e2e.test_up import LEFT
from throughline.backtest import Told, differences

SHOP = ("simulate", "--shoppers", "100", "--days", "8", "--seed", "11", "--rate", "broken=0.02")
OTHER = """
[rules]
session_gap = "50 min"
[rules.detectors.cart_abandoned]
idle = "1 h"
[rules.detectors.checkout_abandoned]
expires = "12 h"
[rules.detectors.browse_abandoned]
idle = "20 min"
[rules.detectors.search_dead_end]
searches = 1
"""
EPISODES = "SELECT signal_id, kind, epoch_us(opened_at) AS opened, epoch_us(ended_at) AS ended, how FROM episodes"
RETRACTED = "SELECT kind, count(*) AS n FROM signals WHERE status = 'retracted' GROUP BY kind"

ORDERED_SOON_HEARD_LATE = {
    "event_id": "e2",
    "type": "order_completed",
    "occurred_at": "2026-03-02T10:20:00Z",
    "received_at": "2026-03-02T12:30:00Z",
    "customer_id": "ada",
    "cart_id": "k1",
    "order_id": "o1",
    "properties": {"total_minor": 90_000, "currency": "EUR"},
}


@pytest.fixture
def shop(type_: Type, folder: Path) -> Type:
    """A history with broken lines, and other settings to try on it."""
    assert type_(*SHOP).code == 0
    (folder / "other.toml").write_text(OTHER)
    return type_


def compared(said: Said) -> dict[str, dict[str, Any]]:
    assert said.code == 0, said.err
    return {row.pop("kind"): row for row in json.loads(said.out)["kinds"]}


def test_the_counts_are_those_of_two_lakes(shop: Type, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = compared(shop("backtest", "events.jsonl", "--settings", "other.toml", "--format", "json"))
    assert found["cart_abandoned"]["after"] < found["cart_abandoned"]["before"]
    assert found["cart_abandoned"]["later_by_seconds"] == 30 * 60
    assert found["browse_abandoned"]["earlier_by_seconds"] == 10 * 60
    assert found["checkout_abandoned"]["ended_otherwise"] > 0
    assert found["search_dead_end"]["only_after"] > 0

    before = in_a_lake(shop, "before")
    monkeypatch.setenv("THROUGHLINE_CONFIG", "other.toml")
    after = in_a_lake(shop, "after")
    kinds = {episode["kind"] for episodes, _ in (before, after) for episode in episodes.values()}
    assert {kind: {**row, "examples": []} for kind, row in found.items()} == {
        kind: by_hand(kind, before, after) for kind in kinds
    }


Lake = tuple[dict[str, dict[str, Any]], dict[str, int]]


def in_a_lake(type_: Type, lake: str) -> Lake:
    """The episodes by id, and how many were retracted by kind, as SQL reads them from a lake of their own."""
    assert type_("backfill", "events.jsonl", "--lake", lake).code == 0
    episodes, retracted = (json.loads(type_("sql", ask, "--lake", lake, "--format", "json").out) for ask in (EPISODES, RETRACTED))
    return {row["signal_id"]: row for row in episodes}, {row["kind"]: row["n"] for row in retracted}


def by_hand(kind: str, before: Lake, after: Lake) -> dict[str, Any]:
    one, other = ({name: row for name, row in lake.items() if row["kind"] == kind} for lake, _ in (before, after))
    both = [(one[name], other[name]) for name in one.keys() & other.keys()]
    moved = [new["opened"] - old["opened"] for old, new in both]
    unmoved = [(old, new) for old, new in both if old["opened"] == new["opened"]]
    otherwise = [old for old, new in unmoved if (old["how"], old["ended"]) != (new["how"], new["ended"])]
    earlier, later = [-by for by in moved if by < 0], [by for by in moved if by > 0]
    return {
        "before": len(one),
        "after": len(other),
        "same": len(unmoved) - len(otherwise),
        "only_before": len(one.keys() - other.keys()),
        "only_after": len(other.keys() - one.keys()),
        "earlier": len(earlier),
        "later": len(later),
        "ended_otherwise": len(otherwise),
        "earlier_by_seconds": round(median(earlier)) / 1e6 if earlier else None,
        "later_by_seconds": round(median(later)) / 1e6 if later else None,
        "retracted_before": before[1].get(kind, 0),
        "retracted_after": after[1].get(kind, 0),
        "examples": [],
    }


def test_the_same_settings_change_nothing_and_it_says_so(shop: Type, folder: Path) -> None:
    (folder / "other.toml").write_text('[rules.detectors.cart_abandoned]\nidle = "30 min"\n')
    said = shop("backtest", "events.jsonl", "--settings", "other.toml", "--format", "json")
    assert "nothing can change" in said.err
    assert json.loads(said.out)["settings"] == []
    unchanged(compared(said))


def test_a_setting_that_decides_no_signal_changes_nothing_in_two_runs(shop: Type, folder: Path) -> None:
    (folder / "other.toml").write_text("[rules]\nholdout_share = 0.5\n")
    said = shop("backtest", "events.jsonl", "--settings", "other.toml", "--format", "json")
    assert "both say the same" in said.err
    assert json.loads(said.out)["settings"] == [{"setting": "rules.holdout_share", "before": "0.0", "after": "0.5"}]
    unchanged(compared(said))


def unchanged(found: dict[str, dict[str, Any]]) -> None:
    assert found
    for row in found.values():
        assert row["before"] == row["after"] == row["same"] > 0
        assert row["examples"] == []


def test_a_preset_is_tried_like_a_file(shop: Type) -> None:
    said = shop("backtest", "events.jsonl", "--preset", "shopify", "--format", "json")
    assert json.loads(said.out)["settings"] == [
        {"setting": "rules.detectors.checkout_abandoned.idle", "before": "15 min", "after": "10 h"}
    ]
    assert compared(said)["checkout_abandoned"]["later_by_seconds"] == (10 * 60 - 15) * 60


def test_a_table_says_what_is_set_what_changes_and_why(shop: Type) -> None:
    said = shop("backtest", "events.jsonl", "--settings", "other.toml", "--examples", "1")
    assert said.code == 0
    assert "dead letters" in said.err
    words = " ".join(said.out.split())
    for shown in (
        "rules.detectors.cart_abandoned.idle 30 min 1 h",
        "signal before after the same only before only after opened earlier opened later ended otherwise retracted",
        "cart_abandoned, opened later: ",
        ", by 30 min in the median, such as cart:",
        "has been quiet for 1 h since",
        "checkout_abandoned, ended otherwise: ",
        "search_dead_end, only after: ",
    ):
        assert shown in words


def test_examples_may_be_left_out(shop: Type) -> None:
    said = shop("backtest", "events.jsonl", "--settings", "other.toml", "--examples", "0")
    assert "such as" not in said.out


def test_csv_counts_what_json_counts(shop: Type) -> None:
    as_json = compared(shop("backtest", "events.jsonl", "--settings", "other.toml", "--format", "json"))
    as_csv = csv.DictReader(io.StringIO(shop("backtest", "events.jsonl", "--settings", "other.toml", "--format", "csv").out))
    for row in as_csv:
        expected = as_json.pop(row.pop("kind"))
        assert row == {name: "" if value is None else str(value) for name, value in expected.items() if name != "examples"}
    assert as_json == {}


def test_nothing_is_written(shop: Type, folder: Path) -> None:
    before = sorted(folder.rglob("*"))
    assert shop("backtest", "events.jsonl", "--settings", "other.toml").code == 0
    assert sorted(folder.rglob("*")) == before


def test_what_the_environment_outvotes_is_said(shop: Type, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("THROUGHLINE_RULES__DETECTORS__CART_ABANDONED__IDLE", "2 h")
    said = shop("backtest", "events.jsonl", "--settings", "other.toml", "--preset", "klaviyo")
    assert "other.toml says rules.detectors.cart_abandoned.idle = 1 h; the environment says 2 h and comes first." in said.err
    assert "The preset klaviyo says rules.detectors.cart_abandoned.idle = 4 h; the settings file or the environment" in said.err


def test_what_is_told_and_taken_back_is_counted_apart(type_: Type, folder: Path) -> None:
    story = [LEFT[0], ORDERED_SOON_HEARD_LATE]
    (folder / "story.jsonl").write_text("".join(json.dumps(event) + "\n" for event in story))
    found = compared(type_("backtest", "story.jsonl", "--preset", "klaviyo", "--format", "json"))["cart_abandoned"]
    assert (found["before"], found["after"], found["retracted_before"], found["retracted_after"]) == (0, 0, 1, 0)


def test_time_may_pass_after_the_last_event(type_: Type, folder: Path) -> None:
    (folder / "left.jsonl").write_text(json.dumps(LEFT[0]) + "\n")
    said = type_("backtest", "left.jsonl", "--preset", "klaviyo", "--until", "2026-03-02T12:00:00", "--format", "json")
    assert compared(said)["cart_abandoned"]["only_before"] == 1
    said = type_("backtest", "left.jsonl", "--preset", "klaviyo", "--until", "2026-03-02T15:00:00", "--format", "json")
    assert compared(said)["cart_abandoned"]["later_by_seconds"] == 3.5 * 3600


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["backtest", "left.jsonl"], 2, "name other settings with --settings, a preset with --preset, or both"),
        (["backtest", "--preset", "wix"], 2, "Missing argument"),
        (["backtest", "absent.jsonl", "--preset", "wix"], 2, "does not exist"),
        (["backtest", "left.jsonl", "--preset", "wxi"], 2, "youcan"),
        (["backtest", "left.jsonl", "--settings", "absent.toml"], 2, "does not exist"),
        (["backtest", "left.jsonl", "--settings", "broken.toml"], 2, "broken.toml is not TOML"),
        (["backtest", "left.jsonl", "--settings", "unknown.toml"], 2, "Setting rules.detectors.cart_abandoned.idel: no such"),
        (["backtest", "left.jsonl", "--preset", "wix", "--format", "xml"], 2, "'xml' is not one of"),
    ],
)
def test_a_mistake_is_answered_in_a_sentence(words: list[str], code: int, said: str, type_: Type, folder: Path) -> None:
    (folder / "left.jsonl").write_text(json.dumps(LEFT[0]) + "\n")
    (folder / "broken.toml").write_text("rules = ")
    (folder / "unknown.toml").write_text('[rules.detectors.cart_abandoned]\nidel = "1 h"\n')
    heard = type_(*words)
    assert heard.code == code
    assert said in heard.err


def test_an_empty_history_says_nothing(type_: Type, folder: Path) -> None:
    (folder / "empty.jsonl").touch()
    assert compared(type_("backtest", "empty.jsonl", "--preset", "wix", "--format", "json")) == {}


def told(opened_at: int, status: str = "opened", ended_at: int | None = None) -> Told:
    return Told("cart_abandoned", "cart:k1", opened_at, status, ended_at, "It was left.")


@pytest.mark.parametrize(
    ("before", "after", "way"),
    [
        (told(5), told(5), "same"),
        (told(5, "resolved", 9), told(5, "resolved", 9), "same"),
        (told(5), told(5, "updated"), "same"),
        (told(5), None, "only_before"),
        (told(5), told(6, "retracted", 7), "only_before"),
        (None, told(5), "only_after"),
        (told(5), told(4), "earlier"),
        (told(5), told(6), "later"),
        (told(5, "resolved", 9), told(6, "expired", 9), "later"),
        (told(5, "resolved", 9), told(5, "resolved", 8), "ended_otherwise"),
        (told(5, "resolved", 9), told(5, "expired", 9), "ended_otherwise"),
        (told(5, "resolved", 9), told(5), "ended_otherwise"),
    ],
)
def test_a_signal_is_counted_once_by_how_it_differs(before: Told | None, after: Told | None, way: str) -> None:
    sides = [{} if side is None else {"id": side} for side in (before, after)]
    (found,) = differences(*sides)
    assert {name: len(pairs) for name, pairs in found.pairs.items() if pairs} == {way: 1}
