"""Verbs around the collector: run it, and say who may send to it."""

from __future__ import annotations

import logging
from datetime import UTC, datetime

import click

from schemas.failures import Stop
from streams.collector.keys import add_key, add_secret, read, revoke
from streams.collector.signatures import SENDERS
from throughline.cli.console import out, table, tell
from throughline.cli.loop import run
from throughline.cli.options import settings_from
from throughline.cli.running import told_to_stop
from throughline.collecting import collect as run_collector
from throughline.collecting import keys_file
from throughline.local import running_brokers
from throughline.memory import look_for_cycles_seldom
from throughline.settings import Settings


@click.command()
@settings_from("brokers", "data_dir", "partitions", "collector_port")
def collect(settings: Settings) -> None:
    """Run the collector in the foreground: events over HTTP onto the topics. SIGINT and SIGTERM drain it."""
    brokers = running_brokers(settings)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    look_for_cycles_seldom()
    run(_collect(settings, brokers))


async def _collect(settings: Settings, brokers: str) -> None:
    await run_collector(settings, brokers, told_to_stop())


@click.group()
def keys() -> None:
    """Who may send to the collector: write keys of sources, and the secrets of their webhooks."""


@keys.command()
@click.argument("source")
@click.option("--sender", type=click.Choice(sorted(SENDERS)), help="Keep the secret of this sender's webhooks; it is asked for.")
@settings_from("data_dir")
def add(settings: Settings, source: str, sender: str | None) -> None:
    """Make a write key for SOURCE and print it, this once; or, with --sender, keep a webhook's secret.

    A running collector knows it within a second. The secret is read from the terminal or from standard input.
    """
    file = keys_file(settings)
    if sender is None:
        out.print(add_key(file, source), markup=False)
        tell(f"The write key of {source}. It is kept as a hash, and cannot be shown again.")
        return
    secret = click.prompt("Secret", hide_input=True, err=True).strip()
    entry = add_secret(file, source, sender, secret)
    tell(f"Kept as {entry.id}. Let {sender} send to /webhooks/{sender}/{source}")


@keys.command("list")
@settings_from("data_dir")
def list_(settings: Settings) -> None:
    """What there is, without the keys themselves."""
    held = read(keys_file(settings))
    rows = [(key.id, key.source, "write key", _when(key.made_at)) for key in held.keys]
    rows += [(one.id, one.source, f"secret of {one.sender}", _when(one.made_at)) for one in held.secrets]
    out.print(table(["id", "source", "what", "made at (UTC)"], rows))


@keys.command("revoke")
@click.argument("name")
@settings_from("data_dir")
def revoke_(settings: Settings, name: str) -> None:
    """Take back the one with the id NAME, or all of the source NAME. Within a second nobody is let in with it."""
    gone = revoke(keys_file(settings), name)
    if not gone:
        raise Stop(f"There is neither an id nor a source {name!r}; `throughline keys list` lists them.")
    tell(f"{gone} revoked.")


def _when(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
