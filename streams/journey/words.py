"""How amounts, durations and moments are said to people."""

from __future__ import annotations

from datetime import timedelta

from schemas.instants import moment as _moment
from streams.journey.entries import Instant, Touchpoint

CANCELLED, TOLD, STANDS = "the order is cancelled", "told once already", "told already, and not over"
"""Why something is no trouble, or not again."""

_DECIMALS = {"JPY": 0, "KRW": 0, "VND": 0, "CLP": 0, "ISK": 0, "UGX": 0, "BHD": 3, "KWD": 3, "OMR": 3, "JOD": 3, "TND": 3}
"""Currencies whose minor unit is not a hundredth (ISO 4217); the rest have two decimals."""


def money(minor: int | None, currency: str | None) -> str:
    if minor is None:
        return "unknown value"
    decimals = _DECIMALS.get(currency or "", 2)
    return f"{minor / 10**decimals:.{decimals}f} {currency or ''}".rstrip()


def moment(at: Instant) -> str:
    """``2024-05-01 12:00:00 UTC``, twice as fast as ``strftime``: every episode says some."""
    return str(_moment(at))[:19] + " UTC"


def span(duration: timedelta | Instant) -> str:
    """``45 s``, ``30 min``, ``4 h``, ``2.5 d``: one unit, the largest that says it well."""
    seconds = duration.total_seconds() if isinstance(duration, timedelta) else duration / 1e6
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size * (2 if unit == "d" else 1):
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds:.3g} s"


def came_back(touchpoint: Touchpoint) -> str:
    """How a silence ended."""
    if touchpoint.type == "order_completed":
        return ordered(touchpoint.at)
    return f"The customer came back at {moment(touchpoint.at)} ({touchpoint.type})."


def ordered(at: Instant) -> str:
    return f"The customer ordered at {moment(at)}."


def delivered_late(at: Instant, due: Instant) -> str:
    return f"Delivered {moment(at)}, {span(at - due)} late."


def delivered(at: Instant) -> str:
    return f"Delivered {moment(at)}."


def cancelled(at: Instant | None) -> str | None:
    """Nothing where it was not."""
    return None if at is None else f"The order was cancelled at {moment(at)}."
