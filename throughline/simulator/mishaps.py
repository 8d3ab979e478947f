"""What goes wrong in a visit: searches in vain, pages that fail or hang, clicks that do nothing, coupons that are refused."""

from __future__ import annotations

from throughline.simulator.goods import GOODS
from throughline.simulator.ledgers.sessions import LOOP_WITHIN
from throughline.simulator.person import Person
from throughline.simulator.placed import BESIDE
from throughline.simulator.world import SECOND

URL = "https://shop.example"
RARITIES = ("lattice mattress", "bunk for dogs", "silk futon 300")


def stumble(person: Person) -> None:
    """Rarely."""
    chance = person.rng.random()
    if chance < 0.03:
        _search_in_vain(person)
    elif chance < 0.05:
        _see_errors(person)
    elif chance < 0.06:
        _rage(person)
    elif chance < 0.08:
        _reload(person)


def _search_in_vain(person: Person) -> None:
    """Some look at a product between, and start anew; some shops do not say how many they found."""
    for query in RARITIES[: person.between(2, 4)]:
        results = None if person.chance(0.1) else 0
        person.do("products_searched", {"query": query, "results": results})
        if person.chance(0.15):
            person.do("product_viewed", person.rng.choice(GOODS).properties())


def _see_errors(person: Person) -> None:
    for _ in range(person.between(2, 5)):
        person.do("error_shown", {"code": "503", "message": "Try again later"})


def _rage(person: Person) -> None:
    person.do("click_frustrated", {"how": person.rng.choice(("rage", "dead", "error")), "url": f"{URL}/{GOODS[0].product_id}"})


def _reload(person: Person) -> None:
    """Three times the same page, within seconds, about as long as one bears it, or not quite."""
    within = LOOP_WITHIN + person.rng.choice(BESIDE) if person.chance(0.5) else person.between(3 * SECOND, 25 * SECOND)
    page = {"url": f"{URL}/sale", "path": "/sale"} if person.chance(0.7) else {"path": "/sale"}
    first = within // 2
    person.do("page_viewed", page)
    person.do("page_viewed", page, after=first)
    person.do("page_viewed", page, after=within - first)


def try_coupons(person: Person) -> None:
    """One is taken, or denied, and then perhaps another."""
    refs = {"cart_id": person.cart_id}
    while person.chance(0.5):
        person.do("coupon_denied", {"coupon": "SLEEP99", "reason": "expired"}, refs)
    if person.chance(0.6):
        person.do("coupon_applied", {"coupon": "SLEEP10", "discount_minor": 1000, "currency": "EUR"}, refs)
