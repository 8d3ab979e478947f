"""Presets: the published thresholds of other systems, so that numbers can be compared with theirs.

Each is a TOML file in this folder. Its ``[rules]`` could stand in a settings file as they are; every value has its source, and
``beyond`` says what of that system no setting of ours can say.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

FOLDER = Path(__file__).parent


class Preset(BaseModel):
    """A system's thresholds, as far as ours can be set to them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    system: str
    words: str
    """Which of its definitions it reproduces."""
    beyond: tuple[str, ...]
    """What that system has and our settings cannot say."""
    rules: dict[str, Any] = {}
    """As in a settings file: durations as people write them."""
    sources: dict[str, str]
    """Of each value, by its dotted name."""

    @property
    def values(self) -> dict[str, Any]:
        """What it sets, by dotted name: ``detectors.cart_abandoned.idle``."""
        return dict(dotted(self.rules))


@cache
def names() -> tuple[str, ...]:
    return tuple(sorted(file.stem for file in FOLDER.glob("*.toml")))


@cache
def preset(name: str) -> Preset:
    """The preset of that name, which must be one of ``names()``."""
    return Preset(name=name, **tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8")))


def dotted(rules: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    """The settings in nested tables, by their dotted names."""
    for name, value in rules.items():
        if isinstance(value, Mapping):
            yield from dotted(value, f"{above}{name}.")
        else:
            yield f"{above}{name}", value
