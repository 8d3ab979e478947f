"""Writes what the detectors say of themselves into ``docs/signals.md``: run ``python -m throughline.signals_page``.

A detector's definition is its module's docstring, its settings are its dataclass's fields with the docstrings under them.
"""

from __future__ import annotations

import ast
import inspect
import re
import sys
import textwrap
from datetime import timedelta
from pathlib import Path

from schemas.signals import KINDS
from streams.journey.detectors import DETECTORS, Detector
from throughline.durations import say
from throughline.rules import detector_settings

PAGE = Path(__file__).parents[1] / "docs" / "signals.md"
BEGIN, END = "<!-- from the detectors; written by python -m throughline.signals_page -->", "<!-- end -->"


def rendered(page: str) -> str:
    """The page with the kinds as they now are between its marks."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return "\n\n".join([before + BEGIN, *(_section(detector) for detector in DETECTORS), END + after])


def _section(detector: Detector) -> str:
    kind = KINDS[detector.kind]
    head, _, more = inspect.cleandoc(sys.modules[type(detector).__module__].__doc__ or "").partition("\n\n")
    definition = head.partition(": ")[2]
    parts = [f"## `{detector.kind}`", _markdown(definition[:1].upper() + definition[1:]), _markdown(more)]
    ends = "" if kind.lasting else " Nothing ends it: it never stands on `friction.open`."
    parts.append(f"* Severity `{kind.severity}`. About the {kind.about}.{ends}\n* What to do: {kind.action}")
    settings, said = detector_settings(detector), _said(type(detector))
    if settings:
        rows = [f"| `{name}` | `{written(value)}` | {said.get(name, '')} |" for name, value in settings.items()]
        parts.append("\n".join(["| setting | default | meaning |", "|---|---|---|", *rows]))
    return "\n\n".join(part for part in parts if part)


def written(value: object) -> str:
    return say(value) if isinstance(value, timedelta) else str(value)


def _said(detector: type[Detector]) -> dict[str, str]:
    """The docstring under each field."""
    (definition,) = ast.parse(textwrap.dedent(inspect.getsource(detector))).body
    assert isinstance(definition, ast.ClassDef)
    said = {}
    for field, text in zip(definition.body, definition.body[1:], strict=False):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and isinstance(text, ast.Expr):
            said[field.target.id] = _markdown(str(ast.literal_eval(text.value)))
    return said


def _markdown(text: str) -> str:
    return re.sub("``(.+?)``", r"`\1`", text)


def main() -> None:
    PAGE.write_text(rendered(PAGE.read_text()))


if __name__ == "__main__":
    main()
