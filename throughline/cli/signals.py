"""Friction signals, as they come and as they stand."""

from __future__ import annotations

import click

from schemas.signals import KINDS, Signal
from sinks.duck import connect
from streams.journey.routing import Router
from throughline.cli.console import moment, out, table
from throughline.cli.loop import run
from throughline.cli.options import settings_from
from throughline.following import follow
from throughline.lake import existing
from throughline.local import running_brokers
from throughline.rules import journey_rules
from throughline.settings import Settings
from throughline.telling import episodes, one_episode
from throughline.telling import explain as story
from throughline.why_not import decided_through, subject_of, touchpoints_of
from throughline.why_not import why_not as explained
from throughline.worker import client, identifier_hash


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

    run(follow(client(settings, running_brokers(settings)), show, from_start=from_start, until_end=until_end))


@signals.command("open")
@click.option("--kind", help="Only this one.")
@settings_from("lake_dir", "data_dir")
def open_(settings: Settings, kind: str | None) -> None:
    """The episodes that are open now, the latest first."""
    with connect(existing(settings)) as lake:
        found = episodes(lake, "open AND (? IS NULL OR kind = ?)", kind, kind)
    rows = [(one.opened_at, one.kind, one.severity, one.key, one.subject, one.signal_id) for one in found]
    out.print(table(["opened", "kind", "severity", "about", "whose", "signal"], rows))


@signals.command()
@click.argument("signal_id", metavar="ID")
@settings_from("lake_dir", "data_dir", "preset")
def explain(settings: Settings, signal_id: str) -> None:
    """One signal's whole story: why, what became of it, on what it rests. ID may be a beginning."""
    with connect(existing(settings)) as lake:
        for line in story(lake, one_episode(lake, signal_id), journey_rules(settings.rules)):
            out.print(line, markup=False)


@click.command("why-not")
@click.option("--customer", required=True, metavar="WHO", help="A customer id, or kind:value (email:ada@example.com, order:7 …).")
@click.option("--kind", required=True, type=click.Choice(list(KINDS)), metavar="KIND", help="Which signal one misses.")
@settings_from("lake_dir", "data_dir", "preset")
def why_not(settings: Settings, customer: str, kind: str) -> None:
    """Why a customer's history made no signal of a kind: which condition was not met, and when."""
    rules, hash_identifier = journey_rules(settings.rules), identifier_hash(settings)
    with connect(existing(settings)) as lake:
        subject = subject_of(lake, hash_identifier, customer)
        touchpoints = touchpoints_of(lake, subject, Router(1, rules, hash_identifier))
        as_of = decided_through(lake) or touchpoints[-1].at
    out.print(f"{kind} of {subject}, over {len(touchpoints)} touchpoints, as of {moment(as_of)}:", markup=False)
    steps = list(explained(touchpoints, rules, kind, as_of))
    rows = [(moment(step.at), step.what, step.about, step.words) for step in steps]
    if rows:
        out.print(table(["when", "what", "about", "what the detector said"], rows))
    else:
        out.print(f"  Nothing in it is what {kind} looks at: {KINDS[kind].words}.", markup=False)


def _line(signal: Signal) -> str:
    return f"{moment(signal.changed_at)}  {signal.status:<9} {signal.kind} {signal.key}: {signal.reason}"
