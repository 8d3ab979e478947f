"""Writes what the adapters say of themselves into ``docs/senders.md``: run ``python -m throughline.senders_page``."""

from __future__ import annotations

from pathlib import Path

from streams.collector.adapters.adapted import Adapter
from streams.collector.adapters.registry import ADAPTERS

PAGE = Path(__file__).parents[1] / "docs" / "senders.md"
BEGIN, END = "<!-- from the adapters; written by python -m throughline.senders_page -->", "<!-- end -->"


def rendered(page: str) -> str:
    """The page with the adapters' tables as they now are between its marks."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return "\n\n".join([before + BEGIN, *(_section(adapter) for adapter in ADAPTERS), END + after])


def _section(adapter: Adapter) -> str:
    rows = [f"| {theirs} | {ours} | {rule} |" for theirs, ours, rule in adapter.mapping]
    return "\n\n".join(
        [f"## `{adapter.name}`", adapter.words, "\n".join(["| they say | we say | how |", "|---|---|---|", *rows])]
    )


if __name__ == "__main__":
    PAGE.write_text(rendered(PAGE.read_text()))
