"""States on disk: a mapping like any other, in a folder that nobody else has and that nobody leaves behind."""

from __future__ import annotations

from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rocksdict import Cache

from streams.agents.rocks import RocksFolder, RocksStates

NAMES = st.sampled_from(["customer:ada", "customer:ad", "key cart:7", "clock/0", "é"])
STEPS = st.lists(st.tuples(NAMES, st.one_of(st.none(), st.binary(max_size=9))), max_size=30)


@given(steps=STEPS)
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_on_disk_is_what_would_be_in_memory(tmp_path: Path, steps: list[tuple[str, bytes | None]]) -> None:
    memory: dict[str, bytes] = {}
    disk = RocksStates(tmp_path / "states", Cache(1024))
    for name, state in steps:
        for states in (memory, disk):
            if state is None:
                states.pop(name, None)
            else:
                states[name] = state
    assert dict(disk) == memory
    assert len(disk) == len(memory)
    assert disk.get("nobody") is None
    disk.destroy()
    assert not (tmp_path / "states" / "CURRENT").exists()


def test_a_partition_that_comes_back_begins_empty(tmp_path: Path) -> None:
    folder = RocksFolder(tmp_path)
    states = folder.states(0)
    states["customer:ada"] = b"known"
    states.destroy()
    assert dict(folder.states(0)) == {}


def test_what_a_living_worker_has_is_left_alone(tmp_path: Path) -> None:
    first = RocksFolder(tmp_path)
    states = first.states(0)
    states["customer:ada"] = b"known"
    second = RocksFolder(tmp_path)
    assert len(list(tmp_path.iterdir())) == 2
    assert dict(states) == {"customer:ada": b"known"}
    assert dict(second.states(0)) == {}
