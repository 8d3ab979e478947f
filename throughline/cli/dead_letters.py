"""What was refused, and sending it again."""

from __future__ import annotations

from pathlib import Path

import click

from sinks.duck import connect
from throughline.cli.console import out, table, tell
from throughline.cli.loop import run
from throughline.cli.options import settings_from
from throughline.dead_letters import dead_letters as find
from throughline.dead_letters import mended, one_dead_letter, send_again
from throughline.lake import existing
from throughline.local import running_brokers
from throughline.settings import Settings
from throughline.worker import client


@click.group()
def dead_letters() -> None:
    """See what was refused, and send it again."""


@dead_letters.command("list")
@click.option("--reason", help="Only this one: unreadable, invalid, no_identity, from_the_future, conflicting_duplicate.")
@click.option("--limit", type=click.IntRange(1), default=50, show_default=True)
@settings_from("lake_dir", "data_dir")
def list_(settings: Settings, reason: str | None, limit: int) -> None:
    """The latest refused records, one line each."""
    with connect(existing(settings)) as lake:
        found = find(lake, "reason = ?", reason) if reason else find(lake)
    rows = [
        (letter.dead_letter_id, letter.received_at, letter.reason, next(iter(letter.faults_in_words), ""), letter.retried_as)
        for letter in found[:limit]
    ]
    out.print(table(["dead letter", "received", "reason", "first fault", "sent again as"], rows))
    if len(found) > limit:
        tell(f"{len(found) - limit} more; --limit shows them.")


@dead_letters.command()
@click.argument("dead_letter_id", metavar="ID")
@settings_from("lake_dir", "data_dir")
def show(settings: Settings, dead_letter_id: str) -> None:
    """One refused record whole: where it came from, every fault, what it said. ID may be a beginning."""
    with connect(existing(settings)) as lake:
        letter = one_dead_letter(lake, dead_letter_id)
    place = f"{letter.topic}/{letter.partition} @ {letter.offset}"
    tell(f"{letter.dead_letter_id}: {letter.reason}, {letter.size} bytes from {place}")
    for fault in letter.faults_in_words:
        tell(f"  {fault}")
    if letter.retried_as:
        tell(f"  sent again as {letter.retried_as}")
    click.echo(letter.bytes)


@dead_letters.command()
@click.argument("dead_letter_id", metavar="ID")
@click.option("--with", "file", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="The mended event, as JSON.")
@settings_from("brokers", "lake_dir", "data_dir", "partitions")
def retry(settings: Settings, dead_letter_id: str, file: Path | None) -> None:
    """Send a refused record again, mended (--with) or as it was; the letter remembers what it became."""
    with connect(existing(settings)) as lake:
        letter = one_dead_letter(lake, dead_letter_id)
    value, event = mended(letter, file.read_bytes().strip() if file else None)
    brokers = running_brokers(settings)
    run(send_again(letter, value, event, client(settings, brokers), settings.partitions))
    tell(f"Sent again as {event.type} {event.event_id}.")
