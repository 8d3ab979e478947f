"""Looking after the lake."""

from __future__ import annotations

import click

from sinks import upkeep
from throughline.cli.console import out, table, tell
from throughline.cli.options import settings_from
from throughline.durations import duration
from throughline.lake import existing
from throughline.settings import Settings


@click.group()
def lake() -> None:
    """Look after the lake."""


@lake.command()
@settings_from("lake_dir", "data_dir")
def status(settings: Settings) -> None:
    """Rows, files and bytes of each table, and through when it is complete."""
    found = upkeep.status(existing(settings))
    rows = [(item.table, item.version, item.rows, item.files, f"{item.bytes / 1e6:,.1f} MB") for item in found]
    out.print(table(["table", "version", "rows", "files", "size"], rows))


@lake.command()
@settings_from("lake_dir", "data_dir")
def compact(settings: Settings) -> None:
    """Merge small files into large ones; queries see the same."""
    merged = upkeep.compact(existing(settings))
    for name, (before, after) in merged.items():
        tell(f"{name}: {before} files are now {after}")
    if not merged:
        tell("Nothing to merge.")


@lake.command()
@click.option("--keep", default="7 d", show_default=True, help="Keep what readers of this long ago may still need; at least 1 h.")
@settings_from("lake_dir", "data_dir")
def vacuum(settings: Settings, keep: str) -> None:
    """Delete files that nobody can be reading any more."""
    try:
        kept = duration(keep)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--keep") from error
    for name, files in upkeep.vacuum(existing(settings), kept).items():
        tell(f"{name}: {files} files deleted")
