"""No document names a command, an option, a target or a file that is not there."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from tests.house.documents import DOCUMENTS, ROOT, code, commands, links, name_of
from throughline.cli import cli

ROOMS = ("schemas/", "streams/", "sinks/", "throughline/", "tests/", "bench/", "docs/", ".ci/")
TARGETS = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)

each = pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)


def unknown(words: list[str]) -> list[str]:
    """The words of a ``throughline`` line that its command does not know."""
    command: click.Command = cli
    context = click.Context(cli)
    rest = words[1:]
    while isinstance(command, click.Group) and rest and not rest[0].startswith("-"):
        found = command.get_command(context, rest[0])
        if found is None:
            return rest[:1]
        command, rest = found, rest[1:]
    options = {"--help", *(name for parameter in command.params for name in parameter.opts)}
    return [word for word in rest if word.startswith("-") and word not in options]


@each
def test_every_command_it_names_exists_with_its_options(document: Path) -> None:
    named = [words for words in commands(document) if words[0] == "throughline"]
    assert [words for words in named if unknown(words)] == []


@each
def test_every_target_it_names_is_one_of_make(document: Path) -> None:
    named = [words[1] for words in commands(document) if words[0] == "make" and len(words) > 1]
    assert [target for target in named if target not in TARGETS] == []


@each
def test_every_link_leads_somewhere(document: Path) -> None:
    assert [link for link in links(document) if not (document.parent / link).exists()] == []


@each
def test_every_path_it_names_exists(document: Path) -> None:
    paths = [found for found in code(document) if found.startswith(ROOMS) and re.fullmatch(r"[\w./-]+", found)]
    assert [path for path in paths if not (ROOT / path).exists()] == []


@each
def test_every_file_it_names_by_its_name_alone_is_somewhere(document: Path) -> None:
    there = {path.name for room in ROOMS for path in (ROOT / room).rglob("*.*")} | {path.name for path in ROOT.iterdir()}
    named = [found for found in code(document) if re.fullmatch(r"[\w-]+\.(py|sql|md|json|yml|lock)", found)]
    assert [name for name in named if name not in there] == []


def test_a_command_that_does_not_exist_is_seen() -> None:
    assert unknown(["throughline", "signals", "tial"]) == ["tial"]
    assert unknown(["throughline", "signals", "tail", "--from-stars"]) == ["--from-stars"]
    assert unknown(["throughline", "sql", "FROM journeys", "--lake", "here"]) == []
