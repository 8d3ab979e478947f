"""The thresholds of SPEC.md as the SQL takes them: durations become microseconds in variables of the same name."""

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
    cart_idle: timedelta = timedelta(minutes=30)
    cart_expiry: timedelta = timedelta(days=7)
    checkout_idle: timedelta = timedelta(minutes=15)
    checkout_expiry: timedelta = timedelta(days=7)
    dispatch_within: timedelta = timedelta(hours=48)
    store_timezone: str = "UTC"
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
