"""Times as senders write them, as the contract wants them: RFC 3339 in UTC; ``None`` for what is no time of 1970 to 9998."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from schemas.instants import EPOCH, micros

_AS_WE_WRITE_IT = re.compile(
    r"(19[789]\d|20\d\d)-(0[1-9]|1[0-2])-(0[1-9]|1\d|2[0-8])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,6})?Z", re.ASCII
)
_HAS_TIME = re.compile(r"\d[T ]\d", re.ASCII)
_SPACED_OFFSET = re.compile(r" ([+-]\d\d:?\d\d)$", re.ASCII)
"""As Ruby writes it: ``2019-06-18 17:16:11 -0500``."""
_NUMBER = re.compile(r"-?\d{1,17}(\.\d{1,9})?", re.ASCII)


def instant(value: Any, zone: str | None = None) -> str | None:
    """Of ISO 8601 text with an offset; without one it is a time in ``zone`` (IANA), and nothing where no zone is given.

    Of an hour that a zone has twice it is the first.
    """
    if not isinstance(value, str):
        return None
    if _AS_WE_WRITE_IT.fullmatch(value):
        return value
    text = _SPACED_OFFSET.sub(r"\1", value.strip())
    if not _HAS_TIME.search(text):
        return None
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None and zone is not None:
            moment = moment.replace(tzinfo=ZoneInfo(zone))
        return None if moment.tzinfo is None else _written(moment)
    except (ValueError, OverflowError, LookupError, OSError):  # the last two of a zone that is none
        return None


def unix_seconds(value: Any) -> str | None:
    """Of seconds since 1970, a number or its text."""
    return _since(value, 1_000_000)


def unix_millis(value: Any) -> str | None:
    """Of milliseconds since 1970, a number or its text."""
    return _since(value, 1_000)


def unix_micros(value: Any) -> str | None:
    """Of microseconds since 1970, a number or its text."""
    return _since(value, 1)


def day(value: Any) -> str | None:
    """``YYYY-MM-DD`` of a text that is a day, or begins with one (then the time of day is dropped)."""
    try:
        return date.fromisoformat(value[:10]).isoformat() if isinstance(value, str) and value[4:5] == "-" else None
    except ValueError:
        return None


def _since(value: Any, unit: int) -> str | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    text = value.strip() if isinstance(value, str) else repr(value)
    if not _NUMBER.fullmatch(text):
        return None
    try:
        return _written(EPOCH + timedelta(microseconds=round(float(text) * unit) if "." in text else int(text) * unit))
    except (ValueError, OverflowError):
        return None


def _written(moment: datetime) -> str:
    """``ValueError`` outside 1970 to 9998."""
    micros(moment)
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
