"""What people see: answers on standard output, everything about them on standard error."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Protocol

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

WIDE = 1_000
"""Columns where nobody looks: a file or a pipe folds no lines."""


def _console(stderr: bool) -> Console:
    watched = (sys.stderr if stderr else sys.stdout).isatty()
    return Console(stderr=stderr, highlight=False, soft_wrap=True, width=None if watched else WIDE)


out = _console(stderr=False)
err = _console(stderr=True)


class Advance(Protocol):
    """Told how much more is done."""

    def __call__(self, amount: int = 1, /) -> None: ...


def complain(words: str) -> None:
    """An error, one sentence or a few: what, where, what to do."""
    err.print(f"[bold red]error:[/] {escape(words)}")


def tell(words: str) -> None:
    """What is going on; not part of the answer."""
    err.print(escape(words))


@contextmanager
def progress(words: str, total: int | None = None) -> Iterator[Advance]:
    """A progress bar on a terminal, nothing elsewhere; gone when done."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bar:
        task = bar.add_task(words, total=total)

        def advance(amount: int = 1, /) -> None:
            bar.advance(task, amount)

        yield advance


def table(columns: Iterable[str], rows: Iterable[Sequence[Any]], title: str | None = None) -> Table:
    """A table for reading; numbers stand right, times are UTC."""
    shown_rows = list(rows)
    shown = Table(title=title, title_justify="left", header_style="bold", box=None, pad_edge=False)
    for place, name in enumerate(columns):
        numeric = any(isinstance(row[place], int | float) for row in shown_rows)
        shown.add_column(escape(name), justify="right" if numeric else "left", overflow="fold")
    for row in shown_rows:
        shown.add_row(*(escape(text(value)) for value in row))
    return shown


def text(value: Any) -> str:
    """A value as one reads it: nothing for NULL, instants in UTC."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        instant = value.astimezone(UTC) if value.tzinfo else value
        return instant.isoformat(sep=" ", timespec="seconds").removesuffix("+00:00")
    if isinstance(value, float):
        return f"{value:,.4g}" if abs(value) < 1_000 else f"{value:,.0f}"
    return str(value)


def moment(micros: int) -> str:
    """An instant of the core, as people read it."""
    return text(datetime.fromtimestamp(micros / 1_000_000, UTC))
