"""Questions to the lake."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import click
import duckdb

from schemas.failures import Stop
from sinks.duck import connect, refresh
from throughline.cli.console import complain, out, table, tell, text
from throughline.cli.loop import run
from throughline.cli.options import UNTIL, instant_of, settings_from
from throughline.lake import existing
from throughline.settings import Settings

SHELL_ROWS = 200


@click.command()
@click.argument("query")
@click.option("--format", "form", type=click.Choice(["table", "csv", "json"]), default="table", show_default=True)
@settings_from("lake_dir", "data_dir")
def sql(settings: Settings, query: str, form: str) -> None:
    """Ask the lake one QUESTION in DuckDB's SQL; `SHOW TABLES` names the views."""
    with connect(existing(settings)) as connection:
        try:
            answer = connection.execute(query)
            _show(_columns(answer), answer.fetchall(), form)
        except duckdb.Error as error:
            raise Stop(f"DuckDB refuses the question: {error}") from error


@click.command()
@settings_from("lake_dir", "data_dir")
def shell(settings: Settings) -> None:
    """Ask the lake many questions; each sees what was committed until then. An empty line or Ctrl-D ends it."""
    lake = existing(settings)
    with connect(lake) as connection:
        tell(f"The lake at {lake}. SHOW TABLES names the views; end a question with Enter.")
        while question := _question():
            refresh(connection, lake)
            _answer(connection, question)


@click.command()
@click.option(
    "--history", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="The JSON lines that were replayed."
)
@UNTIL
@settings_from("lake_dir", "data_dir", "brokers", "preset")
def verify(settings: Settings, history: Path | None, until: datetime | None) -> None:
    """Compute everything anew by SQL, from the topics or a history file, and name what differs in the lake."""
    from throughline.verifying import judge  # the oracle is heavy; only this verb needs it

    verdict = run(judge(settings, history, instant_of(until)))
    out.print(verdict.summary())
    for fault in verdict.faults:
        out.print(f"  {fault}", markup=False)
    if verdict.faults:
        raise click.exceptions.Exit(1)


def _question() -> str:
    try:
        return input("throughline> " if sys.stdin.isatty() else "").strip()
    except EOFError:
        return ""


def _answer(connection: duckdb.DuckDBPyConnection, question: str) -> None:
    try:
        answer = connection.execute(question)
        if answer.description is not None:
            _show(_columns(answer), answer.fetchmany(SHELL_ROWS), "table")
    except duckdb.Error as error:
        complain(str(error))


def _columns(answer: duckdb.DuckDBPyConnection) -> list[str]:
    return [column[0] for column in answer.description or ()]


def _show(columns: Sequence[str], rows: Sequence[Sequence[Any]], form: str) -> None:
    if form == "table":
        out.print(table(columns, rows))
    elif form == "csv":
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)
    else:
        found = [dict(zip(columns, row, strict=True)) for row in rows]
        click.echo(json.dumps(found, default=text, ensure_ascii=False, indent=1))
