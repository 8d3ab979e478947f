"""Where is my order? Who asks, or looks again and again, while a parcel of it is on its way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from throughline.simulator.drafts import Draft
from throughline.simulator.ledgers.book import Book
from throughline.simulator.ledgers.orders import Order, Orders

KIND = "where_is_my_order"
VIEWS = 3


class Questions:
    def __init__(self, book: Book, orders: Orders) -> None:
        self._book = book
        self._orders = orders
        self._views: Counter[str] = Counter()
        self._asked: set[str] = set()

    def see(self, act: Draft) -> None:
        looks = act.type == "page_viewed" and act.properties.get("page_kind") == "order_status"
        if looks or act.type == "ticket_opened":
            for order in self._meant(act):
                self._views[order.key] += looks
                if not looks or self._views[order.key] == VIEWS:
                    self._ask(order.key, act.at)
        key = self._orders.key(act)
        if key in self._asked and not self._orders.known[key].under_way:
            self._book.end(KIND, key, act.at)

    def _meant(self, act: Draft) -> Iterable[Order]:
        """Who names no order means all that are on their way."""
        key = self._orders.key(act)
        return [order for order in self._orders.known.values() if order.under_way and key in (None, order.key)]

    def _ask(self, key: str, at: int) -> None:
        if key not in self._asked:
            self._asked.add(key)
            self._book.open(KIND, key, "", at)
