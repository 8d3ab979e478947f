"""Who is asked again, and in which order: as a sorted list of all deadlines would have it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from streams.journey.deadlines import PERIOD_BITS, Deadlines

PERIOD = 1 << PERIOD_BITS
DUES = st.one_of(st.none(), st.sampled_from([0, 1, PERIOD - 1, PERIOD, PERIOD + 1, 5 * PERIOD]), st.integers(0, 9 * PERIOD))
NAMES = st.sampled_from("abcd")


class Plan:
    """Deadlines beside the plain table of them."""

    def __init__(self) -> None:
        self.dues: dict[str, int | None] = {}
        self.deadlines = Deadlines(self.dues.get)

    def set(self, name: str, due: int | None) -> None:
        was = self.dues.get(name)
        self.dues[name] = due
        self.deadlines.move(name, was, due)

    def falls(self, before: int) -> list[str]:
        """Everything due before then, each once: it is not due again."""
        fallen = []
        while (name := self.deadlines.pop(before)) is not None:
            fallen.append(name)
            self.set(name, None)
        return fallen


@given(st.lists(st.one_of(st.tuples(NAMES, DUES), st.integers(0, 10 * PERIOD)), max_size=40))
def test_what_is_due_falls_once_and_in_order_whatever_was_put_off_before(steps: list[tuple[str, int | None] | int]) -> None:
    plan = Plan()
    for step in steps:
        if isinstance(step, tuple):
            plan.set(*step)
        else:
            due = sorted((due, name) for name, due in plan.dues.items() if due is not None and due < step)
            assert plan.falls(step) == [name for _, name in due]


def test_what_is_due_at_the_very_moment_has_not_fallen() -> None:
    plan = Plan()
    plan.set("a", PERIOD)
    assert plan.falls(PERIOD) == []
    assert plan.falls(PERIOD + 1) == ["a"]


def test_what_was_found_at_rest_falls_like_what_was_moved() -> None:
    plan = Plan()
    plan.dues |= {"a": 2 * PERIOD + 5, "b": 2 * PERIOD + 4}
    for name in plan.dues:
        plan.deadlines.wait(name, 2)
    assert plan.falls(3 * PERIOD) == ["b", "a"]
