"""What a mutant is: one change to one file, by which something would be wrong that a test must notice."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Mutant:
    file: str
    """From the root of the checkout."""
    old: str
    """Stands in the file exactly once."""
    new: str
    wrong: str
    """What is wrong then, in words."""

    def __str__(self) -> str:
        return f"{self.file}: {self.wrong}"

    def applied(self, root: Path) -> str | None:
        """The file's text with the change in it; None where the old text does not stand there exactly once."""
        text = (root / self.file).read_text()
        return text.replace(self.old, self.new) if text.count(self.old) == 1 else None


def of(file: str, *changes: tuple[str, str, str]) -> tuple[Mutant, ...]:
    """Mutants of one file of ``streams/journey``: old text, new text, what is wrong then."""
    return tuple(Mutant(f"streams/journey/{file}", *change) for change in changes)
