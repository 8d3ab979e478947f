"""Friction signals, as they come and as they stand."""

from __future__ import annotations

import asyncio

import click

from schemas.signals import Signal
from sinks.duck import connect
from throughline.cli.console import moment, out, table
from throughline.cli.options import settings_from
from throughline.following import follow
from throughline.lake import existing
from throughline.local import running_brokers
from throughline.settings import Settings
from throughline.telling import episodes, one_episode
from throughline.telling import explain as story
from throughline.worker import client


@click.group()
def signals() -> None:
    """See friction signals."""


@signals.command()
@click.option("--from-start", is_flag=True, help="Begin with the oldest signal kept, not with the next one.")
@click.option("--json", "as_json", is_flag=True, help="The records as they are, one a line.")
@click.option("--until-end", is_flag=True, help="Stop where the topic ends now.")
@settings_from("brokers", "data_dir")
def tail(settings: Settings, from_start: bool, as_json: bool, until_end: bool) -> None:
    """Signals as they are published, until Ctrl-C."""

    def show(signal: Signal, raw: bytes) -> None:
        click.echo(raw if as_json else _line(signal))

    asyncio.run(follow(client(settings, running_brokers(settings)), show, from_start=from_start, until_end=until_end))


@signals.command("open")
@click.option("--kind", help="Only this one.")
@settings_from("lake_dir", "data_dir")
def open_(settings: Settings, kind: str | None) -> None:
    """The episodes that are open now, the latest first."""
    with connect(existing(settings)) as lake:
        found = episodes(lake, "how IS NULL AND (? IS NULL OR kind = ?)", kind, kind)
    rows = [(one.opened_at, one.kind, one.severity, one.key, one.subject, one.signal_id) for one in found]
    out.print(table(["opened", "kind", "severity", "about", "whose", "signal"], rows))


@signals.command()
@click.argument("signal_id", metavar="ID")
@settings_from("lake_dir", "data_dir")
def explain(settings: Settings, signal_id: str) -> None:
    """One signal's whole story: why, what became of it, on what it rests. ID may be a beginning."""
    with connect(existing(settings)) as lake:
        for line in story(lake, one_episode(lake, signal_id)):
            out.print(line, markup=False)


def _line(signal: Signal) -> str:
    return f"{moment(signal.changed_at)}  {signal.status:<9} {signal.kind} {signal.key}: {signal.reason}"
