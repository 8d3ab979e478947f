"""What a session counts of its customer's doings."""

from __future__ import annotations

from streams.journey.entries import Instant, Touchpoint
from streams.journey.state import Session, evidence_of

PAGES_FOR: Instant = 60_000_000
"""Page views are remembered for a minute: longer than any loop of reloading lasts."""


def apply(session: Session, touchpoint: Touchpoint) -> None:
    kind, facts = touchpoint.type, touchpoint.facts
    if kind == "product_viewed":
        session.products_viewed += 1
        session.dead_searches = 0
    elif kind == "product_added":
        session.products_added += 1
    elif kind == "order_completed":
        session.orders += 1
        session.denied = None
    elif kind == "products_searched":
        session.dead_searches += facts.get("results") == 0
    elif kind == "error_shown":
        session.errors += 1
    elif kind == "coupon_denied":
        session.denied = evidence_of(touchpoint)
    elif kind == "page_viewed" and "page" in facts:
        since = touchpoint.at - PAGES_FOR
        session.pages = [view for view in session.pages if view[0] >= since]
        session.pages.append((touchpoint.at, int(facts["page"] or 0)))


TYPES = frozenset(
    [
        "product_viewed",
        "product_added",
        "order_completed",
        "products_searched",
        "error_shown",
        "coupon_denied",
        "page_viewed",
    ]
)
