"""Touchpoints as a set of contributions: the same one may come by two ways while it moves from one owner to another.

Lists of touchpoints are sorted by (at, event_id); what came by two ways stands there twice, side by side, and counts once.
"""

from __future__ import annotations

from bisect import insort
from operator import attrgetter

from streams.journey.entries import Touchpoint

_order = attrgetter("at", "event_id")


def merged(held: list[Touchpoint], fresh: list[Touchpoint]) -> list[Touchpoint]:
    """Both, sorted."""
    both = list(held)
    if len(fresh) > 8:
        return sorted([*both, *fresh], key=_order)
    for touchpoint in fresh:
        insort(both, touchpoint, key=_order)
    return both


def came_by(via: int, touchpoint: Touchpoint, *held: list[Touchpoint]) -> bool:
    """Whether this contributor has sent it already. Two may send the same: on its way from one to another, it is with both."""
    return any(one.event_id == touchpoint.event_id and one.via == via for some in held for one in some)


def once(touchpoints: list[Touchpoint]) -> list[Touchpoint]:
    """Each once, however many ways it came."""
    return list({touchpoint.event_id: touchpoint for touchpoint in touchpoints}.values())


def ids(touchpoints: list[Touchpoint] | None) -> list[str]:
    """The event ids, each once, in order."""
    return list(dict.fromkeys(touchpoint.event_id for touchpoint in touchpoints or ()))
