"""What customers say, and what the shop makes of it: words that wait for an answer, tickets that come back, scores."""

from __future__ import annotations

from dataclasses import dataclass, field

from throughline.simulator.drafts import Draft
from throughline.simulator.ledgers.book import Book
from throughline.simulator.world import DAY, HOUR

REPLY_WITHIN = 4 * HOUR
CONTACTS = 3
CONTACTS_WITHIN = 7 * DAY
_WORDS = frozenset(("ticket_opened", "customer_replied", "ticket_reopened"))


@dataclass(slots=True)
class Waiting:
    """The customer's first word since the last answer."""

    event_id: str
    due: int
    told: bool = False


@dataclass(slots=True)
class Tickets:
    book: Book
    _waiting: dict[str, Waiting] = field(default_factory=dict)
    _first: dict[str, tuple[int, str | None]] = field(default_factory=dict)
    """Ticket to when it was first opened, and about which order."""

    def reach(self, at: int | None) -> None:
        """What was due before ``at`` (None: ever) was due."""
        for key, waiting in self._waiting.items():
            if not waiting.told and (at is None or waiting.due < at):
                waiting.told = True
                self.book.open("reply_late", key, waiting.event_id, waiting.due)

    def see(self, act: Draft, session: str) -> None:
        """``session``: the key of the one that an own act is in."""
        if _is_bad(act):
            self.book.open("bad_score", _about(act) or session, act.event_id, act.at)
        if act.ids.get("ticket_id") is None:
            return
        key = f"ticket:{act.ids['ticket_id']}"
        if act.type == "ticket_opened" and key not in self._first:
            self._opened(key, act)
        if act.type == "ticket_reopened" and not self.book.stands("ticket_reopened", key, act.at):
            self.book.open("ticket_reopened", key, act.event_id, act.at)
        if act.type in _WORDS:
            self._waiting.setdefault(key, Waiting(act.event_id, act.at + REPLY_WITHIN))
        elif act.type == "ticket_solved" or (act.type == "agent_replied" and act.properties["by"] == "human"):
            self._waiting.pop(key, None)
            self.book.end("reply_late", key, act.at)
        if act.type == "ticket_solved":
            self.book.end("ticket_reopened", key, act.at)

    def _opened(self, key: str, act: Draft) -> None:
        order = act.ids.get("order_id")
        earlier = self._first.values()
        again = order is not None and any(about == order for _, about in earlier)
        recent = sum(at >= act.at - CONTACTS_WITHIN for at, _ in earlier)
        if again or recent >= CONTACTS - 1:
            self.book.open("repeat_contact", key, "", act.at)
        self._first[key] = (act.at, order)


def _about(act: Draft) -> str | None:
    return next((f"{kind}:{act.ids[f'{kind}_id']}" for kind in ("order", "ticket") if act.ids.get(f"{kind}_id")), None)


def _is_bad(act: Draft) -> bool:
    """A score, and one that is bad: NPS of 6 or less of 10, the bottom two of five, the hardest two of seven."""
    if act.type not in ("survey_answered", "review_posted"):
        return False
    score, scale = act.properties["score"], act.properties.get("scale_max")
    survey = act.properties.get("survey", "review")
    if survey == "nps":
        return bool(score * 10 <= 6 * (scale or 10))
    if survey == "ces":
        return bool(score * 7 <= 2 * (scale or 7))
    return bool(score * 5 <= 2 * (scale or 5))
