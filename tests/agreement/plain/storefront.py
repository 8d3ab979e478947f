"""What gets in a customer's way in the shop and at the checkout."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

from tests.agreement.plain.carts import checkout_changes
from tests.agreement.plain.lives import SESSION_GAP, Episode, Life, Touchpoint, expiring, groups, said, told, when

DAY = timedelta(days=1)
LOOP = timedelta(seconds=15)


def storefront_episodes(life: Life, as_of: datetime) -> list[Episode]:
    found = payment_troubles(life, as_of) + form_troubles(life, as_of)
    for group in groups(life):
        key = f"session:{group[0]['event_id']}"
        over = when(group[-1]) + SESSION_GAP
        for kind, event in (("search_dead_end", dead_end(group)), ("page_frustration", frustration(group))):
            if event is not None:
                found.append(expiring(kind, key, "", when(event), None, over, as_of))
        if denied_for_good(group) and over < as_of:
            orders = [when(event) for event in life if event["type"] == "order_completed" and when(event) > over]
            found.append(told("coupon_trouble", key, "", over, min(orders, default=None)))
    return found


def by_checkout(life: Life) -> list[tuple[str, Life, datetime | None]]:
    """(key, what happened in it, when an order ended it)."""
    changes, over = checkout_changes(life)
    keys = dict.fromkeys(change.key for change in changes)
    return [
        (key, [life[change.place] for change in changes if change.key == key], when(life[over[key]]) if key in over else None)
        for key in keys
    ]


def payment_troubles(life: Life, as_of: datetime) -> list[Episode]:
    found: list[Episode] = []
    for key, events, ordered in by_checkout(life):
        failures, expiry = 0, None
        for event in events:
            if event["type"] == "payment_failed":
                failures += 1
                trouble = failures >= 2 or said(event, "decline") == "hard"
            else:
                trouble = event["type"] == "payment_method_unavailable"
            if trouble and (expiry is None or expiry < when(event)):
                expiry = when(event) + DAY
                found.append(expiring("payment_trouble", key, event["event_id"], when(event), ordered, expiry, as_of))
    return found


def form_troubles(life: Life, as_of: datetime) -> list[Episode]:
    found: list[Episode] = []
    for key, events, ordered in by_checkout(life):
        errors: Counter[tuple[str, str | None]] = Counter()
        for number, event in enumerate(events):
            if event["type"] == "checkout_step_completed":
                for field, step in list(errors):
                    if fits(step, event):
                        del errors[field, step]
            if event["type"] == "form_error_shown":
                step = None if said(event, "step") is None else str(said(event, "step"))
                errors[said(event, "field"), step] += 1
                if errors[said(event, "field"), step] == 3:
                    ends = [when(one) for one in events[number:] if one["type"] == "checkout_step_completed" and fits(step, one)]
                    end = min(ends + ([ordered] if ordered else []), default=None)
                    found.append(expiring("form_trouble", key, event["event_id"], when(event), end, when(event) + DAY, as_of))
    return found


def fits(step: str | None, completion: Touchpoint) -> bool:
    return step is None or step == str(said(completion, "step"))


def dead_end(group: Life) -> Touchpoint | None:
    """The search of a session by which it becomes one."""
    dead_ends = 0
    for event in group:
        if event["type"] == "product_viewed":
            dead_ends = 0
        if event["type"] == "products_searched" and said(event, "results") == 0:
            dead_ends += 1
            if dead_ends == 2:
                return event
    return None


def frustration(group: Life) -> Touchpoint | None:
    """What frustrates first in a session."""
    errors = 0
    views: dict[str, list[datetime]] = {}
    for event in group:
        if event["type"] == "click_frustrated":
            return event
        if event["type"] == "error_shown":
            errors += 1
            if errors == 3:
                return event
        page = said(event, "url") or said(event, "path")
        if event["type"] == "page_viewed" and page:
            seen = views.setdefault(page, [])
            seen.append(when(event))
            if len(seen) >= 3 and seen[-1] - seen[-3] <= LOOP:
                return event
    return None


def denied_for_good(group: Life) -> bool:
    """Whether the last word of a session on coupons and orders is a denial."""
    words = [event["type"] for event in group if event["type"] in ("coupon_denied", "order_completed")]
    return words[-1:] == ["coupon_denied"]
