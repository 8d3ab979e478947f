"""Fault after fault against three nodes of Apache Kafka and three workers: ``python -m tests.faults --seed 7 --faults 200``.

``--minutes`` ends the faults by time, ``--spare`` leaves workers alone and tells what memory they come to hold. Ends with 0 where
nothing was lost, duplicated, invented or missed, and every row is the backfill's. Needs root on Linux, Java 17 and Maven.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import sys
import tempfile
from pathlib import Path
from random import Random

from tests.faults.course import Plan, Report, run
from tests.faults.hosts import forbidden, in_private
from throughline.apache import missing

NO_LIMIT = 1_000_000


def main(arguments: list[str]) -> int:
    given = _parser().parse_args(arguments)
    if reason := missing() or forbidden():
        print(f"Faults cannot be injected here: {reason}")
        return 2
    if given.seed is None:
        given.seed = Random().randrange(1_000_000)
        arguments = [*arguments, "--seed", str(given.seed)]
    in_private("tests.faults", arguments)
    plan = _plan(given)
    folder = Path(given.keep or tempfile.mkdtemp(prefix="faults-"))
    folder.mkdir(parents=True, exist_ok=True)
    _tell(
        f"seed {plan.seed}: {plan.faults if plan.faults < NO_LIMIT else 'as many as there is time for'} faults, logs in {folder}"
    )
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # it says of every attempt that a node is away: that is known here
    logging.getLogger("streams").setLevel(logging.ERROR)
    report = asyncio.run(run(plan, folder, _tell))
    _tell_of(plan, report)
    return 0 if report.clean else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.faults")
    parser.add_argument("--seed", type=int, help="of the world and the faults; default: drawn and told")
    parser.add_argument("--faults", type=int, default=NO_LIMIT)
    parser.add_argument("--minutes", type=float, default=float("inf"))
    parser.add_argument("--workers", type=int, default=3)
    parser.add_argument("--shoppers", type=int, default=600)
    parser.add_argument("--days", type=int, default=10)
    parser.add_argument("--spare", type=int, default=0, help="workers that meet no fault of their own")
    parser.add_argument("--keep", help="a folder for logs, topics and lake; default: one in the temporary folder")
    return parser


def _plan(given: argparse.Namespace) -> Plan:
    if given.faults == NO_LIMIT and given.minutes == float("inf"):
        given.faults = 200
    return Plan(
        seed=given.seed,
        faults=given.faults,
        seconds=given.minutes * 60,
        workers=given.workers,
        shoppers=given.shoppers,
        days=given.days,
        spared=given.spare,
    )


def _tell_of(plan: Plan, report: Report) -> None:
    _tell(f"seed {plan.seed}: {report.injected} faults injected while {report.records} records came in")
    for words in report.by_themselves:
        _tell(f"a worker ended by itself: {words}")
    for life in report.memory.lives():
        _tell(f"memory: {life}")
    for problem in report.broken:
        _tell(problem)
    _tell(report.verdict)
    _tell(report.different or "every session, journey, order and episode is the backfill's")


def _tell(words: str) -> None:
    print(words, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
