"""A sender's message, tried on."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any, BinaryIO

import click
import msgspec

from schemas.events import IDENTIFIERS
from schemas.failures import Stop
from streams.collector.adapters.registry import ADAPTERS
from throughline.cli.console import out, table, tell
from throughline.trying import Outcome, Tried, attempt

LONGEST = 60
"""Characters of properties that the table shows; --json shows all."""


@click.command("try")
@click.argument("file", type=click.File("rb"), default="-")
@click.option(
    "--sender", type=click.Choice([adapter.name for adapter in ADAPTERS]), help="Whose message it is; else the likeliest."
)
@click.option("--header", "headers", multiple=True, metavar="NAME:VALUE", help="A header that it came with; may be repeated.")
@click.option("--source", default="try", show_default=True, help="The name of the source it would come from.")
@click.option("--json", "as_json", is_flag=True, help="All of it as one JSON object.")
@click.pass_context
def try_(ctx: click.Context, file: BinaryIO, sender: str | None, headers: tuple[str, ...], source: str, as_json: bool) -> int:
    """What a message would become: whose it is, which events, what would be refused and why, what is lost or guessed.

    FILE holds one message as JSON, as the sender's webhook or SDK would post it; "-" or nothing reads standard input. Nothing is
    sent. The exit code is 1 where something would be refused.
    """
    outcome = attempt(_message(file), _named(headers), sender, source, time.time_ns() // 1_000)
    if as_json:
        click.echo(msgspec.json.encode(outcome).decode())
    else:
        _show(outcome)
    return 1 if outcome.refused else 0


def _message(file: BinaryIO) -> Any:
    raw = file.read()
    name = Path(getattr(file, "name", "-")).name if file.name != "<stdin>" else "standard input"
    if not raw.strip():
        raise Stop(f"There is nothing in {name}: it should hold one message as JSON.")
    try:
        return msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Stop(f"What {name} holds is not JSON in UTF-8: {error}.") from None


def _named(headers: tuple[str, ...]) -> dict[str, str]:
    read = [header.partition(":") for header in headers]
    wrong = [name for name, colon, _ in read if not colon]
    if wrong:
        raise click.BadParameter(f"{wrong[0]!r} is no header: write NAME:VALUE", param_hint="--header")
    return {name.strip().lower(): value.strip() for name, _, value in read}


def _show(outcome: Outcome) -> None:
    others = f"; it might also be: {', '.join(outcome.runners_up)}" if outcome.runners_up else ""
    tell(f"A message of {outcome.sender}{others}.")
    if outcome.events:
        out.print(table(["from", "becomes", "occurred at", "who", "says"], [_row(tried) for tried in outcome.events]))
    else:
        tell("It becomes no event.")
    refused = [(tried.of, fault.path, fault.rule, fault.value) for tried in outcome.events for fault in tried.refused]
    if refused:
        out.print()
        out.print(table(["refused", "field", "why", "value"], refused))
    if outcome.lost:
        lost = [(loss.path or "all of it", loss.what, loss.note) for loss in outcome.lost]
        out.print()
        out.print(table(["in the message", "is", "because"], lost))


def _row(tried: Tried) -> tuple[str, ...]:
    event = tried.event
    who = ", ".join(f"{name}={event[name]}" for name in IDENTIFIERS if event.get(name) is not None)
    kind = f"{event.get('type')} (refused)" if tried.refused else str(event.get("type"))
    return tried.of or "all of it", kind, str(event.get("occurred_at", "")), who, _words(event.get("properties"))


def _words(properties: Any) -> str:
    said = properties.items() if isinstance(properties, dict) else ()
    words = ", ".join(f"{name}={_short(value)}" for name, value in said)
    return words if len(words) <= LONGEST else words[:LONGEST] + "…"


def _short(value: Any) -> str:
    return f"{len(value)} of them" if isinstance(value, list) else "{…}" if isinstance(value, dict) else str(value)
