"""Why nothing was told: the detectors say it, of the same history by which the lake was made."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

from schemas.signals import KINDS
from sinks.duck import connect
from streams.journey.routing import Router
from streams.journey.rules import Rules
from tests.broker.worker import hashed
from tests.core.shop import HOUR, MINUTE, SECOND, event
from tests.e2e.conftest import Type
from throughline.why_not import decided_through, touchpoints_of, why_not

SHOP = ("simulate", "--shoppers", "60", "--days", "9", "--seed", "8")


def test_what_it_tells_again_is_what_the_lake_holds(type_: Type, folder: Path) -> None:
    assert type_(*SHOP).code == 0
    assert type_("backfill", "events.jsonl").code == 0
    with connect(folder / ".throughline/lake") as lake:
        as_of = decided_through(lake)
        assert as_of is not None
        kept = Counter(lake.execute("SELECT subject, kind FROM episodes").fetchall())
        told: Counter[tuple[str, str]] = Counter()
        for (subject,) in lake.execute("SELECT DISTINCT owner FROM touchpoints").fetchall():
            touchpoints = touchpoints_of(lake, subject, Router(1, Rules(), hashed))
            for kind in KINDS:
                steps = why_not(touchpoints, Rules(), kind, as_of)
                told[subject, kind] += sum(step.words.startswith("told: ") for step in steps)
    assert sum(kept.values()) > 50
    assert +told == kept


def test_it_names_the_condition_and_the_moment(type_: Type, folder: Path) -> None:
    history = [
        event("product_added", cart_id="x"),
        event("page_viewed", 20 * MINUTE, event_id="looked"),
        event("checkout_started", 40 * MINUTE, cart_id="x", checkout_id="y"),
        event("order_completed", 41 * MINUTE, cart_id="x", checkout_id="y", order_id="7"),
        event("page_viewed", 2 * HOUR + SECOND, event_id="much later"),
    ]
    (folder / "events.jsonl").write_text("".join(json.dumps(one) + "\n" for one in history))
    assert type_("backfill", "events.jsonl").code == 0
    said = [" ".join(line.split()) for line in type_("why-not", "--customer", "ada", "--kind", "cart_abandoned").out.splitlines()]
    assert said[2:] == [
        "2024-05-01 12:00:00 product_added cart:x due 2024-05-01 12:30:00 UTC if nothing happens before",
        "2024-05-01 12:20:00 page_viewed cart:x due 2024-05-01 12:50:00 UTC if nothing happens before",
        "2024-05-01 12:40:00 checkout_started cart:x no: a checkout has started since the cart last changed; "
        "it would have been due 2024-05-01 12:50:00 UTC",
        "2024-05-01 12:41:00 order_completed cart:x no: the cart is empty",
    ]
    nothing = type_("why-not", "--customer", "ada", "--kind", "bad_score").out
    assert "Nothing in it is what bad_score looks at" in nothing


def test_of_a_stranger_it_says_whom_it_knows(type_: Type, folder: Path) -> None:
    (folder / "events.jsonl").write_text(json.dumps(event("page_viewed")) + "\n")
    assert type_("backfill", "events.jsonl").code == 0
    said = type_("why-not", "--customer", "bob", "--kind", "bad_score")
    assert (said.code, said.err) == (
        1,
        "error: The lake knows nothing of customer:bob. The view `touchpoints` lists whom it knows, as `owner`.\n",
    )
