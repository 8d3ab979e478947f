"""What a detector is: what happened, and what time does.

A detector watches one kind of thing in a journey (carts, checkouts, orders …) and says, each time as a pure function of the
journey so far: when will this be trouble if nothing else happens (``due``), and what is the trouble then (``on_deadline``); is it
trouble that this has happened (``on_event``); does this end it (``ended_by``), or time alone (``expires_at``)? The fold asks at
the right moments and keeps the episodes: a detector never sees a clock. It overrides only what its trouble needs.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from schemas.signals import KINDS, Severity
from streams.journey.entries import Instant, Touchpoint, Transition
from streams.journey.state import Episode, Evidence, Fold, Journey

Due = Instant | str
"""When it is trouble if nothing happens before; or, in words, why there is nothing to wait for."""
Found = Episode | str
"""The trouble; or, in words, why it is none. Those who ask why nothing was told are shown the words."""
Watched = Literal["carts", "checkouts", "sessions", "orders", "tickets"]


@dataclass(frozen=True)
class Detector:
    """Settings are the dataclass's fields; what it is and what to do about it stands in ``schemas.signals.KINDS``."""

    kind: ClassVar[str]
    version: ClassVar[int] = 1
    """Raised when the same settings would find something else."""
    watches: ClassVar[Watched | None] = None
    """What has deadlines here. Those of an order or a ticket may depend on nothing else: they are asked for when it changes."""
    opened_by: ClassVar[frozenset[str]] = frozenset()
    """The event types that alone may make trouble."""

    def due(self, thing: Any, journey: Journey) -> Due:
        raise NotImplementedError(f"{self.kind} has no deadlines")

    def on_deadline(self, thing: Any, journey: Journey, at: Instant, standing: Sequence[Episode]) -> Episode | None:
        """It is due: the episode, or None where one of those standing explains it. Marks the thing: it is not due again."""
        raise NotImplementedError(f"{self.kind} has no deadlines")

    def on_event(self, touchpoint: Touchpoint, journey: Journey, fold: Fold) -> Iterable[Found]:
        """The trouble that a touchpoint, already folded into the journey, makes at once."""
        return ()

    def ended_by(self, episode: Episode, journey: Journey, touchpoint: Touchpoint) -> str | None:
        """How this touchpoint, already folded into the journey, resolves the open episode, in words; None if it does not."""
        return None

    def expires_at(self, episode: Episode, journey: Journey) -> Instant | None:
        """When the open episode ends by itself."""
        return None

    def episode(
        self,
        key: str,
        anchor: str,
        journey: Journey,
        at: Instant,
        reason: str,
        evidence: Iterable[Evidence],
        *,
        due: Instant | None = None,
        worth: tuple[int | None, str | None] = (None, None),
        severity: Severity | None = None,
        by_deadline: bool = False,
        detail: str = "",
    ) -> Episode:
        """One that begins at ``at``; ``anchor`` tells it from others of its key, ``worth`` is minor units and currency."""
        return Episode(
            kind=self.kind,
            key=key,
            anchor=anchor,
            journey=journey.id,
            due_at=at if due is None else due,
            severity=severity or KINDS[self.kind].severity,
            evidence=list(dict.fromkeys(evidence)),
            transitions=[Transition(at, "opened", reason, by_deadline=by_deadline)],
            value_minor=worth[0],
            currency=worth[1],
            detail=detail,
        )

    def stands(self, key: str, standing: Iterable[Episode]) -> bool:
        """Whether an episode of this kind about ``key`` is open."""
        return any(episode.open and episode.key == key and episode.kind == self.kind for episode in standing)
