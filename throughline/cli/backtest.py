"""Other settings, tried on history before they are tried on customers."""

from __future__ import annotations

import csv
import json
import sys
import tomllib
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from schemas.instants import moment as datetime_of
from streams.journey.rules import Rules
from streams.journey.words import span
from throughline.backtest import WAYS, Backtest, Difference, Pair, Told, Way
from throughline.backtest import backtest as run_backtest
from throughline.cli.console import moment, out, progress, table, tell
from throughline.cli.history import FILES
from throughline.cli.options import UNTIL, instant_of, settings_from
from throughline.presets import dotted, names, preset
from throughline.rules import journey_rules, settings_of
from throughline.settings import RuleSettings, Settings, load
from throughline.signals_page import written

WORDS: dict[Way, str] = {
    "same": "the same",
    "only_before": "only before",
    "only_after": "only after",
    "earlier": "opened earlier",
    "later": "opened later",
    "ended_otherwise": "ended otherwise",
}


@click.command()
@FILES
@click.option(
    "--settings",
    "file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="The other settings: a file as it would stand in the place of throughline.toml.",
)
@click.option(
    "--preset", "name", type=click.Choice(names()), metavar="NAME", help="Another system's thresholds, below the settings file."
)
@UNTIL
@click.option("--format", "form", type=click.Choice(["table", "csv", "json"]), default="table", show_default=True)
@click.option(
    "--examples", type=click.IntRange(0), default=2, show_default=True, help="So many of each difference in words (table, json)."
)
@settings_from()
def backtest(
    settings: Settings,
    files: tuple[Path, ...],
    file: Path | None,
    name: str | None,
    until: datetime | None,
    form: str,
    examples: int,
) -> None:
    """What would other settings have said of the events in FILES (JSON lines)? Nothing is written.

    Before is what the present settings say, after is what they would be with --settings in the place of throughline.toml,
    --preset below it, or both.
    """
    if file is None and name is None:
        raise click.UsageError("Nothing to compare with: name other settings with --settings, a preset with --preset, or both.")
    before, after = journey_rules(settings.rules), journey_rules(load(file=file, preset=name).rules)
    for words in _without_effect(after, file, name):
        tell(words)
    with progress("folding the history twice") as advance:
        found = run_backtest(files, before, after, until=instant_of(until), progress=advance)
    _about(found)
    {"table": _tell_table, "csv": _tell_csv, "json": _tell_json}[form](found, examples)


def _without_effect(rules: Rules, file: Path | None, name: str | None) -> Iterator[str]:
    """What was asked for and does not hold, since something that comes first says otherwise."""
    asked: list[tuple[str, dict[str, Any], str]] = []
    if file is not None:
        asked.append((str(file), tomllib.loads(file.read_text(encoding="utf-8")).get("rules", {}), "the environment"))
    if name is not None:
        asked.append((f"The preset {name}", preset(name).rules, "the settings file or the environment"))
    for who, given, first in asked:
        meant, holds = settings_of(journey_rules(RuleSettings(**given))), settings_of(rules)
        for setting, value in dotted(given):
            if meant.get(setting) != holds.get(setting):
                yield f"{who} says rules.{setting} = {value}; {first} says {written(holds[setting])} and comes first."


def _about(found: Backtest) -> None:
    history = found.history
    tell(
        f"{history.received:,} records: {history.events:,} events ({history.late:,} late), {history.duplicates:,} duplicates, "
        f"{history.dead_letters:,} dead letters."
    )
    if not found.settings:
        tell("Both settings make the same rules: nothing can change.")
    elif not found.changes:
        tell("The rules differ, but of this history both say the same.")


def _tell_table(found: Backtest, examples: int) -> None:
    if found.settings:
        rows = [(f"rules.{one.name}", written(one.before), written(one.after)) for one in found.settings]
        out.print(table(["setting", "before", "after"], rows))
        out.print()
    header = ["signal", "before", "after", *WORDS.values(), "retracted"]
    out.print(table(header, [_row(one) for one in found.kinds]))
    for one in found.kinds:
        for way in WAYS[1:]:
            for line in _in_words(one, way, examples):
                out.print(line, markup=False)


def _row(one: Difference) -> tuple[Any, ...]:
    counts = [_count(one, way) for way in WAYS]
    before, after = one.retracted
    return one.kind, one.before, one.after, *counts, None if before == after == 0 else f"{before} → {after}"


def _count(one: Difference, way: Way) -> str | int | None:
    count = one.count(way)
    if way in ("earlier", "later") and count:
        return f"{count} ({'−' if way == 'earlier' else '+'}{span(one.shift(way) or 0)})"
    return count or None


def _in_words(one: Difference, way: Way, examples: int) -> Iterator[str]:
    shown = one.pairs[way][:examples]
    if shown:
        by = f", by {span(one.shift(way) or 0)} in the median" if way in ("earlier", "later") else ""
        yield f"\n{one.kind}, {WORDS[way]}: {one.count(way)}{by}{', such as' if one.count(way) > len(shown) else ''}"
    for pair in shown:
        yield from _example(pair)


def _example(pair: Pair) -> Iterator[str]:
    told = pair.after or pair.before
    assert told is not None
    before, after = (_moments(side) if side is not None else None for side in pair)
    moments = before if after is None or before == after else after if before is None else f"{before} → {after}"
    yield f"  {told.key}, {moments}"
    yield f"    {told.reason}"
    if pair.after is None and told.ending is not None:
        yield f"    {told.ending}"


def _moments(told: Told) -> str:
    end = "still open" if told.ended_at is None else f"{told.status} {moment(told.ended_at)}"
    return f"opened {moment(told.opened_at)}, {end}"


def _counts(one: Difference) -> dict[str, Any]:
    """A row for machines; distances are medians, in seconds."""
    distances = {f"{way}_by_seconds": None if (by := one.shift(way)) is None else by / 1e6 for way in ("earlier", "later")}
    return {
        "kind": one.kind,
        "before": one.before,
        "after": one.after,
        **{way: one.count(way) for way in WAYS},
        **distances,
        "retracted_before": one.retracted[0],
        "retracted_after": one.retracted[1],
    }


def _tell_csv(found: Backtest, examples: int) -> None:
    header = list(_counts(Difference("", {way: [] for way in WAYS}, (0, 0))))
    writer = csv.DictWriter(sys.stdout, header, lineterminator="\n")
    writer.writeheader()
    writer.writerows(_counts(one) for one in found.kinds)


def _tell_json(found: Backtest, examples: int) -> None:
    settings = [
        {"setting": f"rules.{one.name}", "before": written(one.before), "after": written(one.after)} for one in found.settings
    ]
    kinds = [_counts(one) | {"examples": list(_examples(one, examples))} for one in found.kinds]
    click.echo(json.dumps({"settings": settings, "kinds": kinds}, ensure_ascii=False, indent=1))


def _examples(one: Difference, most: int) -> Iterator[Mapping[str, Any]]:
    for way in WAYS[1:]:
        for pair in one.pairs[way][:most]:
            sides = {side: None if told is None else _as_json(told) for side, told in pair._asdict().items()}
            yield {"difference": way, "key": next(told.key for told in pair if told is not None), **sides}


def _as_json(told: Told) -> dict[str, Any]:
    end = None if told.ended_at is None else datetime_of(told.ended_at).isoformat()
    return {
        "opened_at": datetime_of(told.opened_at).isoformat(),
        "ended_at": end,
        "status": told.status,
        "reason": told.reason,
        "ending": told.ending,
    }
