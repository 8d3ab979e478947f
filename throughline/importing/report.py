"""What an import says when it is done: how many events of which type, and what was refused, by reason, with examples."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from schemas.codec import Fault, Rejected

EXAMPLES = 3
"""Kept of each kind of refusal."""


@dataclass
class Refusal:
    """One rule that rows of the history broke."""

    reason: str
    path: str
    rule: str
    rows: int = 0
    examples: list[str] = field(default_factory=list)
    """``event_id: value`` of the first few; a person's e-mail or phone is never among them."""

    def words(self) -> str:
        where = self.path or "the whole row"
        return f"{self.rows:,} rows refused, {self.reason}: {where}: {self.rule} (such as {'; '.join(self.examples)})"


@dataclass
class ImportReport:
    """``accepted`` events stand in ``out``; ``accepted`` + ``refused`` = ``rows``, the rows that the map yielded.

    A row is counted as refused once, under the first fault found in it.
    """

    map: str
    out: Path
    rows: int = 0
    accepted: int = 0
    by_type: Counter[str] = field(default_factory=Counter)
    refusals: dict[tuple[str, str, str], Refusal] = field(default_factory=dict)

    @property
    def refused(self) -> int:
        return self.rows - self.accepted

    def accept(self, type: str) -> None:
        self.rows += 1
        self.accepted += 1
        self.by_type[type] += 1

    def refuse(self, rejected: Rejected) -> None:
        self.rows += 1
        fault = rejected.faults[0] if rejected.faults else Fault(path="", rule="readable", value="")
        key = (rejected.reason, fault.path, fault.rule)
        refusal = self.refusals.setdefault(key, Refusal(*key))
        refusal.rows += 1
        if len(refusal.examples) < EXAMPLES:
            refusal.examples.append(f"{rejected.event_id or 'no event_id'}: {fault.value or 'nothing'}")

    def words(self) -> str:
        """For people: one line a fact."""
        lines = [f"{self.accepted:,} of {self.rows:,} rows became events in {self.out}"]
        lines += [f"  {count:>9,} {type}" for type, count in self.by_type.most_common()]
        lines += [f"  {refusal.words()}" for refusal in sorted(self.refusals.values(), key=lambda refusal: -refusal.rows)]
        return "\n".join(lines)
