"""A parcel's way as it goes wrong, and its customer who asks."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tests.agreement.plain.lives import Episode, Life, Touchpoint, expiring, order_of, said, told, when
from tests.agreement.plain.orders import ATTEMPTS, DISPATCHES, MOVES, Order, keys_of, orders

FIRST_SCAN_WITHIN = timedelta(hours=48)
SCAN_GAP = timedelta(hours=72)
PICKUP_WITHIN = REFUND_WITHIN = timedelta(days=5)
SETTLED_ON_THE_WAY = ("address", "refused", "weather", "other")


def parcel_episodes(life: Life, as_of: datetime) -> list[Episode]:
    found: list[Episode] = []
    for order in orders(life):
        found += silences(order, as_of) + expected_delays(order, as_of) + failures(order, as_of) + exceptions(order)
        found += late_refunds(order, as_of) + questions(life, order)
    return found


def up_to(order: Order, event: Touchpoint) -> Order:
    """The order as it was known when the event had happened."""
    return Order(order.key, order.order_id, [one for one in order.events if order_of(one) <= order_of(event)])


def by(order: Order, moment: datetime) -> Order:
    """The order as it was known when the moment was over."""
    return Order(order.key, order.order_id, [one for one in order.events if when(one) <= moment])


def delivered(order: Order) -> bool:
    return order.all_parcels("delivered") is not None


# -- silence ------------------------------------------------------------------------------------------------------------


def ways(order: Order) -> list[Life]:
    """What happened to each parcel."""
    found: dict[str, Life] = {}
    for event in order.events:
        name = event.get("shipment_id")
        if event["type"] not in MOVES:
            continue
        if name is None and not found:
            found[""] = []
        if name is not None and "" in found:
            found[name] = found.pop("")
        if name is not None:
            found.setdefault(name, [])
        for parcel in found if name is None else [name]:
            found[parcel].append(event)
    return list(found.values())


def last_word(way: Life) -> Touchpoint | None:
    word: Touchpoint | None = None
    for event in way:
        if word is not None and word["type"] in ("delivered", "returned_to_sender"):
            break
        if event["type"] != "shipment_created" and (event["type"] != "shipment_dispatched" or word is None):
            word = event
    return word


def patience(word: Touchpoint) -> timedelta | None:
    """How long nothing may follow it."""
    if word["type"] == "shipment_dispatched":
        return FIRST_SCAN_WITHIN
    if word["type"] in ("shipment_scanned", "out_for_delivery", "delivery_attempt_failed"):
        return SCAN_GAP
    return SCAN_GAP if said(word, "exception") in SETTLED_ON_THE_WAY else None


def silences(order: Order, as_of: datetime) -> list[Episode]:
    found: list[Episode] = []
    for word in order.events:
        wait = patience(word)
        if wait is None or when(word) + wait >= as_of:
            continue
        then = by(order, when(word) + wait)
        if then.cancelled_at or not is_last(word, then):
            continue
        later = [up_to(order, event) for event in order.events if when(event) > when(word) + wait]
        ends = [when(state.events[-1]) for state in later if state.cancelled_at or not is_last(word, state)]
        found.append(told("carrier_silent", order.key, word["event_id"], when(word) + wait, min(ends, default=None)))
    return found


def is_last(word: Touchpoint, order: Order) -> bool:
    return any(last_word(way) is word for way in ways(order))


# -- expectations -------------------------------------------------------------------------------------------------------


def expected_delays(order: Order, as_of: datetime) -> list[Episode]:
    found: list[Episode] = []
    for number, event in enumerate(order.events):
        now = up_to(order, event)
        estimates = [one for one in now.events if one["type"] == "estimate_updated"]
        first_promise = (
            event["type"] == "delivery_promised" and [one["type"] for one in now.events].count("delivery_promised") == 1
        )
        looked_at = event["type"] == "estimate_updated" or first_promise
        if not looked_at or now.promise is None or not estimates or now.all_parcels(*ATTEMPTS) or now.cancelled_at:
            continue
        promised = now.promise[0]
        if not when(event) < promised < estimated(estimates[-1], order):
            continue
        later = [up_to(order, one) for one in order.events[number + 1 :]]
        ends = [when(then.events[-1]) for then in later if estimate_is_over(then)]
        end, anchor = min(ends, default=None), estimates[-1]["event_id"]
        found.append(expiring("delay_expected", order.key, anchor, when(event), end, promised, as_of))
    return found


def estimate_is_over(order: Order) -> bool:
    """By the last thing that happened."""
    attempted = order.all_parcels(*ATTEMPTS) is not None
    return order.events[-1]["type"] == "estimate_updated" or attempted or order.cancelled_at is not None


def estimated(event: Touchpoint, order: Order) -> datetime:
    if moment := said(event, "estimated_at"):
        return datetime.fromisoformat(moment)
    promised = next(one for one in order.events if one["type"] == "delivery_promised")
    zone = said(event, "destination_timezone") or said(promised, "destination_timezone") or "UTC"
    return datetime.combine(date.fromisoformat(said(event, "estimated_date")), time(23, 59, 59), ZoneInfo(zone))


# -- failures -----------------------------------------------------------------------------------------------------------


def failures(order: Order, as_of: datetime) -> list[Episode]:
    """Events and the moments at which a pickup falls due, in one row; what falls due stands behind what happens then."""
    moments = [(when(event), 0, number, event) for number, event in enumerate(order.events)]
    moments += [(when(pickup) + PICKUP_WITHIN, 1, order.events.index(pickup), pickup) for pickup in unclaimed(order)]
    found: list[Episode] = []
    is_open = False
    for at, falls_due, _, event in sorted(moments, key=lambda moment: moment[:3]):
        now = by(order, at) if falls_due else up_to(order, event)
        settled = delivered(now) or now.cancelled_at is not None
        if not falls_due and (settled or event["type"] == "returned_to_sender"):
            is_open = False
        if (falls_due or event["type"] == "delivery_attempt_failed") and not settled and not is_open:
            is_open = True
            if not falls_due or at < as_of:
                end = end_of_failure(order, at, None if falls_due else event)
                found.append(told("delivery_failed", order.key, event["event_id"], at, end))
    return found


def unclaimed(order: Order) -> Life:
    """The pickups that nobody came for in time."""
    found: Life = []
    for way in ways(order):
        pickup = next((event for event in way if event["type"] == "ready_for_pickup"), None)
        gone = [when(event) for event in way if event["type"] in ("delivered", "returned_to_sender")]
        if pickup and pickup not in found and not any(at <= when(pickup) + PICKUP_WITHIN for at in gone):
            found.append(pickup)
    return found


def end_of_failure(order: Order, opened: datetime, cause: Touchpoint | None) -> datetime | None:
    for event in order.events:
        after = order_of(event) > order_of(cause) if cause else when(event) > opened
        now = up_to(order, event)
        if after and (delivered(now) or now.cancelled_at or event["type"] == "returned_to_sender"):
            return when(event)
    return None


def exceptions(order: Order) -> list[Episode]:
    found: list[Episode] = []
    causes: Life = []
    ends: list[datetime | None] = []
    was_delivered = False
    for event in order.events:
        becomes_delivered = not was_delivered and delivered(up_to(order, event))
        was_delivered = was_delivered or becomes_delivered
        if (becomes_delivered or event["type"] == "order_refunded") and ends and ends[-1] is None:
            ends[-1] = when(event)
        trouble = event["type"] == "returned_to_sender" or said(event, "exception") in ("damaged", "lost", "customs")
        if trouble and (not ends or ends[-1] is not None):
            causes.append(event)
            ends.append(None)
    for cause, end in zip(causes, ends, strict=True):
        found.append(told("delivery_exception", order.key, cause["event_id"], when(cause), end))
    return found


# -- money back, and questions ------------------------------------------------------------------------------------------


def late_refunds(order: Order, as_of: datetime) -> list[Episode]:
    received = order.first("return_received")
    if received is None or received + REFUND_WITHIN >= as_of:
        return []
    due, since = received + REFUND_WITHIN, min(received, order.first("return_requested") or received)
    refunds = [when(event) for event in order.events if event["type"] == "order_refunded"]
    if any(since <= at <= due for at in refunds):
        return []
    return [told("refund_late", order.key, "", due, min([at for at in refunds if at > due], default=None))]


def questions(life: Life, order: Order) -> list[Episode]:
    views, opened = 0, None
    for event, key in zip(life, keys_of(life), strict=True):
        now = up_to(order, event)
        over = delivered(now) or now.cancelled_at is not None or now.first("returned_to_sender") is not None
        if opened and over:
            return [told("where_is_my_order", order.key, "", opened, when(event))]
        if opened or over or key not in (None, order.key) or now.first(*DISPATCHES) is None:
            continue
        if event["type"] == "page_viewed" and said(event, "page_kind") == "order_status":
            views += 1
        if event["type"] == "ticket_opened" or views == 3:
            opened = when(event)
    return [told("where_is_my_order", order.key, "", opened, None)] if opened else []
