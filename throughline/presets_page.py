"""Writes the presets into ``docs/presets.md``: run ``python -m throughline.presets_page``."""

from __future__ import annotations

from pathlib import Path

from streams.journey.rules import Rules
from throughline.presets import Preset, names, preset
from throughline.rules import settings_of
from throughline.signals_page import written

PAGE = Path(__file__).parents[1] / "docs" / "presets.md"
BEGIN, END = "<!-- from throughline/presets; written by python -m throughline.presets_page -->", "<!-- end -->"


def rendered(page: str) -> str:
    """The page with the presets as they now are between its marks."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return "\n\n".join([before + BEGIN, *(_section(preset(name)) for name in names()), END + after])


def _section(shown: Preset) -> str:
    ours = settings_of(Rules())
    rows = [
        f"| `rules.{name}` | `{value}` | `{written(ours[name])}` | {shown.sources[name]} |"
        for name, value in shown.values.items()
    ]
    settings = ["\n".join(["| sets | to | ours | source |", "|---|---|---|---|", *rows])] if rows else []
    beyond = "\n".join(["What no setting of ours can say:", "", *(f"* {words}" for words in shown.beyond)])
    return "\n\n".join([f"## `{shown.name}`", f"{shown.system}. {shown.words}", *settings, beyond])


if __name__ == "__main__":
    PAGE.write_text(rendered(PAGE.read_text()))
