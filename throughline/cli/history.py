"""Verbs over history: making it, bringing it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from sinks.lake import Lake
from throughline.arrivals import History
from throughline.backfill import backfill as run_backfill
from throughline.cli.console import moment, progress, tell
from throughline.cli.loop import run
from throughline.cli.options import UNTIL, instant_of, settings_from
from throughline.importing.run import run_import, shipped
from throughline.kafka import create_topics
from throughline.local import running_brokers
from throughline.replay import Pace
from throughline.replay import replay as run_replay
from throughline.rules import journey_rules
from throughline.settings import Settings
from throughline.simulator import CALM, Rates, World, write
from throughline.worker import client, identifier_hash, options

FILES = click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False))


@click.command("import")
@click.argument("map_", metavar="NAME|MAP.sql")
@click.argument("path", type=click.Path(path_type=Path, exists=True))
@click.option("--out", "file", required=True, type=click.Path(path_type=Path, dir_okay=False), help="Where the events go.")
def import_(map_: str, path: Path, file: Path) -> None:
    """Turn the files at PATH into events, by a map: one that comes with Throughline, or a SELECT of your own."""
    with progress(f"importing {path.name}") as advance:
        report = run_import(map_, path, file, on_rows=advance)
    tell(report.words())


import_.help = f"{import_.help}\n\nShipped maps: {', '.join(shipped())}."


@click.command()
@click.option("--out", "file", default=Path("events.jsonl"), show_default=True, type=click.Path(path_type=Path, dir_okay=False))
@click.option("--truth", type=click.Path(path_type=Path, dir_okay=False), help="What must be found; default: beside the events.")
@click.option("--shoppers", type=click.IntRange(0), default=1_000, show_default=True)
@click.option("--days", type=click.IntRange(1), default=14, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed makes the same store.")
@click.option("--rate", "rates", multiple=True, metavar="NAME=SHARE", help=f"One of {', '.join(vars(Rates()))}.")
@click.option("--calm", is_flag=True, help="Nothing late, twice, broken or on a wrong clock.")
def simulate(file: Path, truth: Path | None, shoppers: int, days: int, seed: int, rates: tuple[str, ...], calm: bool) -> None:
    """Write the events of a store that never was, and the truth of what must be found in them."""
    truth = truth or file.with_suffix(".truth.jsonl")
    world = World(seed=seed, shoppers=shoppers, days=days, rates=_rates(CALM if calm else Rates(), rates))
    with progress("simulating") as advance:
        summary = write(world, file, truth, advance)
    tell(f"{summary.records:,} records of {summary.shoppers:,} shoppers in {file}, the truth about them in {truth}.")


@click.command()
@FILES
@click.option(
    "--speed", type=click.FloatRange(min=0, min_open=True), help="How many times faster than it was; default: as it goes."
)
@UNTIL
@settings_from("brokers", "data_dir", "partitions")
def replay(settings: Settings, files: tuple[Path, ...], speed: float | None, until: datetime | None) -> None:
    """Send the events in FILES (JSON lines) to the topics, with time from the events. Workers should run with --clock log."""
    brokers = running_brokers(settings)
    history = History(files)
    run(create_topics(options(settings, brokers)))
    with progress("replaying", len(history)) as advance:
        sent = run(
            run_replay(history, client(settings, brokers), settings.partitions, Pace(speed), instant_of(until) or 0, advance)
        )
    tell(f"{sent.records:,} records and {sent.ticks:,} ticks sent; time there is {moment(sent.through)}.")


@click.command()
@FILES
@UNTIL
@settings_from("lake_dir", "data_dir", "preset")
def backfill(settings: Settings, files: tuple[Path, ...], until: datetime | None) -> None:
    """Bring the events in FILES (JSON lines) into the lake, without a broker: the same journeys as live."""
    with progress("backfilling") as advance:
        report = run_backfill(
            files,
            Lake(settings.lake),
            journey_rules(settings.rules),
            identifier_hash(settings),
            until=instant_of(until),
            progress=advance,
        )
    tell(
        f"{report.received:,} records: {report.events:,} events ({report.late:,} late), {report.duplicates:,} duplicates, "
        f"{report.dead_letters:,} dead letters; {report.signals:,} signals. The lake is {settings.lake}."
    )


def _rates(rates: Rates, given: tuple[str, ...]) -> Rates:
    shares: dict[str, Any] = {}
    for one in given:
        name, _, share = one.partition("=")
        if name not in vars(rates) or name == "late_by":
            raise click.BadParameter(f"{name} is no rate; there are {', '.join(vars(rates))}", param_hint="--rate")
        try:
            shares[name] = float(share)
        except ValueError:
            raise click.BadParameter(f"{one}: a share is a number from 0 to 1", param_hint="--rate") from None
    try:
        return replace(rates, **shares)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--rate") from error
