"""The thresholds of SPEC.md as the SQL takes them: durations become microseconds in variables of the same name.

What is set of one kind of signal bears the kind's name: ``<kind>_<setting>``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import timedelta

import duckdb

_LINK_LIMITS = {"email": 5, "phone": 5, "anonymous": 10, "order": 3, "shipment": 3, "ticket": 3}


@dataclass(frozen=True, kw_only=True)
class Definitions:
    """What a shop may set, and what the words of the contract fix."""

    session_gap: timedelta = timedelta(minutes=30)
    journey_quiet: timedelta = timedelta(days=30)
    order_waits: timedelta = timedelta(days=365)
    lateness: timedelta = timedelta(days=30)
    future_limit: timedelta = timedelta(hours=24)
    store_timezone: str = "UTC"
    browse_abandoned_idle: timedelta = timedelta(minutes=30)
    cart_abandoned_idle: timedelta = timedelta(minutes=30)
    cart_abandoned_expires: timedelta = timedelta(days=7)
    checkout_abandoned_idle: timedelta = timedelta(minutes=15)
    checkout_abandoned_expires: timedelta = timedelta(days=7)
    payment_trouble_failures: int = 2
    payment_trouble_expires: timedelta = timedelta(days=1)
    form_trouble_errors: int = 3
    form_trouble_expires: timedelta = timedelta(days=1)
    search_dead_end_searches: int = 2
    page_frustration_errors: int = 3
    page_frustration_loop_views: int = 3
    page_frustration_loop_within: timedelta = timedelta(seconds=15)
    dispatch_late_within: timedelta = timedelta(hours=48)
    carrier_silent_first_scan_within: timedelta = timedelta(hours=48)
    carrier_silent_scan_gap: timedelta = timedelta(hours=72)
    delivery_failed_pickup_within: timedelta = timedelta(days=5)
    refund_late_within: timedelta = timedelta(days=5)
    where_is_my_order_views: int = 3
    reply_late_within: timedelta = timedelta(hours=4)
    repeat_contact_contacts: int = 3
    repeat_contact_window: timedelta = timedelta(days=7)
    repeat_contact_expires: timedelta = timedelta(days=7)
    link_limits: Mapping[str, int] = field(default_factory=lambda: dict(_LINK_LIMITS))
    """How many targets an identifier of a kind may have before it is set apart."""

    def declare(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Sets a DuckDB variable for each, and makes the table ``link_limits``."""
        for one in fields(self):
            value = getattr(self, one.name)
            if one.name != "link_limits":
                plain = value // timedelta(microseconds=1) if isinstance(value, timedelta) else value
                connection.execute(f"SET VARIABLE {one.name} = $value", {"value": plain})
        connection.execute("CREATE TABLE link_limits (kind VARCHAR, most BIGINT)")
        connection.executemany("INSERT INTO link_limits VALUES (?, ?)", list(self.link_limits.items()))
