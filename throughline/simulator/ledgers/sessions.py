"""What goes wrong within a visit: searches in vain, pages that vex, coupons that are denied.

A session is what a person does themselves with pauses of at most ``SESSION_GAP``; it ends that long after its last act.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from throughline.simulator.drafts import Draft
from throughline.simulator.ledgers.book import Book
from throughline.simulator.world import MINUTE, SECOND

SESSION_GAP = 30 * MINUTE
DEAD_ENDS = 2
ERRORS = 3
LOOP_VIEWS = 3
LOOP_WITHIN = 15 * SECOND


@dataclass(slots=True)
class Session:
    """One session so far."""

    key: str
    last: int
    looked: bool = False
    """A product was viewed."""
    took: bool = False
    """One was added, or an order placed."""
    in_vain: int = 0
    """Searches without results since a product was last viewed."""
    errors: int = 0
    pages: defaultdict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    """When each page was viewed."""
    denied: bool = False
    """A coupon was, and no order followed yet."""
    told: set[str] = field(default_factory=set)


class Sessions:
    def __init__(self, book: Book) -> None:
        self.count = 0
        self.current: Session | None = None
        """The last one, even where it has ended."""
        self._book = book
        self._without_discount: list[str] = []
        """Sessions whose denied coupon still waits for an order."""

    def see(self, act: Draft) -> None:
        if not act.own:
            return
        session = self.current
        if session is None or act.at - session.last > SESSION_GAP:
            self._end()
            session = self.current = Session(f"session:{act.event_id}", act.at)
            self.count += 1
        session.last = act.at
        self._keep(session, act)

    def finish(self) -> None:
        self._end()
        self.current = None

    def _end(self) -> None:
        """The session's silence has lasted."""
        session = self.current
        if session is None:
            return
        ended_at = session.last + SESSION_GAP
        for kind in session.told:
            self._book.expire(kind, session.key, ended_at)
        if session.denied:
            self._book.open("coupon_trouble", session.key, "", ended_at)
            self._without_discount.append(session.key)

    def _keep(self, session: Session, act: Draft) -> None:
        if act.type == "product_viewed":
            session.looked, session.in_vain = True, 0
        elif act.type == "product_added":
            session.took = True
        elif act.type == "order_completed":
            self._ordered(session, act.at)
        elif act.type == "coupon_denied":
            session.denied = True
        elif act.type == "products_searched" and act.properties.get("results") == 0:
            session.in_vain += 1
            if session.in_vain == DEAD_ENDS:
                self._tell(session, "search_dead_end", act.at)
        elif _vexes(session, act):
            self._tell(session, "page_frustration", act.at)

    def _tell(self, session: Session, kind: str, at: int) -> None:
        if kind not in session.told:
            session.told.add(kind)
            self._book.open(kind, session.key, "", at)

    def _ordered(self, session: Session, at: int) -> None:
        session.took, session.denied = True, False
        for key in self._without_discount:
            self._book.end("coupon_trouble", key, at)
        self._without_discount.clear()


def _vexes(session: Session, act: Draft) -> bool:
    """A click that does nothing, one error too many, or the same page again and again."""
    if act.type == "error_shown":
        session.errors += 1
        return session.errors >= ERRORS
    page = act.properties.get("url") or act.properties.get("path")
    if act.type == "page_viewed" and page:
        views = session.pages[page]
        views.append(act.at)
        return len(views) >= LOOP_VIEWS and act.at - views[-LOOP_VIEWS] <= LOOP_WITHIN
    return act.type == "click_frustrated"
