"""Mutants of what is found of orders and their parcels."""

from __future__ import annotations

from tests.mutants.mutant import of

MUTANTS = (
    *of(
        "detectors/dispatch_late.py",
        (
            "        if order.cancelled_at is not None:\n            return CANCELLED\n",
            "",
            "a cancelled order is dispatched late",
        ),
        (
            "return max(self._by(order), order.dated_at)",
            "return self._by(order)",
            "a date that is past is late before it was spoken of",
        ),
        (
            "if order.dispatch_by is not None:\n            return",
            "if False:\n            return",
            "the shop's own date does not count",
        ),
        (
            "        if order.dispatched_at is not None:\n            return f",
            "        if False:\n            return f",
            "a dispatch ends nothing",
        ),
    ),
    *of(
        "detectors/delivery_late.py",
        ("return max(order.promised_at, order.promise_known_at)", "return order.promised_at", "late before it was promised"),
        ("        if order.first_attempt_at is not None:\n", "        if False:\n", "an attempt keeps no promise"),
        ("        if order.cancelled_at is not None:\n            return CANCELLED\n", "", "a cancelled order is late"),
    ),
    *of(
        "detectors/carrier_silent.py",
        (
            '{"first scan": micros(self.first_scan_within), "scan"',
            '{"first scan": micros(self.scan_gap), "scan"',
            "the first scan has three days",
        ),
        ('"scan": micros(self.scan_gap)}', '"scan": micros(self.first_scan_within)}', "every scan has two days"),
        ("return min(dues) if dues else", "return max(dues) if dues else", "the last parcel's silence counts"),
        (
            "parcel.silent = parcel.silent or parcel.word == silent.word",
            "parcel.silent = parcel.silent or parcel is silent",
            "one word for two parcels is two silences",
        ),
        (
            "        if order.cancelled_at is not None:\n            return CANCELLED\n",
            "",
            "a cancelled order's carrier is silent",
        ),
        ("if all(parcel.word is None", "if any(parcel.word is None", "one parcel's word ends the silence of both"),
        ("        return cancelled(order.cancelled_at)\n", "        return None\n", "a cancellation ends no silence"),
    ),
    *of(
        "detectors/delay_expected.py",
        ("elif touchpoint.at >= order.promised_at:", "elif touchpoint.at > order.promised_at:", "at the promise it is not past"),
        (
            "elif order.estimated_at <= order.promised_at:",
            "elif order.estimated_at < order.promised_at:",
            "an estimate as promised is late",
        ),
        (
            "elif evidence_of(touchpoint) not in (order.estimated_by, order.promised_by):",
            "elif False:",
            "a second promise tells it again",
        ),
        (
            "elif evidence_of(touchpoint) not in (order.estimated_by, order.promised_by):",
            "elif evidence_of(touchpoint) != order.estimated_by:",
            "a promise after the estimate says nothing",
        ),
        (
            "elif order.first_attempt_at is not None or order.cancelled_at is not None:",
            "elif order.cancelled_at is not None:",
            "late after the attempt",
        ),
        (
            "elif order.first_attempt_at is not None or order.cancelled_at is not None:",
            "elif order.first_attempt_at is not None:",
            "late after the end",
        ),
        ("if order.estimated_by[0] != episode.anchor:", "if False:", "a newer estimate changes nothing"),
        (
            "        if order.first_attempt_at is not None:\n            return f",
            "        if False:\n            return f",
            "an attempt ends no delay",
        ),
        ("return None if order is None else order.promised_at", "return None", "it outlasts the promise"),
        ("        return cancelled(order.cancelled_at)\n", "        return None\n", "a cancellation ends no delay"),
    ),
    *of(
        "detectors/delivery_failed.py",
        (
            "order is None or _over(order) or self.stands(order.key, fold.episodes):",
            "order is None or _over(order):",
            "every attempt is another trouble",
        ),
        (
            "order is None or _over(order) or self.stands(order.key, fold.episodes):",
            "order is None or self.stands(order.key, fold.episodes):",
            "an attempt fails after the delivery",
        ),
        (
            "        if _over(order) or self.stands(order.key, standing):\n            return None\n",
            "",
            "a pickup is told beside an attempt",
        ),
        ("return min(waiting) if waiting", "return max(waiting) if waiting", "the last pickup counts"),
        (
            "claimed = parcel.delivered_at is not None or parcel.returned_at is not None",
            "claimed = parcel.delivered_at is not None",
            "what went back lies there",
        ),
        (
            "claimed = parcel.delivered_at is not None or parcel.returned_at is not None",
            "claimed = parcel.returned_at is not None",
            "what was fetched lies there",
        ),
        ("if order.returned_by == evidence_of(touchpoint):", "if False:", "what goes back is still at the door"),
        (
            "if order.returned_by == evidence_of(touchpoint):",
            "if order.returned_at is not None:",
            "what went back before ends it",
        ),
        (
            "return order.delivered_at is not None or order.cancelled_at is not None",
            "return order.delivered_at is not None",
            "a cancelled order is attempted",
        ),
    ),
    *of(
        "detectors/delivery_exception.py",
        (" or self.stands(order.key, fold.episodes)", "", "every word of it is another trouble"),
        (', "customs": "stuck in customs"', "", "customs hold nothing up"),
        ('{"damaged": "damaged", ', '{"refused": "refused", "damaged": "damaged", ', "a refused parcel is an exception"),
        ('touchpoint.type == "returned_to_sender"', "False", "what goes back is none"),
        ("if order.refunded_by == evidence_of(touchpoint):", "if order.refunded_at is not None:", "a refund from before ends it"),
        (
            "if order.delivered_by == evidence_of(touchpoint):",
            "if order.delivered_at is not None:",
            "a delivery from before ends it",
        ),
    ),
    *of(
        "detectors/refund_late.py",
        ("order.refunded_at >= since", "order.refunded_at > since", "a refund as it was asked for is none"),
        (
            "order.refunded_at is not None and order.refunded_at >= since",
            "order.refunded_at is not None",
            "what was refunded before counts",
        ),
        (
            "since = min(order.return_requested_at or order.return_received_at, order.return_received_at)",
            "since = order.return_received_at",
            "only its arrival counts",
        ),
        (
            "since = min(order.return_requested_at or order.return_received_at, order.return_received_at)",
            "since = order.return_requested_at or order.return_received_at",
            "who asks after it arrived must be refunded anew",
        ),
        (
            "if order.refunded_by == evidence_of(touchpoint) else None",
            "if order.refunded_at is not None else None",
            "anything ends it after a refund",
        ),
    ),
    *of(
        "detectors/where_is_my_order.py",
        ("order.status_views >= self.views", "order.status_views > self.views", "the fourth view asks"),
        ("            if order.asked_for:\n", "            if False:\n", "every view asks again"),
        (
            'one.open and one.kind == "delivery_late" and one.key == order.key',
            'one.open and one.kind == "delivery_late"',
            "another's lateness explains it",
        ),
        ('severity="info" if late else None', "severity=None", "a late delivery does not explain it"),
        ("elif by_ticket or order", "elif order", "a ticket asks for nothing"),
        ("        if order.returned_at is not None:\n", "        if False:\n", "what goes back is still looked for"),
        ("        return cancelled(order.cancelled_at)", "        return None", "what is cancelled is still looked for"),
    ),
    *of(
        "orders.py",
        ("if order.promised_at is None and at is not None:", "if at is not None:", "a new promise takes the place of the first"),
        (
            "if order.delivered_at is None and deliveries and None not in deliveries:",
            "if order.delivered_at is None and any(deliveries):",
            "one parcel of two is the order",
        ),
        (
            "if order.first_attempt_at is None and attempts and None not in attempts:",
            "if order.first_attempt_at is None and any(attempts):",
            "one parcel of two keeps the promise",
        ),
        (
            "if order.on_its_way and key in (None, order.key)]",
            "if key in (None, order.key)]",
            "what is not on its way is looked for",
        ),
        ("if order.on_its_way and key in (None, order.key)]", "if order.on_its_way]", "who asks for one asks for all"),
        ('kind == "shipment_created" or (kind', 'kind == "shipment_moved" or (kind', "a label is a word"),
        (' or (kind == "shipment_dispatched" and parcel.word is not None)', "", "every dispatch is a word"),
        ("touchpoint.at, False\n", "touchpoint.at, parcel.silent\n", "a parcel is silent once"),
        (' and touchpoint.facts.get("exception") not in _HELD_UP', "", "what is lost must be scanned"),
        (
            "if parcel.delivered_at is None and parcel.returned_at is None:",
            "if parcel.delivered_at is None:",
            "what went back must be scanned",
        ),
        (
            "if parcel.delivered_at is None and parcel.returned_at is None:",
            "if parcel.returned_at is None:",
            "what was delivered must be scanned",
        ),
        (
            "if order.estimated_day is not None and order.timezone is not None:",
            "if False:",
            "an estimated day ends where nobody sends the parcel",
        ),
        (
            'elif kind == "ready_for_pickup" and parcel.pickup is None:',
            'elif kind == "ready_for_pickup":',
            "every call starts the pickup's clock anew",
        ),
        (
            '        unnamed = order.parcels.pop("", None)\n',
            "        unnamed = None\n",
            "what was heard before names is of nobody",
        ),
        ("    if order.return_received_at is None:\n", "    if True:\n", "the last arrival of a return counts"),
        ("        order_id = fold.shipments.get(shipment_id)\n", "        pass\n", "a parcel does not stand for its order"),
        (
            '        if any(one.refs.get("shipment") == shipment for one in told):\n',
            "        if not told:\n",
            "a parcel whose order is named later is spoken of for nothing",
        ),
        ('touchpoint.facts.get("whole", True) and ', "", "a part cancelled is the whole"),
    ),
    *of(
        "state.py",
        (
            "over = self.delivered_at or self.cancelled_at or self.returned_at",
            "over = self.delivered_at or self.cancelled_at",
            "what goes back is on its way",
        ),
        ("return over is None and self.dispatched_at is not None", "return over is None", "what is not dispatched is on its way"),
        (
            "if transition.by_deadline and transition.at >= as_of:",
            "if transition.by_deadline and transition.at > as_of:",
            "told at the deadline, not after",
        ),
    ),
)
