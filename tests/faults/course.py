"""A course: history streams in, fault follows fault, and at the end the oracle says whether anything was lost on the way."""

from __future__ import annotations

import asyncio
import signal
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path
from time import monotonic

from tests.broker.one_answer import difference, judged
from tests.faults.load import Streaming
from tests.faults.memory import Memory
from tests.faults.schedule import MEAN_GAP, Turn, turns
from tests.faults.stage import Slot, Stage, staged
from throughline.simulator import Rates, World, simulate

ARRIVES_WITHIN = 600.0
"""Seconds for everything to have been worked off when nothing is broken any more."""
AT_ONCE = 4
"""Faults that have not healed yet; the next waits for one of them."""
SLOWER = 1.5
"""Than it would be if no fault ever had to wait: how slowly history comes, so that there is some until the last fault."""
Tell = Callable[[str], None]


@dataclass(frozen=True)
class Plan:
    """What a course consists of; the seed draws the world, the faults, and whom they meet."""

    seed: int
    faults: int
    seconds: float = float("inf")
    """After which no further fault begins."""
    workers: int = 3
    shoppers: int = 600
    days: int = 10
    spared: int = 0
    """So many workers meet no fault of their own, so that one can see what they come to hold."""

    @property
    def lasts(self) -> float:
        return min(self.seconds, self.faults * MEAN_GAP * SLOWER)


@dataclass
class Report:
    injected: int = 0
    records: int = 0
    by_themselves: list[str] = field(default_factory=list)
    """The last words of workers that ended although no fault had ended them."""
    broken: list[str] = field(default_factory=list)
    """Faults that could not be injected as they should."""
    verdict: str = ""
    different: str = ""
    """In what the lake differs from the backfill's; empty where it does not."""
    memory: Memory = field(default_factory=Memory)

    @property
    def clean(self) -> bool:
        return self.verdict.startswith("ok: ") and not self.different and not self.broken


async def run(plan: Plan, folder: Path, tell: Tell) -> Report:
    """The whole course."""
    report = Report()
    history = _history(plan, folder)
    async with staged(folder, plan.workers) as stage:
        streaming = Streaming(history, stage.kafka.address, stage.rig.partitions, plan.lasts)
        watching = asyncio.create_task(report.memory.watch(stage.slots))
        try:
            await _inject_all(stage, plan, report, tell)
            tell("all is whole again; the rest of the history follows")
            report.records = await streaming.finish()
            began = monotonic()
            await stage.rig.arrived(ARRIVES_WITHIN)
            tell(f"everything is worked off, {monotonic() - began:.0f} s after the last record")
        finally:
            watching.cancel()
        await asyncio.to_thread(_stop, stage.slots)
        report.by_themselves = [words for slot in stage.slots for words in slot.ended_by_itself]
        report.verdict = await judged(stage.rig)
        report.different = difference(stage.rig.lake, history, folder / "backfilled")
    return report


async def _inject_all(stage: Stage, plan: Plan, report: Report, tell: Tell) -> None:
    """One after the other begins, whether or not those before have healed; on return all have."""
    began = monotonic()
    at_once = asyncio.Semaphore(AT_ONCE)
    everyone = stage.slots
    stage.slots = everyone[plan.spared :]
    try:
        async with asyncio.TaskGroup() as healing:
            for turn in _drawn(plan, began):
                await at_once.acquire()
                injecting = healing.create_task(_inject(stage, turn, report, tell, began))
                injecting.add_done_callback(lambda _: at_once.release())
                await asyncio.sleep(turn.gap)
    finally:
        stage.slots = everyone


def _drawn(plan: Plan, began: float) -> Iterator[Turn]:
    return takewhile(lambda turn: turn.number <= plan.faults and monotonic() - began < plan.seconds, turns(plan.seed))


async def _inject(stage: Stage, turn: Turn, report: Report, tell: Tell, began: float) -> None:
    at = monotonic() - began
    try:
        said = await turn.fault.inject(stage, turn.lot)
        report.injected += 1
    except Exception as problem:
        said = f"could not be injected: {problem!r}"
        report.broken.append(f"#{turn.number} {turn.fault.name} {said}\n{''.join(traceback.format_exception(problem))}")
    tell(f"{at:7.1f} s  #{turn.number:<4} {turn.fault.name}: {said}")


def _stop(slots: list[Slot]) -> None:
    for slot in slots:
        slot.wanted, slot.expected = False, True
        slot.signal(signal.SIGTERM)
    for slot in slots:
        if slot.worker is not None:
            slot.worker.process.stop(60.0)


def _history(plan: Plan, folder: Path) -> Path:
    file = folder / "history.jsonl"
    world = World(seed=plan.seed, shoppers=plan.shoppers, days=plan.days, rates=Rates())
    file.write_bytes(b"".join(record.value + b"\n" for record in simulate(world)))
    return file
