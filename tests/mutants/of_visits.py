"""Mutants of what is found in the shop and at the checkout."""

from __future__ import annotations

from tests.mutants.mutant import of

MUTANTS = (
    *of(
        "detectors/cart_abandoned.py",
        ("if cart.checkout_since:", "if False:", "a cart in checkout is abandoned"),
        (
            "if any(self._explains(episode, cart, journey) for episode in standing):",
            "if False:",
            "no checkout stands for its cart",
        ),
        (
            "        cart.opened_for = cart.changed_by[0]\n",
            "        cart.passed_over = journey.last_own_at\n",
            "one change is left twice",
        ),
        ("touchpoint.own else None", "True else None", "a carrier's scan brings the customer back"),
        ("checkout.cart in (None, cart.key)", "True", "any checkout stands for any cart"),
        (
            "if cart.passed_over == journey.last_own_at:",
            "if cart.passed_over >= 0:",
            "a cart that a checkout once stood for is never left again",
        ),
    ),
    *of(
        "detectors/checkout_abandoned.py",
        (
            "if checkout.ordered or checkout.changed_by is None:",
            "if checkout.changed_by is None:",
            "an ordered checkout is abandoned",
        ),
        (
            "return journey.last_own_at + self._idle",
            "return checkout.changed_at + self._idle",
            "only steps of the checkout are activity",
        ),
        ("touchpoint.own else None", "touchpoint.type == 'order_completed' else None", "only an order ends it"),
    ),
    *of(
        "detectors/browse_abandoned.py",
        ("if not session.products_viewed:", "if False:", "who saw no product has browsed"),
        ("if session.products_added or session.orders:", "if session.orders:", "who put something back has only browsed"),
        ("if session.products_added or session.orders:", "if session.products_added:", "who ordered has only browsed"),
        ("if any(cart.items for cart in journey.carts.values()):", "if False:", "a cart from before does not stand for itself"),
        (
            "        session.told.append(self.kind)\n",
            "        session.passed_over = journey.last_own_at\n",
            "a session is told of in every silence",
        ),
        (
            "if session.passed_over == journey.last_own_at:",
            "if session.passed_over >= 0:",
            "a silence that a checkout explained explains all that follow",
        ),
        ("if any(episode.open and episode.kind in _EXPLAINS for episode in standing):", "if False:", "no checkout explains it"),
        (
            "if any(episode.open and episode.kind in _EXPLAINS for episode in standing):",
            "if any(episode.kind in _EXPLAINS for episode in standing):",
            "a checkout explains it that is long over",
        ),
    ),
    *of(
        "detectors/search_dead_end.py",
        (
            "if session.dead_searches < self.searches:",
            "if session.dead_searches <= self.searches:",
            "the third search is the dead end",
        ),
        ("session is None or self.kind in session.told", "session is None", "every search after the second is a dead end"),
        ("return session.ends_at if", "return session.ended_at if", "it is over with the last click"),
    ),
    *of(
        "detectors/page_frustration.py",
        ("session.errors >= self.errors else None", "session.errors > self.errors else None", "the fourth error is the first"),
        ("session is None or self.kind in session.told", "session is None", "every click after the first is told"),
        ("and at >= since]", "and at > since]", "fifteen seconds exactly are too long"),
        ("if seen == page and at >= since]", "if at >= since]", "any three pages are a loop"),
        (
            "page is None or len(views) < self.loop_views",
            "len(views) < self.loop_views - 1 or page is None",
            "two views are a loop",
        ),
        ('"click_frustrated", "error_shown", "page_viewed"', '"error_shown", "page_viewed"', "no click frustrates"),
        ("return session.ends_at if", "return session.started_at if", "it is over before it began"),
    ),
    *of(
        "detectors/coupon_trouble.py",
        (
            "if self.kind in session.told else session.ends_at",
            "if self.kind in session.told else session.ended_at",
            "the visit need not be over",
        ),
        ('touchpoint.type == "order_completed" else None', "touchpoint.own else None", "looking on is as good as an order"),
        ("session.denied is None", "session.denied is None or session.orders", "an order before the denial counts"),
    ),
    *of(
        "detectors/payment_trouble.py",
        (
            "elif checkout.failures >= self.failures:",
            "elif checkout.failures > self.failures:",
            "the third failure is trouble, not the second",
        ),
        ('touchpoint.facts.get("decline") == "hard"', "False", "a card that will never do may do"),
        ('if touchpoint.type == "payment_method_unavailable":', "if False:", "no method that suits is no trouble"),
        ("checkout is None or self.stands(checkout.key, fold.episodes)", "checkout is None", "every failure is another trouble"),
        ("checkout is not None and checkout.ordered", "checkout is not None", "anything ends it"),
    ),
    *of(
        "detectors/form_trouble.py",
        ("!= self.errors:", "< self.errors:", "the fourth error is told too"),
        ("completes(touchpoint, episode.detail) and ", "touchpoint.type == 'checkout_step_completed' and ", "any step ends it"),
        (" and checkout_of(journey, touchpoint) is checkout", "", "another checkout's step ends it"),
        ("        if checkout.ordered:\n", "        if False:\n", "an order does not end it"),
    ),
    *of(
        "sessions.py",
        ("        session.dead_searches = 0\n", "", "a product between two searches changes nothing"),
        ('facts.get("results") == 0', 'not facts.get("results")', "a search that does not say found nothing"),
        ("        session.denied = None\n", "", "an order does not follow the denial"),
        ("if view[0] >= since]", "if view[0] > since]", "a view a minute ago is forgotten"),
    ),
    *of(
        "carts.py",
        ("if cart is None or product not in cart.items:", "if cart is None:", "taking out what is not there is a change"),
        ("if held[0] <= 0:", "if held[0] < 0:", "a cart of nothing is a cart"),
        ("    cart.checkout_since = False\n", "", "a change after a checkout is not left"),
        ("                cart.checkout_since = True\n", "                pass\n", "a cart in checkout is abandoned"),
        ("        checkout.failures += 1\n", "        checkout.failures = 1\n", "failures are not counted"),
        ("if not completes(touchpoint, place)}", "if True}", "a completed step forgives nothing"),
        ('step in ("", str(touchpoint.facts.get("step", "")))', "True", "any step forgives every error"),
        ('step in ("", str(', 'step in ("-", str(', "an error of no step is of none"),
        ('return f"{step}{_STEP_ENDS}{name}"', 'return f"{step}{_STEP_ENDS}"', "errors of all fields are one"),
        ('return f"{step}{_STEP_ENDS}{name}"', 'return f"{_STEP_ENDS}{name}"', "errors of all steps are one"),
        (
            "return None if checkout is None or checkout.ordered else checkout",
            "return checkout",
            "an ordered checkout takes more",
        ),
        (
            "        if checkout.cart in (None, cart.key) and cart.items:",
            "        if cart.items:",
            "a checkout is worth any cart",
        ),
        ("implicit is not None and implicit.awaits_name", "False", "what was started without a name never gets one"),
        ("implicit is not None and implicit.awaits_name", "implicit is not None", "every new name is the implicit checkout's"),
        ("if checkout is None and implicit is not None", "if implicit is not None", "another's name is the implicit one's"),
        ("        implicit.names.append(name)\n", "", "a name is forgotten"),
        ("        checkout.awaits_name = False\n", "        pass\n", "who has a name awaits another"),
        ("latest.changed_at == touchpoint.at and ", "", "a start is always of the checkout begun last"),
        ("latest.changed_at == touchpoint.at and ", "False and ", "of one moment, a start that counts second begins another"),
        (" and not latest.ordered and ", " and ", "a start at the moment of the order is of what was ordered"),
        (" and latest is not implicit:", ":", "of one moment, a second start awaits no name"),
        ("        journey.implicit_checkout = latest.key\n", "", "the checkout that a start joins is not the implicit one"),
        ("ended = [_named(journey, name) or ", "ended = [_known(journey, name) or ", "an order names nothing"),
    ),
)
