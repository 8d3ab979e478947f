"""A worker as a process of its own, which a test may make end itself with SIGKILL behind a step of its commits."""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import logging
import os
import signal
from collections import Counter

from sinks.lake import Lake
from streams.agents.commit import AfterStep
from streams.agents.options import Options
from streams.agents.topics import ensure_topics
from streams.app import build_app, core, run_worker
from streams.journey.rules import Rules


def hashed(kind: str, value: str) -> str:
    return hashlib.sha256(f"{kind}/{value}".encode()).hexdigest()


def killer(step: str | None, time: int) -> AfterStep:
    """Kills this process behind the ``time``-th ``step``."""
    seen: Counter[str] = Counter()

    def after(done: str) -> None:
        seen[done] += 1
        if done == step and seen[done] == time:
            os.kill(os.getpid(), signal.SIGKILL)

    return after


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--brokers", required=True)
    parser.add_argument("--lake", required=True)
    parser.add_argument("--web-port", type=int, required=True)
    parser.add_argument("--partitions", type=int, default=4)
    parser.add_argument("--group", default="throughline")
    parser.add_argument("--clock", choices=["wall", "log"], default="log")
    parser.add_argument("--standby", type=int, default=0)
    parser.add_argument("--commit-interval", type=float, default=0.3)
    parser.add_argument("--stalled-after", type=float, default=60.0)
    parser.add_argument("--die-after")
    parser.add_argument("--die-at", type=int, default=1)
    given = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    options = Options(
        given.brokers,
        partitions=given.partitions,
        group=given.group,
        clock=given.clock,
        commit_interval=given.commit_interval,
        standby_replicas=given.standby,
        stalled_after=given.stalled_after,
        web_port=given.web_port,
    )
    asyncio.run(ensure_topics(options))
    pure = core(options.partitions, Rules(), hashed)
    run_worker(build_app(options, pure, Lake(given.lake), killer(given.die_after, given.die_at)))


if __name__ == "__main__":
    main()
