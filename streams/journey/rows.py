"""What the lake is told of a subject: its sessions, journeys and orders as rows."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import msgspec

from schemas.instants import moment
from schemas.signals import named
from schemas.tables import JourneyRow, OrderRow, SessionRow
from streams.journey.entries import Instant
from streams.journey.state import Journey, Order, Session

_json = msgspec.json.Encoder()


def journey_id(subject: str, first: str) -> str:
    """A journey is named by whose it is and by the event that began it."""
    return named(f"journey/{subject}/{first}")


def session_id(subject: str, first: str) -> str:
    return named(f"session/{subject}/{first}")


def session_row(subject: str, journey: Journey, session: Session) -> SessionRow:
    return SessionRow(
        session_id=session.id,
        first_event_id=session.first,
        subject=subject,
        journey_id=journey.id,
        number=session.number,
        started_at=session.started_at,
        ended_at=session.ended_at,
        touchpoints=session.touchpoints,
        channel=session.channel,
        products_viewed=session.products_viewed,
        products_added=session.products_added,
        orders=session.orders,
    )


def journey_row(subject: str, journey: Journey, closed_at: Instant | None, signals_open: int) -> JourneyRow:
    verdicts = [order_on_time(order) for order in journey.orders.values()]
    return JourneyRow(
        journey_id=journey.id,
        subject=subject,
        number=journey.number,
        opened_at=journey.opened_at,
        last_at=journey.last_at,
        closed_at=closed_at,
        outcome=outcome(journey),
        touchpoints=journey.touchpoints,
        sessions=journey.sessions,
        channels=journey.channels,
        stages=_json.encode(journey.stages).decode(),
        carts=journey.cart_count,
        checkouts=journey.checkout_count,
        orders=journey.order_count,
        revenue=_json.encode(revenue(journey)).decode(),
        promises_kept=verdicts.count(True),
        promises_missed=verdicts.count(False),
        tickets=journey.ticket_count,
        replies=journey.replies,
        scores=_json.encode(journey.scores).decode() if journey.scores else None,
        signals=journey.signals,
        signals_open=signals_open,
        friction=float(journey.friction),
    )


def order_row(subject: str, journey: Journey, order: Order) -> OrderRow:
    return OrderRow(
        order_id=order.key.removeprefix("order:"),
        subject=subject,
        journey_id=journey.id,
        ordered_at=order.ordered_at,
        total_minor=order.total_minor,
        currency=order.currency,
        cart_id=order.cart_id,
        checkout_id=order.checkout_id,
        cancelled_at=order.cancelled_at,
        refunded_at=order.refunded_at,
        refunded_minor=order.refunded_minor,
        dispatch_by=order.dispatch_by,
        dispatched_at=order.dispatched_at,
        promised_at=order.promised_at,
        promised_timezone=order.timezone,
        estimated_at=order.estimated_at,
        first_attempt_at=order.first_attempt_at,
        delivered_at=order.delivered_at,
        on_time=order_on_time(order),
        days_late=days_late(order),
        shipments=len(order.parcels),
        return_requested_at=order.return_requested_at,
        return_received_at=order.return_received_at,
    )


def outcome(journey: Journey) -> str:
    """``converted``: an order not wholly cancelled; ``abandoned``: a cart or checkout, no order; ``served``: support only."""
    if any(_ordered_in(journey, order) and order.cancelled_at is None for order in journey.orders.values()):
        return "converted"
    if journey.cart_count or journey.checkout_count:
        return "abandoned"
    if journey.ticket_count and not journey.stages.keys() - {"support"}:
        return "served"
    return "browsed"


def _ordered_in(journey: Journey, order: Order) -> bool:
    """Not in an earlier journey, of which it is only an after-effect here."""
    return order.ordered_at is not None and order.ordered_at >= journey.opened_at


def revenue(journey: Journey) -> dict[str, int]:
    """Minor units by currency: what was ordered, less what was cancelled or refunded."""
    sums: dict[str, int] = {}
    for order in journey.orders.values():
        if not _ordered_in(journey, order) or order.cancelled_at is not None:
            continue
        if order.total_minor is not None and order.currency is not None:
            earned = order.total_minor - (order.refunded_minor or 0)
            sums[order.currency] = sums.get(order.currency, 0) + earned
    return sums


def order_on_time(order: Order) -> bool | None:
    """AfterShip's rule: the first attempt against the original promise; None while nobody can know."""
    if order.promised_at is None:
        return None
    if order.first_attempt_at is not None:
        return order.first_attempt_at <= order.promised_at
    return False if order.delivery_late else None


def days_late(order: Order) -> int | None:
    """Calendar days from the promised to the delivered day, where the parcel went; early is negative."""
    if order.promised_at is None or order.delivered_at is None:
        return None
    zone = ZoneInfo(order.timezone or "UTC")
    promised, delivered = (moment(at).astimezone(zone).date() for at in (order.promised_at, order.delivered_at))
    return (delivered - promised).days
