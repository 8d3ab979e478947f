"""One reader of instants: RFC 3339 with an offset, from 1970 on, to the microsecond.

Both decoders read time with it, so they cannot read it differently. Finer fractions are rounded to the nearest
microsecond (half up), as msgspec does; a leap second (``:60``) is refused, as neither Python nor Parquet can hold one.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

import msgspec

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
END = datetime(9999, 1, 1, tzinfo=UTC)
"""Exclusive: leaves room to move an instant into any time zone."""

AwareDatetime = Annotated[datetime, msgspec.Meta(tz=True)]


def micros(moment: datetime) -> int:
    """Microseconds since 1970-01-01 UTC, exactly. ``ValueError`` outside 1970..9998."""
    since = moment - EPOCH
    at = (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
    if 0 <= at < 253_370_764_800_000_000:
        return at
    raise ValueError(f"should lie between {EPOCH.isoformat()} and {END.isoformat()}")


def moment(at: int) -> datetime:
    """The aware UTC datetime of ``at`` microseconds since 1970."""
    return EPOCH + timedelta(microseconds=at)


def end_of_day(day: date, zone: str) -> int:
    """The last second of a day somewhere, in microseconds since 1970 (UTC)."""
    return micros(datetime.combine(day, time(23, 59, 59), ZoneInfo(zone)))


def read_instant(value: object) -> datetime:
    """An aware datetime from RFC 3339 text or from an aware datetime; ``ValueError`` says what is wrong otherwise."""
    if isinstance(value, str):
        value = _read(value, AwareDatetime, "should be RFC 3339 with an offset, like 2024-05-01T12:00:00Z")
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise ValueError("should be RFC 3339 text with an offset, like 2024-05-01T12:00:00Z")
    micros(value)
    return value


def read_day(value: object) -> date:
    """A date from ``YYYY-MM-DD`` or from a date; ``ValueError`` says what is wrong otherwise."""
    if isinstance(value, str):
        value = _read(value, date, "should be a date like 2024-05-01")
    if not isinstance(value, date) or isinstance(value, datetime):
        raise ValueError("should be the text of a date, like 2024-05-01")
    check_day(value)
    return value


def check_day(day: date) -> None:
    if not EPOCH.date() <= day < END.date():
        raise ValueError(f"should lie between {EPOCH.date()} and {END.date()}")


def _read(text: str, kind: object, rule: str) -> object:
    try:
        return msgspec.convert(text, kind)
    except msgspec.ValidationError:
        raise ValueError(rule) from None
