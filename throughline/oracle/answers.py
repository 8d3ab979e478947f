"""Runs the SQL: records in, a DuckDB connection with one table per relation out.

The relations, in order, are the files of ``relations/``: identity first (``links`` to ``owners``), then what each person did
(``touchpoints``, ``sessions``, ``carts``, ``checkouts``, ``orders``, ``tickets``, ``journeys``), then what should have been
signalled (one per kind, and ``episodes`` of all of them). Instants are microseconds since 1970 (UTC).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

import duckdb
import pyarrow as pa

from schemas.events import CATALOGUE, EventType
from schemas.events.rules import OneOf
from schemas.signals import KINDS, NAMESPACE
from throughline.oracle.decoding import HashIdentifier, decoded, revocations, ticks
from throughline.oracle.definitions import Definitions
from throughline.oracle.records import Record

HERE = Path(__file__).parent
EPISODES = (
    *("checkout_abandoned", "cart_abandoned", "browse_abandoned", "payment_trouble", "form_trouble"),
    *("search_dead_end", "page_frustration", "coupon_trouble"),
    *("dispatch_late", "carrier_silent", "delay_expected", "delivery_late", "delivery_failed", "delivery_exception"),
    *("refund_late", "where_is_my_order", "reply_late", "ticket_reopened", "repeat_contact", "bad_score"),
)
"""A relation for every kind of signal, with its name; what inhibits stands before what it inhibits."""
RECEPTION = ("verdicts", "accepted")
RELATIONS = (
    *("links", "quarantined", "belongings", "owners"),
    *("touchpoints", "activity", "visits", "sessions", "carts", "filled", "checkout_steps", "checkouts"),
    *("consignments", "parcels", "orders", "ways", "estimates", "tickets", "journeys"),
    *EPISODES,
    "episodes",
)
HOLD_AT_MOST = timedelta(hours=6)
"""A channel further behind than this does not hold time back (DESIGN.md, 3)."""


def answer(
    records: Iterable[Record],
    hash_identifier: HashIdentifier,
    definitions: Definitions = Definitions(),  # noqa: B008  (frozen)
    as_of: int | None = None,
    kinds: Iterable[str] = KINDS,
) -> duckdb.DuckDBPyConnection:
    """Every relation over ``records``, as of ``as_of``; without it as of the last tick, else of the last arrival.

    ``episodes`` holds those of ``kinds`` only, all that the contract knows unless said; what inhibits them is taken from all.
    """
    records = list(records)
    connection = _connect(definitions)
    connection.execute("SET VARIABLE kinds = $kinds", {"kinds": list(kinds)})
    _give(connection, "decoded", decoded(records, hash_identifier))
    _give(connection, "revocations", revocations(records))
    _give(connection, "ticks", ticks(records))
    _create(connection, RECEPTION)
    conclude(connection, as_of if as_of is not None else _last_known_time(connection))
    return connection


def conclude(connection: duckdb.DuckDBPyConnection, as_of: int) -> None:
    """The relations that follow from ``accepted`` and ``revocations``."""
    connection.execute("SET VARIABLE as_of = $as_of", {"as_of": as_of})
    _create(connection, RELATIONS)


def _connect(definitions: Definitions) -> duckdb.DuckDBPyConnection:
    """A database in memory that fetches nothing from the network, with the catalogue and the thresholds."""
    connection = duckdb.connect(config={"autoinstall_known_extensions": False, "TimeZone": "UTC"})
    connection.execute("SET VARIABLE namespace = $bytes", {"bytes": NAMESPACE.bytes})
    definitions.declare(connection)
    for macros in ("names", "endings"):
        connection.execute((HERE / f"{macros}.sql").read_text())
    types = [
        {"type": one.name, "topic": one.topic, "actor": one.actor, "stage": one.stage, "needs": _needs(one)}
        for one in CATALOGUE.values()
    ]
    _give(connection, "catalogue", pa.Table.from_pylist(types))
    return connection


def _needs(kind: EventType) -> list[str]:
    """The identifiers of which an event of the type must name one."""
    return [name.removesuffix("_id") for rule in kind.model.rules if isinstance(rule, OneOf) for name in rule.fields]


def _give(connection: duckdb.DuckDBPyConnection, name: str, rows: pa.Table) -> None:
    connection.register("given", rows)
    connection.execute(f"CREATE TABLE {name} AS FROM given")
    connection.unregister("given")


def _create(connection: duckdb.DuckDBPyConnection, relations: Iterable[str]) -> None:
    for name in relations:
        connection.execute(f"CREATE TABLE {name} AS {(HERE / 'relations' / f'{name}.sql').read_text()}")


def _last_known_time(connection: duckdb.DuckDBPyConnection) -> int:
    """The least of the channels' last ticks, those far behind left out; without ticks the last arrival."""
    row = connection.execute(
        """
        WITH channels AS (SELECT max(moment) AS moment FROM ticks GROUP BY topic, partition),
        clock AS (SELECT min(moment) AS moment FROM channels WHERE moment >= (SELECT max(moment) FROM channels) - $hold)
        SELECT coalesce((SELECT moment FROM clock), (SELECT max(received) FROM verdicts), 0)
        """,
        {"hold": HOLD_AT_MOST // timedelta(microseconds=1)},
    ).fetchone()
    assert row is not None
    return int(row[0])
