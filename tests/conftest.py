"""The real sets, imported once for all tests of a run, and Apache Kafka's jars, fetched once."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from throughline.apache import fetch, missing
from throughline.importing.run import run_import

DATA = Path(__file__).parents[1] / ".." / "shared" / "data"
SETS = {
    "olist": "olist",
    "rees46": "clickstream/rees46_multi_category.parquet",
    "taobao": "clickstream/taobao_user_behavior.parquet",
    "web": "clickstream/puffy",
}

WITH_BROKERS = {"workers": {"bench", "broker", "faults", "kafka"}, "front": {"collector", "e2e"}}
"""Folders of tests that start brokers: within a group one after the other, whatever else runs beside them."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        folders = set(item.path.relative_to(Path(__file__).parent).parts)
        for group, members in WITH_BROKERS.items():
            if members & folders:
                item.add_marker(pytest.mark.xdist_group(group))


class RealHistory:
    """``history["olist"]`` is a file of events, made at the first use."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __getitem__(self, name: str) -> Path:
        file = self._folder / f"{name}.jsonl"
        if not file.exists():
            run_import(name, DATA / SETS[name], file)
        return file


@pytest.fixture(scope="session")
def history(tmp_path_factory: pytest.TempPathFactory) -> RealHistory:
    if not DATA.is_dir():
        pytest.skip("the public sets are not at ../shared/data")
    return RealHistory(tmp_path_factory.mktemp("history"))


@pytest.fixture(scope="session")
def kafka_jars() -> Path:
    """Without Java the tests that need it are skipped with the reason; in CI that is a failure."""
    reason = missing()
    if reason and os.environ.get("CI"):
        pytest.fail(reason)
    if reason:
        pytest.skip(reason)
    return fetch()
