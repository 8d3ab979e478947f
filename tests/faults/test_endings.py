"""A worker that ends by itself says why, and does not end as if it had been asked to."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from throughline.broker import LOOPBACK, free_port

ROOT = Path(__file__).parents[2]
PROGRAM = """
import sys
from sinks.lake import Lake
from streams.agents.options import Options
from streams.app import build_app, core, run_worker
from streams.journey.rules import Rules
from tests.broker.worker import hashed
options = Options(sys.argv[1], web_port=int(sys.argv[2]))
run_worker(build_app(options, core(options.partitions, Rules(), hashed), Lake(sys.argv[3])))
"""


def test_a_worker_whose_brokers_went_before_it_could_begin(tmp_path: Path) -> None:
    nobody = f"{LOOPBACK}:{free_port()}"
    command = [sys.executable, "-c", PROGRAM, nobody, str(free_port()), str(tmp_path / "lake")]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 1
    assert "WorkerFailed: The worker failed: KafkaConnectionError" in ended.stderr
