"""What people do in the shop in one visit: look around, fill a cart, go to the checkout, pay or fail to."""

from __future__ import annotations

from typing import Any, Literal

from throughline.simulator.goods import GOODS, QUERIES, Product
from throughline.simulator.mishaps import URL, stumble, try_coupons
from throughline.simulator.person import Person
from throughline.simulator.placed import Placed
from throughline.simulator.world import HOUR

Intent = Literal["look", "fill", "try", "buy"]
_PRICES = {product.product_id: product for product in GOODS}


def visit(person: Person, intent: Intent) -> Placed | None:
    """One visit, and the order it ended in."""
    _arrive(person)
    browse(person)
    stumble(person)
    placed = None
    if intent != "look":
        fill_cart(person)
    if intent in ("try", "buy"):
        placed = check_out(person, leaves=intent == "try")
    if (len(person.devices) > 1 or person.device.borrowed) and person.device.id not in person.known_by:
        identify(person)
    if person.device.id in person.logged_in and not person.device.borrowed and person.chance(0.05):
        person.do("logged_out")
        del person.logged_in[person.device.id]
    return placed


def _arrive(person: Person) -> None:
    if person.number < 0 and person.device.id not in person.logged_in:
        identify(person)
    if person.kind == "guest" and person.orders and person.customer_id is None and person.chance(0.2):
        _register(person)
    if person.chance(0.15):
        person.do("promotion_clicked", {"promotion_id": "winter", "name": "Winter sale", "position": 1})
    person.do("page_viewed", {"url": f"{URL}/", "path": "/", "title": "Sleep well"})
    if person.chance(0.1):
        shown = {"experiment_id": "hero", "variation_id": person.rng.choice("ab")}
        person.tell(person.now + 1, "experiment_viewed", shown, person.identity(), person.device.channel)


def identify(person: Person) -> None:
    """They say who they are: members log in, guests leave their e-mail."""
    if person.customer_id is None:
        person.do("identified", {"traits": {"newsletter": True}}, person.joins("email"))
        return
    names = ("customer_id", "email") if person.chance(0.5) else ("customer_id",)
    person.do("identified", {"traits": {"tier": "blue"}}, person.joins(*names))
    person.logged_in[person.device.id] = person.now


def _register(person: Person) -> None:
    """A guest opens an account; the e-mail they had ordered with becomes its."""
    person.customer_id = f"c{person.name}"
    person.do("identified", {"traits": {"registered": True}}, person.joins("customer_id", "email"))
    person.logged_in[person.device.id] = person.now


def browse(person: Person) -> None:
    if person.chance(0.4):
        results = 0 if person.chance(0.15) else person.between(1, 40)
        person.do("products_searched", {"query": person.rng.choice(QUERIES), "results": results})
    if person.chance(0.4):
        person.do("product_list_viewed", {"list_id": "all", "category": person.rng.choice(GOODS).category})
    for _ in range(person.between(0, 5)):
        product = person.rng.choice(GOODS)
        person.do("product_viewed", {**product.properties(), "url": f"{URL}/{product.product_id}"})
        _linger(person, product)


def _linger(person: Person, product: Product) -> None:
    chance = person.rng.random()
    if chance < 0.06:
        person.do("feature_used", {"feature": person.rng.choice(("ar_preview", "size_guide", "recommendation"))})
    elif chance < 0.10:
        person.do("wishlist_added", product.properties())
    elif chance < 0.11:
        person.do("error_shown", {"code": "503", "message": "Try again later", "url": f"{URL}/{product.product_id}"})


def fill_cart(person: Person) -> None:
    """Add, and now and then think better of it; at times nothing is left in the end."""
    if person.named and person.cart_id is None:
        person.cart_id = f"k{person.name}-{person.events}"
    for _ in range(person.between(1, 4)):
        _add(person, person.rng.choice(GOODS))
        if person.chance(0.15) and person.holds:
            _remove(person)
    chance = person.rng.random()
    if chance < 0.15:
        person.do("cart_viewed", {"products": _held(person)}, {"cart_id": person.cart_id})
    elif chance < 0.27:
        try_coupons(person)


def _add(person: Person, product: Product) -> None:
    quantity = 2 if person.chance(0.1) else 1
    person.do("product_added", product.properties(quantity), {"cart_id": person.cart_id})
    person.holds[product.product_id] = person.holds.get(product.product_id, 0) + quantity


