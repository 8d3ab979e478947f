"""``where_is_my_order``: the customer is looking for a parcel that is on its way.

A ticket while it is on its way, or its status looked up again and again; what names no order means every one on its way. Once an
order. A late delivery explains it: then it is only information. It ends with the delivery, or when the order is cancelled or goes
back.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from streams.journey.detectors.detector import Detector, Found
from streams.journey.entries import Touchpoint
from streams.journey.orders import meant
from streams.journey.state import Episode, Fold, Journey, Order, evidence_of
from streams.journey.words import TOLD, cancelled, delivered, moment, money


@dataclass(frozen=True)
class WhereIsMyOrder(Detector):
    kind: ClassVar[str] = "where_is_my_order"
    opened_by: ClassVar[frozenset[str]] = frozenset(["ticket_opened", "page_viewed"])

    views: int = 3
    """So many views of a page whose ``page_kind`` is ``order_status`` (SPEC, section 3)."""

    def on_event(self, touchpoint: Touchpoint, journey: Journey, fold: Fold) -> Iterable[Found]:
        by_ticket = touchpoint.type == "ticket_opened"
        if not by_ticket and touchpoint.facts.get("kind") is None:
            return
        orders = meant(fold, journey, touchpoint)
        if not orders:
            yield "no order of theirs that it could mean was on its way"
        for order in orders:
            if order.asked_for:
                yield TOLD
            elif by_ticket or order.status_views >= self.views:
                order.asked_for = True
                yield self._asked_for(order, touchpoint, journey, fold)
            else:
                yield f"its status was looked up {order.status_views} times, not {self.views}"

    def _asked_for(self, order: Order, touchpoint: Touchpoint, journey: Journey, fold: Fold) -> Episode:
        how = "opened a ticket" if touchpoint.type == "ticket_opened" else f"looked up its status {order.status_views} times"
        late = any(one.open and one.kind == "delivery_late" and one.key == order.key for one in fold.episodes)
        reason = (
            f"An order of {money(*order.worth)} is on its way{', late,' if late else ''} and the customer {how}, "
            f"the last time at {moment(touchpoint.at)}."
        )
        return self.episode(
            order.key,
            "",
            journey,
            touchpoint.at,
            reason,
            [evidence_of(touchpoint)],
            worth=order.worth,
            severity="info" if late else None,
        )

    def ended_by(self, episode: Episode, journey: Journey, touchpoint: Touchpoint) -> str | None:
        order = journey.orders.get(episode.key)
        if order is None:
            return None
        if order.delivered_at is not None:
            return delivered(order.delivered_at)
        if order.returned_at is not None:
            return f"The parcel goes back, as of {moment(order.returned_at)}."
        return cancelled(order.cancelled_at)
