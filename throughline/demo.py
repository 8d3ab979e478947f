"""The whole of it in under two minutes: a broker, a worker, two weeks of a simulated shop in half a minute, and the answers."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import duckdb
from rich.console import Console

from schemas.failures import Stop
from sinks.duck import connect
from throughline.apache import apache_kafka
from throughline.arrivals import History
from throughline.broker import free_port
from throughline.cli.console import progress, table
from throughline.dead_letters import dead_letters
from throughline.local import LocalRun
from throughline.replay import Pace, replay
from throughline.settings import Settings
from throughline.simulator import Rates, World, write
from throughline.telling import episodes
from throughline.verifying import judge
from throughline.worker import client

WORLD = World(seed=7, shoppers=1_500, days=14, rates=Rates(broken=0.004))
SPEED = 60_000.0
"""Two weeks in about twenty seconds."""
SETTLED_WITHIN = 60.0
QUESTIONS: dict[str, str] = {
    "How do journeys end?": """
        SELECT outcome, count(*) AS journeys, round(avg(sessions), 2) AS sessions, round(avg(touchpoints), 1) AS touchpoints
        FROM journeys GROUP BY outcome ORDER BY journeys DESC
    """,
    "What becomes of carts and checkouts that were left?": """
        SELECT kind, count(*) AS opened, count(*) FILTER (how = 'resolved') AS resolved,
               count(*) FILTER (how = 'expired') AS expired, count(*) FILTER (how IS NULL) AS still_open
        FROM episodes WHERE kind IN ('cart_abandoned', 'checkout_abandoned') GROUP BY kind ORDER BY kind
    """,
    "Are promises kept?": """
        SELECT count(*) FILTER (on_time) AS on_time, count(*) FILTER (NOT on_time) AS late,
               round(count(*) FILTER (on_time) / nullif(count(on_time), 0), 3) AS share_on_time,
               max(days_late) AS worst_days_late
        FROM orders
    """,
    "Where does friction cost most?": """
        SELECT kind, count(*) AS episodes, sum(value_minor) / 100.0 AS value_at_stake, currency
        FROM episodes WHERE value_minor IS NOT NULL GROUP BY kind, currency ORDER BY value_at_stake DESC
    """,
}


async def run_demo(settings: Settings, out: Console, apache: bool = False) -> None:
    """Everything it starts has ended when it returns; the lake stays, until the next demo."""
    home = settings.data_dir / "demo"
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    settings = settings.model_copy(
        update={
            "data_dir": home,
            "lake_dir": home / "lake",
            "brokers": None,
            "clock": "log",
            "web_port": free_port(),
            "commit_interval": timedelta(seconds=1),
        }
    )
    _heading("A shop", out)
    history, truth = home / "events.jsonl", home / "truth.jsonl"
    summary = write(WORLD, history, truth)
    out.print(f"{WORLD.shoppers:,} shoppers over {WORLD.days} days: {summary.records:,} records, some late, twice, or broken.")
    _heading("The pipeline", out)
    async with LocalRun(settings, out.print, apache_kafka(home, out.print) if apache else None) as run:
        await _stream(run, History([history]))
        await _settled(run, out)
    _answer(settings.lake, out)
    await _verify(settings, history, out)
    out.print(
        f'\nThe lake stays at {settings.lake}. Ask it yourself: throughline sql "FROM journeys LIMIT 5" --lake {settings.lake}'
    )


async def _stream(run: LocalRun, history: History) -> None:
    """Two weeks of events, as they came, only faster."""
    where = client(run.settings, run.brokers)
    with progress("two weeks of events", len(history)) as advance:
        await replay(history, where, run.settings.partitions, Pace(SPEED), on_records=advance)


async def _settled(run: LocalRun, out: Console) -> None:
    """On return the worker has worked off all there is."""
    if not await run.worked_off(SETTLED_WITHIN):
        raise Stop(f"The worker has not worked off the events within {SETTLED_WITHIN:.0f} s. Its log: {run.worker_log}")
    now = await run.standing()
    out.print(f"All worked off: {now.events:,} events, {now.signals:,} signals opened, {now.dead_letters:,} dead letters.")


def _answer(lake: Path, out: Console) -> None:
    with connect(lake) as connection:
        _journeys(connection, out)
        _signals(connection, out)
        _dead_letters(connection, out)
        _heading("Plain SQL", out)
        for question, query in QUESTIONS.items():
            answer = connection.execute(query)
            columns = [column[0] for column in answer.description or ()]
            out.print(table(columns, answer.fetchall(), title=question))
            out.print()


async def _verify(settings: Settings, history: Path, out: Console) -> None:
    """The same events, computed anew by SQL in one piece: nothing may differ."""
    _heading("Held against SQL over the same events", out)
    verdict = await judge(settings, history)
    out.print(verdict.summary())
    if verdict.faults:
        raise Stop("\n".join(str(fault) for fault in verdict.faults))


def _heading(words: str, out: Console) -> None:
    out.print(f"\n[bold]{words}[/]")


def _journeys(connection: duckdb.DuckDBPyConnection, out: Console) -> None:
    _heading("What came of it", out)
    for name in ("events", "sessions", "journeys", "orders", "identity_links"):
        out.print(f"  {connection.view(name).shape[0]:>8,} {name.replace('_', ' ')}")


def _signals(connection: duckdb.DuckDBPyConnection, out: Console) -> None:
    _heading("Friction", out)
    kinds = connection.execute("""
        SELECT kind, count(*), count(*) FILTER (open) FROM episodes GROUP BY kind ORDER BY count(*) DESC
    """).fetchall()
    out.print(table(["signal", "episodes", "still open"], kinds))
    for about in ("checkout", "order", "ticket"):
        latest = episodes(connection, "open AND starts_with(key, ?)", f"{about}:")[0]
        out.print(f"\n  {latest.kind}, {latest.key}: {latest.reason}\n  What to do: {latest.action}", markup=False)


def _dead_letters(connection: duckdb.DuckDBPyConnection, out: Console) -> None:
    _heading("Dead letters", out)
    reasons = connection.execute("SELECT reason, count(*) FROM dead_letters GROUP BY reason ORDER BY count(*) DESC").fetchall()
    out.print(table(["reason", "records"], reasons))
    for letter in dead_letters(connection, "reason = 'invalid'")[:1]:
        out.print(f"  such as {letter.dead_letter_id}: {'; '.join(letter.faults_in_words)}", markup=False)
