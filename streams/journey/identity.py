"""Whose is a touchpoint? A function of the set of links alone, never of the order in which they came.

A link says that a weaker identifier (a device, an e-mail, an order) belongs to a stronger one from a time on. A touchpoint
belongs to the target of its identifier's latest link at or before it, else of the earliest: a first login claims the device's
past, a second person's login on the same device only what follows.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from streams.journey.entries import Instant, Touchpoint
from streams.journey.state import Link

STRENGTH = ("customer", "email", "phone", "anonymous", "order", "shipment", "ticket")
"""The kinds of identifier, the strongest first."""

MOST_TARGETS: Mapping[str, int] = {"email": 5, "phone": 5, "anonymous": 10, "order": 3, "shipment": 3, "ticket": 3}
"""More targets than this and an identifier is no identifier (a kiosk, a test order): it is quarantined. Segment's default
limit is 5 values an identifier (reference: Segment Unify, identity resolution settings); devices are lent more often."""

OF_ONE_PERSON = ("order", "shipment", "ticket")
"""These are somebody's, and stay so whoever looks at them later: of their links only those to the strongest kind of target count.
A phone on which nobody has logged in, opening the tracking page from a mail, does not take the order from its buyer."""

LINK_GRAIN: Instant = 60_000_000
"""Links are recorded once a minute for a pair, the earliest: repeats say nothing new."""

_PLACEHOLDERS = frozenset(
    [
        "null",
        "none",
        "nil",
        "undefined",
        "nan",
        "guest",
        "anonymous",
        "unknown",
        "test",
        "n/a",
        "na",
        "-1",
        "0",
        "false",
        "true",
        "default",
        "user",
        "[object",
        "object]",
    ]
) | {"[object object]", "not set", "(not set)"}
_ZEROS = re.compile(r"[0\-]*$")


@lru_cache(maxsize=65_536)
def is_placeholder(value: str) -> bool:
    """Whether a producer wrote nothing and called it an identifier (``null``, ``guest``, ``-1``, zeros …).

    From Segment's blocked values (``^[0-]*$``, ``-1``, ``null``, ``anonymous``) and the merged-persons reports of PostHog.
    """
    text = value.strip().lower()
    return not text or text in _PLACEHOLDERS or _ZEROS.match(text) is not None


def kind_of(identifier: str) -> str:
    return identifier.partition(":")[0]


def record_link(links: list[Link], link: Link) -> bool:
    """Add ``link`` unless its minute is known from an earlier moment; whether the list, kept sorted, has changed."""
    for index, known in enumerate(links):
        if known.target == link.target and known.at // LINK_GRAIN == link.at // LINK_GRAIN:
            if (known.at, known.event_id) <= (link.at, link.event_id):
                return False
            del links[index]
            break
    links.append(link)
    links.sort(key=lambda known: (known.at, known.target))
    return True


def _strongest(links: Sequence[Link]) -> list[Link]:
    """Those to the strongest kind of target among them."""
    ranks = [STRENGTH.index(kind_of(link.target)) for link in links]
    return [link for link, rank in zip(links, ranks, strict=True) if rank == min(ranks)]


class Ownership:
    """The rule, over one identifier's links."""

    def __init__(self, identifier: str, links: Sequence[Link], revocations: Iterable[Link] = ()) -> None:
        self._identifier = identifier
        self.quarantined = False
        self._links: Sequence[Link] = ()
        if links:
            revoked = [(revocation.target, revocation.at) for revocation in revocations]
            standing = [link for link in links if not any(link.target == to and link.at <= at for to, at in revoked)]
            if kind_of(identifier) in OF_ONE_PERSON:
                standing = _strongest(standing)
            self.quarantined = len({link.target for link in standing}) > MOST_TARGETS.get(kind_of(identifier), 0)
            self._links = () if self.quarantined else standing
            self._times = [link.at for link in self._links]
        self.alone = not self._links
        """Nobody owns it: its journey is its own."""

    def owner(self, at: Instant) -> str:
        if self.alone:
            return self._identifier
        return self._links[bisect_right(self._times, max(at, self._times[0])) - 1].target

    def assign(self, touchpoints: Iterable[Touchpoint]) -> dict[str, list[Touchpoint]]:
        """Touchpoints by whose they are."""
        assigned: dict[str, list[Touchpoint]] = {}
        for touchpoint in touchpoints:
            assigned.setdefault(self.owner(touchpoint.at), []).append(touchpoint)
        return assigned
