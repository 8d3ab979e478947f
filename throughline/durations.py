"""Durations as people write them: ``30 min``, ``7 d``, ``1.5 h``; ISO 8601 (``PT30M``) does as well."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated

from pydantic import BeforeValidator, TypeAdapter, ValidationError

_UNITS = {"ms": 0.001, "s": 1, "min": 60, "h": 3_600, "d": 86_400}
_WRITTEN = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(ms|s|min|h|d)\s*")


def parse_duration(value: object) -> object:
    """A number with a unit becomes a timedelta; a bare number is refused, since nobody can know what it counts."""
    if isinstance(value, int | float):
        raise ValueError("a duration needs a unit: ms, s, min, h or d")
    if not isinstance(value, str):
        return value
    if written := _WRITTEN.fullmatch(value):
        return timedelta(seconds=float(written[1]) * _UNITS[written[2]])
    if value.lstrip().startswith(("P", "p")):
        return value
    raise ValueError("a duration is a number and a unit (ms, s, min, h or d), such as '30 min'")


def say(duration: timedelta) -> str:
    """The shortest way to write it: ``30 min``, not ``0:30:00``."""
    seconds = duration.total_seconds()
    for unit, size in reversed(_UNITS.items()):
        if seconds >= size and seconds % size == 0:
            return f"{seconds / size:g} {unit}"
    return f"{seconds:g} s"


Duration = Annotated[timedelta, BeforeValidator(parse_duration)]
_duration = TypeAdapter(Duration)


def duration(text: str) -> timedelta:
    """The duration that the text says. Raises ``ValueError`` in words."""
    try:
        return _duration.validate_python(text)
    except ValidationError as error:
        raise ValueError(error.errors()[0]["msg"].removeprefix("Value error, ")) from None
