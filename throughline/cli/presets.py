"""Other systems' thresholds, to be looked at before they are used."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click

from streams.journey.rules import Rules
from throughline.cli.console import out, table, tell
from throughline.presets import Preset, names, preset
from throughline.rules import settings_of
from throughline.signals_page import written


@click.group(invoke_without_command=True)
@click.pass_context
def presets(ctx: click.Context) -> None:
    """Other systems' published thresholds, so that numbers can be compared: what each sets, and where that stands."""
    if ctx.invoked_subcommand is not None:
        return
    rows = [row for name in names() for row in _listed(preset(name))]
    out.print(table(["preset", "sets", "to", "ours", "source"], rows))
    tell("`throughline presets show NAME` says what of that system cannot be set here. Use one with --preset NAME.")


@presets.command()
@click.argument("name", type=click.Choice(names()), metavar="NAME")
def show(name: str) -> None:
    """One preset whole: what it reproduces, what it sets, what it cannot say."""
    shown = preset(name)
    out.print(f"{shown.system}. {shown.words}", markup=False)
    if shown.values:
        out.print()
        out.print(table(["sets", "to", "ours", "source"], list(_rows(shown))))
    out.print("\nWhat no setting of ours can say:")
    for words in shown.beyond:
        out.print(f"* {words}", markup=False)
    tell(f'\nUse it with --preset {name}, or preset = "{name}" under [rules] in throughline.toml. All else keeps its default.')


def _listed(shown: Preset) -> Iterator[tuple[Any, ...]]:
    """Its rows, the name in the first alone."""
    for number, row in enumerate(_rows(shown) if shown.values else [("nothing", "", "", shown.words.partition(": ")[2])]):
        yield "" if number else shown.name, *row


def _rows(shown: Preset) -> Iterator[tuple[str, str, str, str]]:
    ours = settings_of(Rules())
    for name, value in shown.values.items():
        yield f"rules.{name}", str(value), written(ours[name]), shown.sources[name]
