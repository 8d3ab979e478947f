"""A worker as a process of its own, which a test may make end or stop itself behind a step of its commits."""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import logging
import os
import signal
import time
from collections import Counter
from pathlib import Path

from sinks.apart import LakeApart
from streams.agents.commit import AfterStep
from streams.agents.options import Options
from streams.agents.ticks import Wall
from streams.agents.topics import ensure_topics
from streams.app import build_app, core, run_worker
from streams.journey.rules import Rules


def hashed(kind: str, value: str) -> str:
    return hashlib.sha256(f"{kind}/{value}".encode()).hexdigest()


def ender(step: str | None, time: int, how: signal.Signals, once: Path | None) -> AfterStep:
    """Sends this process a signal behind the ``time``-th ``step`` since the file ``once`` is there: SIGKILL, or SIGSTOP."""
    seen: Counter[str] = Counter()

    def after(done: str) -> None:
        if once is None or once.exists():
            seen[done] += 1
        if done == step and seen[done] == time:
            os.kill(os.getpid(), how)

    return after


def ahead(file: Path | None) -> int:
    """Nanoseconds."""
    return int(float(file.read_text()) * 1e9) if file is not None and file.exists() else 0


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--brokers", required=True)
    parser.add_argument("--lake", required=True)
    parser.add_argument("--web-port", type=int, required=True)
    parser.add_argument("--web-host", default=Options.web_host)
    parser.add_argument("--replication", type=int, default=1)
    parser.add_argument("--partitions", type=int, default=4)
    parser.add_argument("--group", default="throughline")
    parser.add_argument("--clock", choices=["wall", "log"], default="log")
    parser.add_argument("--standby", type=int, default=0)
    parser.add_argument("--commit-interval", type=float, default=0.3)
    parser.add_argument("--stalled-after", type=float, default=60.0)
    parser.add_argument("--drain-within", type=float, default=Options.drain_within)
    parser.add_argument("--state-dir", type=Path)
    parser.add_argument("--die-after")
    parser.add_argument("--die-at", type=int, default=1)
    parser.add_argument("--die-by", default="SIGKILL")
    parser.add_argument("--die-once", type=Path)
    parser.add_argument("--session-timeout", type=float, default=Options.session_timeout)
    parser.add_argument("--clock-ahead", type=Path, help="a file with the seconds by which this host's clock is ahead")
    given = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    options = Options(
        given.brokers,
        partitions=given.partitions,
        group=given.group,
        clock=given.clock,
        commit_interval=given.commit_interval,
        standby_replicas=given.standby,
        drain_within=given.drain_within,
        stalled_after=given.stalled_after,
        session_timeout=given.session_timeout,
        replication=given.replication,
        web_host=given.web_host,
        web_port=given.web_port,
        state_dir=given.state_dir,
    )
    asyncio.run(ensure_topics(options))
    pure = core(options.partitions, Rules(), hashed)
    run_worker(
        build_app(
            options,
            pure,
            LakeApart(given.lake),
            ender(given.die_after, given.die_at, signal.Signals[given.die_by], given.die_once),
            wall=Wall(lambda: time.time_ns() + ahead(given.clock_ahead)),
        )
    )


if __name__ == "__main__":
    main()
