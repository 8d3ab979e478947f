"""What a person's silences must lead to, and which carts and checkouts there are.

The ledger walks forward with its person and looks at each silence once, when it ends: how long it was, and what had been left
lying. That is the definition of the signals about silences told the other way round from the detectors.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from throughline.simulator.drafts import Draft
from throughline.simulator.ledgers.book import Book
from throughline.simulator.ledgers.sessions import Sessions
from throughline.simulator.world import MINUTE

CART_IDLE = 30 * MINUTE
CHECKOUT_IDLE = 15 * MINUTE
BROWSE_IDLE = 30 * MINUTE
"""As long as a session may pause: whoever has only looked for that long has ended the session."""


@dataclass(slots=True)
class Cart:
    key: str
    items: dict[str, int] = field(default_factory=dict)
    changed_by: str = ""
    checked_out: bool = False
    """A checkout of it was started since its last change."""
    told: bool = False
    """Its last change has had its episode."""

    def changed(self, event_id: str) -> None:
        self.changed_by, self.checked_out, self.told = event_id, False, False


@dataclass(slots=True)
class Checkout:
    key: str
    cart: str | None
    """The cart it is of; None: of whatever carts there are."""
    changed_by: str = ""
    told: bool = False
    awaits_name: bool = False
    """It was started without an id; the next new one is its."""

    def changed(self, event_id: str) -> None:
        self.changed_by, self.told = event_id, False


class Silences:
    """``see`` each act before ``sessions`` does: a silence is of the session before it."""

    def __init__(self, book: Book, sessions: Sessions) -> None:
        self._book = book
        self._sessions = sessions
        self._last: int | None = None
        self._left: list[tuple[str, str]] = []
        """Kind and key of what the last silence has told and the person's return ends."""
        self._carts: dict[str, Cart] = {}
        self._checkouts: dict[str, Checkout] = {}
        self._ordered: set[str] = set()
        """Checkouts that are over."""
        self._named: dict[str, str] = {}
        """The id of a checkout to its key, which is the id unless it was started without."""
        self._cart: Cart | None = None
        """The cart without an id, while there is one."""
        self._checkout: Checkout | None = None
        """The checkout that was started without an id, while it is open."""

    def see(self, act: Draft) -> list[str]:
        """The keys of the checkouts that the act belongs to, or, an order, ends."""
        if act.own:
            self._come_back(act.at)
        cart_id, checkout_id = act.ids.get("cart_id"), act.ids.get("checkout_id")
        if act.type == "product_added":
            self._add(act.event_id, cart_id, act.properties["product_id"], act.properties["quantity"])
        elif act.type == "product_removed":
            self._remove(act.event_id, cart_id, act.properties["product_id"], act.properties["quantity"])
        elif act.type == "checkout_started":
            return self._start(act.event_id, checkout_id, cart_id)
        elif act.type == "order_completed":
            return self._order(cart_id, checkout_id)
        elif act.type.startswith(("checkout_step", "form_error", "payment_")):
            return self._go_on(act.event_id, checkout_id)
        return []

    def finish(self) -> None:
        if self._last is not None:
            self._silent(self._last, None)

    def _come_back(self, at: int) -> None:
        """The person does something at ``at``: the silence before it is over."""
        if self._last is not None:
            self._silent(self._last, at)
        for kind, key in self._left:
            self._book.end(kind, key, at)
        self._left = []
        self._last = at

    def _silent(self, last: int, until: int | None) -> None:
        """Nothing was heard of the person after ``last``, until they come back: exactly when it is due is still in time."""
        left = []
        if until is None or until > last + CHECKOUT_IDLE:
            left = [checkout for checkout in self._checkouts.values() if not checkout.told]
            for checkout in left:
                checkout.told = True
                self._tell("checkout_abandoned", checkout.key, checkout.changed_by, last + CHECKOUT_IDLE)
        if until is None or until > last + CART_IDLE:
            for cart in self._carts.values():
                explained = any(checkout.cart in (None, cart.key) for checkout in left)
                if cart.items and not cart.checked_out and not cart.told and not explained:
                    cart.told = True
                    self._tell("cart_abandoned", cart.key, cart.changed_by, last + CART_IDLE)
        if until is None or until > last + BROWSE_IDLE:
            self._only_looked(last + BROWSE_IDLE)

    def _only_looked(self, at: int) -> None:
        """What was left lying explains the silence before that."""
        session, carts = self._sessions.current, self._carts.values()
        if session and session.looked and not session.took and not self._left and not any(cart.items for cart in carts):
            self._book.open("browse_abandoned", session.key, "", at)

    def _tell(self, kind: str, key: str, anchor: str, due: int) -> None:
        self._book.open(kind, key, anchor, due)
        self._left.append((kind, key))

    def _add(self, event_id: str, cart_id: str | None, product: str, quantity: int) -> None:
        cart = self._carts.get(f"cart:{cart_id}") if cart_id else self._cart
        if cart is None:
            cart = Cart(f"cart:{cart_id or event_id}")
            self._carts[cart.key] = cart
            self._cart = self._cart if cart_id else cart
        cart.items[product] = cart.items.get(product, 0) + quantity
        cart.changed(event_id)

    def _remove(self, event_id: str, cart_id: str | None, product: str, quantity: int) -> None:
        cart = self._carts.get(f"cart:{cart_id}") if cart_id else self._cart
        if cart is None or product not in cart.items:
            return
        cart.items[product] -= quantity
        if cart.items[product] <= 0:
            del cart.items[product]
        cart.changed(event_id)
        if not cart.items:
            self._empty(cart)

    def _empty(self, cart: Cart) -> None:
        cart.items.clear()
        if cart is self._cart:
            del self._carts[cart.key]
            self._cart = None

    def _start(self, event_id: str, checkout_id: str | None, cart_id: str | None) -> list[str]:
        """A checkout was started, or started over."""
        key = self._key_of(checkout_id) or f"checkout:{event_id}"
        if key in self._ordered:
            return []
        checkout = self._checkouts.setdefault(key, Checkout(key, f"cart:{cart_id}" if cart_id else None))
        if checkout_id is None:
            self._checkout, checkout.awaits_name = checkout, True
        checkout.changed(event_id)
        for cart in self._carts.values():
            if checkout.cart in (None, cart.key):
                cart.checked_out = True
        return [checkout.key]

    def _key_of(self, checkout_id: str | None) -> str | None:
        """Of a checkout with the id, else of the one without."""
        if checkout_id is None:
            return None if self._checkout is None else self._checkout.key
        if checkout_id not in self._named and self._checkout is not None and self._checkout.awaits_name:
            self._named[checkout_id] = self._checkout.key
        key = self._named.setdefault(checkout_id, f"checkout:{checkout_id}")
        if self._checkout is not None and self._checkout.key == key:
            self._checkout.awaits_name = False
        return key

    def _go_on(self, event_id: str, checkout_id: str | None) -> list[str]:
        """Something happened in a checkout that is under way."""
        checkout = self._checkouts.get(self._key_of(checkout_id) or "")
        if checkout is None:
            return []
        checkout.changed(event_id)
        return [checkout.key]

    def _order(self, cart_id: str | None, checkout_id: str | None) -> list[str]:
        """An order empties its cart and ends its checkout; one that names none, all of them."""
        for cart in list(self._carts.values()):
            if cart_id is None or cart.key == f"cart:{cart_id}":
                self._empty(cart)
        named = self._key_of(checkout_id)
        ended = [key for key in self._checkouts if checkout_id is None or key == named]
        for key in ended:
            if self._checkouts.pop(key) is self._checkout:
                self._checkout = None
        self._ordered.update(ended)
        return ended
