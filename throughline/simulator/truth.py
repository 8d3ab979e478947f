"""What is true of a simulated world, told line by line beside its events."""

from __future__ import annotations

from typing import Literal, TypeAlias

from msgspec import Struct

from throughline.simulator.world import DAY

EXPIRES = {
    "cart_abandoned": 7 * DAY,
    "checkout_abandoned": 7 * DAY,
    "payment_trouble": DAY,
    "form_trouble": DAY,
    "repeat_contact": 7 * DAY,
}
"""So long after it was opened it is no longer news (SPEC, section 3). Others stand until something ends them, or for ever."""


class Episode(Struct, tag="signal", tag_field="what"):
    """A signal that must be found: opened at, due at and ended at in microseconds (UTC); not ended: None."""

    kind: str
    key: str
    """What it is about; a session is known by its first event."""
    anchor: str
    """The event that the episode is of: the last change of a cart or checkout, the scan after which nothing came; "" where its
    key can have but one."""
    opened_at: int
    due_at: int
    ended_at: int | None = None
    how: Literal["resolved", "expired"] | None = None
    shopper: int = 0

    @property
    def expires_at(self) -> int | None:
        """Of its own accord."""
        return self.opened_at + EXPIRES[self.kind] if self.kind in EXPIRES else None

    def resolve(self, at: int) -> None:
        self.ended_at, self.how = at, "resolved"

    def expire(self, at: int) -> None:
        self.ended_at, self.how = at, "expired"

    def come_back(self, at: int) -> None:
        """What ends it has come; at the moment of expiry that is still in time."""
        if self.expires_at is None or at <= self.expires_at:
            self.resolve(at)
        else:
            self.expire(self.expires_at)

    def as_of(self, at: int) -> Episode | None:
        """The episode as it is known when the clock has reached ``at``: what is due then is not yet over."""
        if self.opened_at >= at:
            return None
        standing = self.ended_at is None or self.ended_at > at or (self.how == "expired" and self.ended_at == at)
        ended_at, how = (None, None) if standing else (self.ended_at, self.how)
        return Episode(self.kind, self.key, self.anchor, self.opened_at, self.due_at, ended_at, how, self.shopper)


class Shopper(Struct, tag="shopper", tag_field="what"):
    """What one person did. Two people who share a device are two shoppers, ``number`` and ``-number``."""

    number: int
    identifiers: list[str]
    """``kind:value``, e-mail and phone in clear; the strongest first."""
    sessions: int
    """Of their own acts, with pauses of at most 30 minutes."""
    orders: list[str]
    acts: list[tuple[int, str]]
    """When (µs) they did what themselves, in order."""


class Oddity(Struct, tag="oddity", tag_field="what"):
    """A record that is not simply one more event: line number (from 1) in the events, and what must become of it."""

    line: int
    oddity: Literal["duplicate", "conflict", "too_late", "broken"]
    reason: str
    """duplicate: dropped; too_late: lake only; else the reason of its dead letter."""
    event_id: str | None
    name: str = ""
    """Of a broken record: what is wrong with it."""


class Summary(Struct, tag="summary", tag_field="what"):
    """The last line: what there was, and as of when the signals are told."""

    seed: int
    shoppers: int
    as_of: int
    records: int
    events: int
    """Distinct and good; ``records`` = ``events`` + the oddities."""
    oddities: dict[str, int]
    signals: dict[str, int]


Truth: TypeAlias = Episode | Shopper | Oddity | Summary
