"""The documents as their readers see them: fenced blocks, code in a line, links, sections."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]
_FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def name_of(document: Path) -> str:
    return document.relative_to(ROOT).as_posix()


def blocks(document: Path, language: str) -> list[str]:
    """The fenced blocks in a language, in order."""
    return [text for found, text in _FENCED.findall(document.read_text()) if found == language]


def code(document: Path) -> list[str]:
    """What stands between backticks outside of blocks."""
    return re.findall(r"`([^`\n]+)`", _FENCED.sub("", document.read_text()))


def links(document: Path) -> list[str]:
    """Where links inside the repository lead."""
    targets = re.findall(r"\]\(([^)#]+)\)", _FENCED.sub("", document.read_text()))
    return [target for target in targets if "://" not in target]


def commands(document: Path) -> list[list[str]]:
    """The lines of its shell blocks and the code in its lines, in words, comments left out."""
    lines = [line for block in blocks(document, "sh") for line in block.splitlines()]
    words = [shlex.split(line, comments=True) for line in lines]
    words += [found.split() for found in code(document) if found.startswith(("throughline ", "make "))]
    return [line for line in words if line]


def section(document: Path, heading: str) -> str:
    """The text under a heading of the second level."""
    return re.split(r"^## ", document.read_text().partition(f"\n## {heading}\n")[2], flags=re.MULTILINE)[0]
