"""Runs the SQL: records in, a DuckDB connection with one table per relation out.

The relations, in order, are the files of ``relations/``: identity first (``links`` to ``owners``), then what each person did
(``touchpoints``, ``sessions``, ``carts``, ``checkouts``, ``orders``, ``journeys``), then what should have been signalled
(``episodes``). Instants are microseconds since 1970 (UTC).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

import duckdb
import pyarrow as pa

from schemas.events import CATALOGUE
from schemas.signals import NAMESPACE
from throughline.oracle.decoding import HashIdentifier, decoded, revocations, ticks
from throughline.oracle.definitions import Definitions
from throughline.oracle.records import Record

HERE = Path(__file__).parent
RECEPTION = ("verdicts", "accepted")
RELATIONS = (
    *("links", "quarantined", "belongings", "owners"),
    *("touchpoints", "activity", "sessions", "carts", "checkouts", "parcels", "orders", "journeys"),
    *("checkout_abandoned", "cart_abandoned", "dispatch_late", "delivery_late", "episodes"),
)
HOLD_AT_MOST = timedelta(hours=6)
"""A channel further behind than this does not hold time back (DESIGN.md, 3)."""


def answer(
    records: Iterable[Record],
    hash_identifier: HashIdentifier,
    definitions: Definitions = Definitions(),  # noqa: B008  (frozen)
    as_of: int | None = None,
) -> duckdb.DuckDBPyConnection:
    """Every relation over ``records``, as of ``as_of``; without it as of the last tick, else of the last arrival."""
    records = list(records)
    connection = _connect(definitions)
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
    connection.execute((HERE / "names.sql").read_text())
    types = [{"type": one.name, "actor": one.actor, "stage": one.stage} for one in CATALOGUE.values()]
    _give(connection, "catalogue", pa.Table.from_pylist(types))
    return connection


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
