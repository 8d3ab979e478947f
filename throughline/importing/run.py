"""Running a map: DuckDB reads, maps, sorts by arrival and writes the JSON; every line passes through the codec.

The map sees its files' place as ``getvariable('path')`` and may write an instant inside ``properties`` or ``context`` with
``rfc3339(instant)``. Columns it does not yield are absent, nulls are left out, and an event without ``received_at`` is taken to
have arrived when it occurred: history has no other clock.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb

from schemas.codec import Rejected, decode
from schemas.events.envelope import Envelope
from schemas.failures import Stop
from throughline.importing.report import ImportReport

MAPS = Path(__file__).parent / "maps"
COLUMNS = tuple(Envelope.model_fields)
"""What a map may yield: the envelope's fields."""
NEEDED = ("event_id", "type", "occurred_at")
INSTANTS = ("occurred_at", "sent_at", "received_at")
BATCH = 20_000


def shipped() -> tuple[str, ...]:
    """The names of the maps that come with Throughline."""
    return tuple(sorted(file.stem for file in MAPS.glob("*.sql")))


def run_import(map: str, path: Path, out: Path, on_rows: Callable[[int], None] = lambda rows: None) -> ImportReport:
    """Write the events that ``map`` (a shipped name or a file of SQL) makes of ``path`` to ``out``, one JSON object a line.

    On return ``out`` is whole; on failure it is as it was. The same files and map give the same bytes. ``on_rows`` hears how
    many rows were done since it was last called. Raises ``Stop`` where the map or the files cannot be used.
    """
    select = _read_map(map)
    if not path.exists():
        raise Stop(f"nothing to import at {path}: name the file or folder that the map {map} reads")
    report = ImportReport(map=map, out=out)
    partial = out.with_name(f"{out.name}.partial")
    try:
        with duckdb.connect() as connection, partial.open("wb") as file:
            for lines in _lines(connection, select, path, partial.with_suffix(".tmp")):
                file.writelines(_accepted(lines, report))
                on_rows(len(lines))
        os.replace(partial, out)
    except duckdb.Error as error:
        raise Stop(f"the map {map} failed on {path}: {error}") from error
    finally:
        partial.unlink(missing_ok=True)
    return report


def _accepted(lines: list[tuple[str]], report: ImportReport) -> Iterator[bytes]:
    for (line,) in lines:
        raw = line.encode()
        event = decode(raw)
        if isinstance(event, Rejected):
            report.refuse(event)
        else:
            report.accept(event.type)
            yield raw + b"\n"


def _read_map(map: str) -> str:
    """The map's one SELECT."""
    file = MAPS / f"{map}.sql" if map in shipped() else Path(map)
    if not file.is_file():
        raise Stop(f"there is no map {map!r}: name one of {', '.join(shipped())}, or a file with a SELECT")
    try:
        statements = duckdb.extract_statements(file.read_text(encoding="utf-8"))
    except duckdb.Error as error:
        raise Stop(f"the map {file} is no SQL that DuckDB reads: {error}") from error
    if [statement.type for statement in statements] != [duckdb.StatementType.SELECT]:
        raise Stop(f"the map {file} must be one SELECT; it has {len(statements)} statements")
    return statements[0].query.strip().rstrip(";")


def _lines(connection: duckdb.DuckDBPyConnection, select: str, path: Path, spill: Path) -> Iterator[list[tuple[str]]]:
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("SET temp_directory = ?", [str(spill)])
    connection.execute("SET VARIABLE path = ?", [str(path)])
    connection.execute("CREATE MACRO rfc3339(moment) AS strftime(moment AT TIME ZONE 'UTC', '%Y-%m-%dT%H:%M:%S.%fZ')")
    connection.execute(f"CREATE TEMP VIEW mapped AS {select}")
    described = connection.execute("DESCRIBE mapped").fetchall()
    cursor = connection.execute(_line_query({name: type for name, type, *_ in described}))
    while lines := cursor.fetchmany(BATCH):
        yield lines


def _line_query(columns: dict[str, str]) -> str:
    """The query that writes the map's rows as lines of JSON in order of arrival."""
    _check(columns)
    received = "coalesce(received_at, occurred_at)" if "received_at" in columns else "occurred_at"
    fields = {name: name for name in COLUMNS if name in columns} | {"received_at": received}
    members = ", ".join(f"'\"{name}\":' || {_json(name, fields[name], columns)}" for name in COLUMNS if name in fields)
    arrival = f"try_cast({received} AS TIMESTAMPTZ)"
    return f"SELECT '{{' || concat_ws(',', {members}) || '}}' FROM mapped ORDER BY {arrival} NULLS LAST, event_id"  # noqa: S608 our own names


def _check(columns: dict[str, str]) -> None:
    """A map that cannot be right says so before a row is read."""
    unknown = [name for name in columns if name not in COLUMNS]
    missing = [name for name in NEEDED if name not in columns]
    naive = [name for name in INSTANTS if columns.get(name, "").startswith("TIMESTAMP") and not columns[name].endswith("ZONE")]
    if unknown:
        raise Stop(f"the map yields {', '.join(unknown)}, which the envelope does not have; it has {', '.join(COLUMNS)}")
    if missing:
        raise Stop(f"the map must yield {', '.join(missing)}")
    if naive:
        raise Stop(f"the map's {', '.join(naive)} has no time zone: write AT TIME ZONE 'UTC', or the zone that the files mean")


def _json(name: str, value: str, columns: dict[str, str]) -> str:
    """SQL of one member's JSON, null where it is to be left out."""
    type = columns.get(name, columns["occurred_at"])
    if type.startswith("TIMESTAMP"):
        return f"to_json(rfc3339({value}))"
    if name in ("properties", "context"):
        return _without_nulls(f"{value}::JSON" if type in ("JSON", "VARCHAR") else f"to_json({value})")
    return f"to_json({value}::VARCHAR)"


def _without_nulls(json: str) -> str:
    """Members that are null are left out, at any depth. A quote inside a JSON string is escaped, so no text can look like one."""
    once = rf"""regexp_replace({json}::VARCHAR, ',"\w+":null', '', 'g')"""
    return rf"""regexp_replace({once}, '"\w+":null,?', '', 'g')"""
