"""What a person's silences must lead to, kept while the person acts.

The ledger walks forward with its person and looks at each silence once, when it ends: how long it was, and what had been left
lying. That is the definition of the two signals about silences told the other way round from the detectors.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from throughline.simulator.truth import Episode
from throughline.simulator.world import MINUTE

CART_IDLE = 30 * MINUTE
CHECKOUT_IDLE = 15 * MINUTE
SESSION_GAP = 30 * MINUTE


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


class Ledger:
    """``own`` first, with the moment of each act, then what the act did. ``finish`` when there is nothing more to come."""

    def __init__(self) -> None:
        self.episodes: list[Episode] = []
        self.sessions = 0
        self._last: int | None = None
        self._open: list[Episode] = []
        self._carts: dict[str, Cart] = {}
        self._checkouts: dict[str, Checkout] = {}
        self._cart: Cart | None = None
        """The cart without an id, while there is one."""
        self._checkout: Checkout | None = None

    def own(self, at: int) -> None:
        """The person does something at ``at``: the silence before it is over."""
        if self._last is not None:
            self._silent(self._last, at)
        if self._last is None or at - self._last > SESSION_GAP:
            self.sessions += 1
        for episode in self._open:
            episode.come_back(at)
        self._open = []
        self._last = at

    def finish(self) -> None:
        if self._last is not None:
            self._silent(self._last, None)
        for episode in self._open:
            episode.expire()

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

    def _tell(self, kind: str, key: str, anchor: str, due: int) -> None:
        episode = Episode(kind, key, anchor, due, due)
        self.episodes.append(episode)
        self._open.append(episode)

    def added(self, event_id: str, cart_id: str | None, product: str, quantity: int) -> None:
        cart = self._carts.get(f"cart:{cart_id}") if cart_id else self._cart
        if cart is None:
            cart = Cart(f"cart:{cart_id or event_id}")
            self._carts[cart.key] = cart
            self._cart = self._cart if cart_id else cart
        cart.items[product] = cart.items.get(product, 0) + quantity
        cart.changed(event_id)

    def removed(self, event_id: str, cart_id: str | None, product: str, quantity: int) -> None:
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

    def started(self, event_id: str, checkout_id: str | None, cart_id: str | None) -> None:
        """A checkout was started, or started over."""
        checkout = self._checkouts.get(f"checkout:{checkout_id}") if checkout_id else self._checkout
        if checkout is None:
            checkout = Checkout(f"checkout:{checkout_id or event_id}", f"cart:{cart_id}" if cart_id else None)
            self._checkouts[checkout.key] = checkout
            self._checkout = self._checkout if checkout_id else checkout
        checkout.changed_by, checkout.told = event_id, False
        for cart in self._carts.values():
            if checkout.cart in (None, cart.key):
                cart.checked_out = True

    def went_on(self, event_id: str, checkout_id: str | None) -> None:
        """Something happened in a checkout that is under way."""
        checkout = self._checkouts.get(f"checkout:{checkout_id}") if checkout_id else self._checkout
        if checkout is not None:
            checkout.changed_by, checkout.told = event_id, False

    def ordered(self, cart_id: str | None, checkout_id: str | None) -> None:
        """An order empties its cart and ends its checkout; one that names none, all of them."""
        for cart in list(self._carts.values()):
            if cart_id is None or cart.key == f"cart:{cart_id}":
                self._empty(cart)
        for key in [key for key in self._checkouts if checkout_id is None or key == f"checkout:{checkout_id}"]:
            if self._checkouts.pop(key) is self._checkout:
                self._checkout = None
