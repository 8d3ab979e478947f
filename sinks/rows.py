"""JSON lines become Arrow columns in C++, by the one schema that the table's row declares.

No Python runs per row, and the interpreter's lock is free meanwhile. DuckDB parses: measured on events of 480 bytes, half the
processor time of ``pyarrow.json``. A column that lines omit gets the row's default; a column that has none must be there.
"""

import json
from collections.abc import Sequence
from functools import cache

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
from msgspec import NODEFAULT
from msgspec.structs import fields

from schemas.tables import Table

NO_DOWNLOADS: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
}
"""What we need is built into DuckDB. It never goes to the network on its own."""
TOGETHER = 50_000
"""Lines parsed by one thread at a time."""
TYPES = {pa.string(): "VARCHAR", pa.int64(): "BIGINT", pa.bool_(): "BOOLEAN", pa.float64(): "DOUBLE"}


def parse(table: Table, lines: Sequence[bytes]) -> pa.Table:
    """The lines as columns of ``stored_schema(table)``, sorted by the table's sort column; a row keeps all it says.

    Raises ``ValueError`` or ``duckdb.Error`` where a line is not a row of the table: that is a programmer's error.
    """
    with _engine().cursor() as cursor:
        cursor.register("lines", pa.table({"line": _chunks(lines)}))
        columns = cursor.sql(f"SELECT unnest(from_json(line, '{_wire_schema(table)}')) FROM lines").to_arrow_table()  # noqa: S608
    return _complete(table, columns.cast(stored_schema(table))).sort_by(table.sort)


@cache
def stored_schema(table: Table) -> pa.Schema:
    """The table's schema with every column nullable: a column added later is null in the files written before it."""
    return pa.schema([field.with_nullable(True) for field in table.schema])


def sql_type(arrow: pa.DataType) -> str:
    """The column's type in DuckDB's SQL."""
    if pa.types.is_timestamp(arrow):
        return "TIMESTAMPTZ"
    if pa.types.is_list(arrow):
        return sql_type(arrow.value_type) + "[]"
    return TYPES[arrow]


@cache
def _engine() -> duckdb.DuckDBPyConnection:
    """Parses and stores nothing; each call takes a cursor of it."""
    return duckdb.connect(":memory:", config=NO_DOWNLOADS)


@cache
def _wire_schema(table: Table) -> str:
    """How a row looks in JSON, as ``from_json`` wants it told: an instant is an integer there."""
    return json.dumps({f.name: "BIGINT" if pa.types.is_timestamp(f.type) else sql_type(f.type) for f in table.schema})


def _chunks(lines: Sequence[bytes]) -> pa.ChunkedArray:
    starts = range(0, len(lines), TOGETHER)
    return pa.chunked_array([pa.array(lines[start : start + TOGETHER], pa.string()) for start in starts])


@cache
def _defaults(table: Table) -> dict[str, pa.Scalar]:
    """What a column says where the line said nothing. Columns that may be null are not in it."""
    found = {}
    for field in fields(table.row):
        default = field.default_factory() if field.default_factory is not NODEFAULT else field.default
        if default is not NODEFAULT and default is not None:
            found[field.name] = pa.scalar(default, table.schema.field(field.name).type)
    return found


def _complete(table: Table, columns: pa.Table) -> pa.Table:
    """The columns with defaults where lines were silent. A silent line without a default is refused by name."""
    for place, field in enumerate(table.schema):
        column = columns.column(place)
        if field.nullable or not column.null_count:
            continue
        default = _defaults(table).get(field.name)
        if default is None:
            raise ValueError(f"a row of {table.name} has no {field.name}, and the column has no default")
        columns = columns.set_column(place, columns.schema.field(place), pc.fill_null(column, default))
    return columns