def _remove(person: Person) -> None:
    product_id = person.rng.choice(list(person.holds))
    if person.chance(0.1):
        person.do("product_removed", {"product_id": "never-was-here", "quantity": 1}, {"cart_id": person.cart_id})
    quantity = person.holds.pop(product_id)
    person.do("product_removed", {"product_id": product_id, "quantity": quantity}, {"cart_id": person.cart_id})


def _held(person: Person) -> list[dict[str, Any]]:
    return [_PRICES[product_id].properties(quantity) for product_id, quantity in person.holds.items()]


def _worth(person: Person) -> int:
    return sum(_PRICES[product_id].price_minor * quantity for product_id, quantity in person.holds.items())


def check_out(person: Person, leaves: bool) -> Placed | None:
    """From the start to the order; who ``leaves`` does so somewhere on the way, and so does who cannot pay."""
    if not person.holds:
        return None
    if person.kind == "member" and person.device.id not in person.logged_in:
        identify(person)
    if not (person.checkout_id and person.chance(0.5)):
        person.checkout_id = f"x{person.name}-{person.events}" if person.named else None
    refs = {"checkout_id": None if person.names_late else person.checkout_id, "cart_id": person.cart_id}
    person.do("checkout_started", {"value_minor": _worth(person), "currency": "EUR", "products": _held(person)}, refs)
    last_step = person.between(0, 4) if leaves else 4
    return _order(person) if _steps(person, last_step) and _pay(person) else None


def _steps(person: Person, last_step: int) -> bool:
    refs = {"checkout_id": person.checkout_id}
    for step in (1, 2, 3):
        if step > last_step:
            return False
        person.do("checkout_step_viewed", {"step": step}, refs)
        if not _fill_in(person, step):
            return False
        contact = person.joins("email") if step == 1 and person.kind == "guest" else {}
        person.do("checkout_step_completed", {"step": step, "shipping_method": "standard"}, {**refs, **contact})
    return last_step > 3


def _fill_in(person: Person, step: int) -> bool:
    """Rarely a field refuses what is entered again and again, and some give up; not every form says which step it is of."""
    stubborn = person.chance(0.03)
    said = person.rng.choice((step, step, str(step), None))
    for _ in range(person.between(2, 5) if stubborn else int(person.chance(0.1))):
        field = "street" if person.chance(0.1) else "postcode"
        error = {"field": field, "message": "Not understood", "step": said}
        person.do("form_error_shown", error, {"checkout_id": person.checkout_id})
    return not stubborn or person.chance(0.6)


def _pay(person: Person) -> bool:
    """With what they have; a hard decline mostly is the end, a soft one is tried again."""
    refs = {"checkout_id": person.checkout_id}
    person.do("payment_info_entered", {"payment_method": "card"}, refs)
    if person.chance(0.03):
        person.do("payment_method_unavailable", {"payment_method": "card"}, refs)
        if person.chance(0.4):
            return False
        person.do("payment_info_entered", {"payment_method": "invoice"}, refs)
    while person.chance(0.12):
        hard = person.chance(0.4)
        failure = {"decline": "hard" if hard else "soft", "payment_method": "card", "code": "51", "amount_minor": _worth(person)}
        person.do("payment_failed", {**failure, "currency": "EUR"}, refs)
        if hard and person.chance(0.7):
            return False
        person.do("payment_info_entered", {"payment_method": "card"}, refs)
    return True


def _order(person: Person) -> Placed:
    """One in ten shops' payment pages forgets which cart and checkout it came from."""
    person.orders.append(f"o{person.name}-{len(person.orders) + 1}")
    refs = {"checkout_id": person.checkout_id, "cart_id": person.cart_id} if person.chance(0.9) else {}
    names = ("email", "phone") if person.kind == "guest" or person.chance(0.5) else ("phone",)
    worth = _worth(person)
    money = {"total_minor": worth + 490, "revenue_minor": worth, "shipping_minor": 490, "currency": "EUR"}
    dispatch_by = person.now + person.between(12, 97) * HOUR if person.chance(0.5) else None
    said = {**money, "payment_method": "card", "dispatch_by": dispatch_by, "products": _held(person)}
    person.do("order_completed", said, {"order_id": person.orders[-1], **refs, **person.joins(*names)})
    person.holds, person.checkout_id = {}, None
    if person.chance(0.5):
        person.cart_id = None
    return Placed(person.orders[-1], person.now, dispatch_by)
