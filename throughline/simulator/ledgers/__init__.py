"""What a life must lead to: plain ledgers walk forward over everything that was said of one person, in order.

An event's place is its time, then its id. A deadline falls only after everything that stands at its very moment.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from throughline.simulator.drafts import Draft
from throughline.simulator.ledgers.book import Book
from throughline.simulator.ledgers.checkouts import Checkouts
from throughline.simulator.ledgers.orders import Orders
from throughline.simulator.ledgers.parcels import Parcels
from throughline.simulator.ledgers.promises import Promises
from throughline.simulator.ledgers.questions import Questions
from throughline.simulator.ledgers.sessions import Sessions
from throughline.simulator.ledgers.silences import Silences
from throughline.simulator.ledgers.tickets import Tickets
from throughline.simulator.truth import Episode

NOBODY: Mapping[str, str] = {}


class Ledgers:
    """``see`` a person's acts in order, then ``finish``. ``order_of`` is shipment to order."""

    def __init__(self, order_of: Mapping[str, str] = NOBODY) -> None:
        self._book = book = Book()
        self._orders = Orders(order_of)
        self._sessions = Sessions(book)
        self._silences = Silences(book, self._sessions)
        self._checkouts = Checkouts(book)
        self._parcels = Parcels(book)
        self._promises = Promises(book)
        self._tickets = Tickets(book)
        self._questions = Questions(book, self._orders)

    @property
    def episodes(self) -> list[Episode]:
        return self._book.episodes

    @property
    def sessions(self) -> int:
        return self._sessions.count

    def see(self, act: Draft) -> None:
        self._reach(act.at)
        self._checkouts.see(act, self._silences.see(act))
        self._sessions.see(act)
        session = self._sessions.current
        self._tickets.see(act, session.key if session else "")
        if (concerned := self._orders.see(act)) is not None:
            order, parcels = concerned
            self._parcels.see(act, order, parcels)
            self._promises.see(act, order)
        self._questions.see(act)

    def finish(self) -> None:
        self._reach(None)
        self._silences.finish()
        self._sessions.finish()
        self._book.close()

    def _reach(self, at: int | None) -> None:
        self._parcels.reach(self._orders.known.values(), at)
        self._promises.reach(at)
        self._tickets.reach(at)


def settle(acts: Iterable[Draft], order_of: Mapping[str, str] = NOBODY) -> Ledgers:
    """The ledgers of all that was said of one person, finished."""
    ledgers = Ledgers(order_of)
    for act in sorted(acts, key=lambda act: (act.at, act.event_id)):
        ledgers.see(act)
    ledgers.finish()
    return ledgers
