"""Reading a message so that what was not read is known."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from streams.collector.adapters.adapted import Loss, What

UNMAPPED = "nothing of ours says this"


class Reading:
    """A message, or a part of one, that remembers which of its leaves were taken.

    Paths are dotted, as in ``order.customer.id``, and relative to the part; a name that is not there, or leads through something
    that is no object, gives ``None``. Parts share one memory with the whole.
    """

    def __init__(self, value: Any, at: str = "", _memory: _Memory | None = None) -> None:
        self.value = value
        self.at = at
        self._memory = _memory if _memory is not None else _Memory(value)

    def get(self, path: str) -> Any:
        """What stands there, a leaf or a whole part; all of it counts as taken."""
        self.take(path)
        return self.peek(path)

    def peek(self, path: str) -> Any:
        """The same without taking it; an empty path leads nowhere but to the part itself."""
        value = self.value
        for name in path.split(".") if path else ():
            value = value.get(name) if isinstance(value, dict) else None
        return value

    def text(self, path: str) -> str | None:
        """A text, or a number as one; empty is nothing. What is neither is not taken."""
        value = self.peek(path)
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            return None
        self.take(path)
        return str(value).strip() or None

    def take(self, path: str) -> None:
        """It is used, after a look at it with ``peek``."""
        self._memory.taken.append(_joined(self.at, path))

    def part(self, path: str) -> Reading:
        """An object within; one that is not there reads as empty."""
        value = self.peek(path)
        return Reading(value if isinstance(value, dict) else {}, _joined(self.at, path), self._memory)

    def parts(self, path: str) -> list[Reading]:
        """The members of a list within; what is no list reads as an empty one."""
        value, at = self.peek(path), _joined(self.at, path)
        members = value if isinstance(value, list) else []
        return [Reading(member, f"{at}[{place}]", self._memory) for place, member in enumerate(members)]

    def leave_out(self, path: str, why: str) -> None:
        """It is there and stays behind on purpose, with all that is below."""
        self.note(path, "left out", why)

    def guess(self, path: str, why: str) -> None:
        """What was made of it is more than it says."""
        self.note(path, "guessed", why)

    def note(self, path: str, what: What, why: str) -> None:
        self._memory.notes.append(Loss(_joined(self.at, path), what, why))

    @property
    def untouched(self) -> bool:
        """Whether nothing of the whole message was taken."""
        return not self._memory.taken

    @property
    def spoken_for(self) -> bool:
        """Whether something is noted of all of this part."""
        return any(note.path == self.at and note.what != "guessed" for note in self._memory.notes)

    def lost(self) -> list[Loss]:
        """Of the whole message: what was noted, and every leaf that nobody took. Nulls and empty things are no leaves."""
        memory = self._memory
        spoken = [*memory.taken, *(note.path for note in memory.notes if note.what != "guessed")]
        covered = set(spoken)
        unread = (leaf for leaf in leaves(memory.whole) if not _covered(leaf, covered))
        return [*memory.notes, *(Loss(leaf, "unmapped", UNMAPPED) for leaf in unread)]


class _Memory:
    def __init__(self, whole: Any) -> None:
        self.whole = whole
        self.taken: list[str] = []
        self.notes: list[Loss] = []


def leaves(value: Any, at: str = "") -> Iterator[str]:
    """The paths of all leaves that say something: not null, not an empty text, list or object."""
    if isinstance(value, dict):
        for name, member in value.items():
            yield from leaves(member, f"{at}.{name}" if at else name)
    elif isinstance(value, list):
        for place, member in enumerate(value):
            yield from leaves(member, f"{at}[{place}]")
    elif value is not None and value != "":
        yield at


def _covered(leaf: str, spoken: set[str]) -> bool:
    """Whether the leaf or something that contains it is spoken for."""
    if leaf in spoken or "" in spoken:
        return True
    cuts = (place for place, sign in enumerate(leaf) if sign in ".[")
    return any(leaf[:cut] in spoken for cut in cuts)


def _joined(at: str, path: str) -> str:
    return f"{at}.{path}" if at and path else at or path
