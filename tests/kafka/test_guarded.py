"""Brokers that ask who we are: SCRAM over TLS, and certificates on both sides; and what is said to whom they do not let in.

Each command is a process of its own: TLS takes leave in two steps, and aiokafka does not wait for the second.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.conftest import Type
from tests.e2e.conftest import folder as folder
from tests.e2e.conftest import shell as shell
from tests.e2e.test_up import LEFT, await_line, rows, up, write
from tests.kafka.certificates import Certificates
from tests.kafka.passing import passing
from throughline.apache import ApacheKafka

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(300)]

Told = dict[str, str]
LOGIN = "listener.name.outside.scram-sha-512.sasl.jaas.config"
SCRAM = "org.apache.kafka.common.security.scram.ScramLoginModule"


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return Certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="module")
def by_password(kafka_jars: Path, tmp_path_factory: pytest.TempPathFactory, certificates: Certificates) -> Iterator[Told]:
    """What a client must be told of a broker that knows ada by a password."""
    properties = certificates.properties | {"sasl.enabled.mechanisms": "SCRAM-SHA-512", LOGIN: f"{SCRAM} required;"}
    folder = tmp_path_factory.mktemp("by-password")
    with passing(ApacheKafka(folder, kafka_jars, properties=properties, outside="SASL_SSL")) as kafka:
        kafka.admit("ada", "countess")
        yield {
            "BROKERS": kafka.outside,
            "KAFKA__SECURITY": "SASL_SSL",
            "KAFKA__USERNAME": "ada",
            "KAFKA__PASSWORD": "countess",
            "KAFKA__CA_FILE": str(certificates.ca),
        }


@pytest.fixture(scope="module")
def by_certificate(kafka_jars: Path, tmp_path_factory: pytest.TempPathFactory, certificates: Certificates) -> Iterator[Told]:
    """What a client must be told of a broker that wants to see a certificate."""
    properties = certificates.properties | {"ssl.client.auth": "required"}
    folder = tmp_path_factory.mktemp("by-certificate")
    with passing(ApacheKafka(folder, kafka_jars, properties=properties, outside="SSL")) as kafka:
        yield {
            "BROKERS": kafka.outside,
            "KAFKA__SECURITY": "SSL",
            "KAFKA__CA_FILE": str(certificates.ca),
            "KAFKA__CERT_FILE": str(certificates.client),
            "KAFKA__KEY_FILE": str(certificates.client_key),
        }


@pytest.mark.parametrize("kind", ["by_password", "by_certificate"])
def test_from_a_cart_to_its_signal(
    kind: str, request: pytest.FixtureRequest, shell: Type, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell(monkeypatch, request.getfixturevalue(kind) | {"COMMIT_INTERVAL": "0.5 s"})
    write(folder / "left.jsonl", LEFT)
    with up(folder):
        assert shell("replay", "left.jsonl").code == 0
        assert "opened    cart_abandoned cart:k1" in await_line(shell, "cart_abandoned")
    assert {"event_id": "e1"} in rows(shell, "SELECT event_id FROM events")


@pytest.mark.parametrize(
    ("verb", "kind", "wrong", "said"),
    [
        ("topics", "by_password", {"KAFKA__PASSWORD": "count"}, "does not accept user 'ada' with the password that is set"),
        ("work", "by_password", {"KAFKA__USERNAME": "bo"}, "does not accept user 'bo'"),
        ("work", "by_password", {"KAFKA__SASL_MECHANISM": "PLAIN"}, "does not offer PLAIN"),
        ("work", "by_password", {"KAFKA__SECURITY": "PLAINTEXT"}, "closes the connection at once"),
        ("topics", "by_certificate", {"KAFKA__CA_FILE": ""}, "shows a certificate that does not hold"),
        ("work", "by_certificate", {"KAFKA__CERT_FILE": "", "KAFKA__KEY_FILE": ""}, "whether it wants a certificate of ours"),
    ],
)
def test_who_is_not_let_in_is_told_why_at_once(
    verb: str, kind: str, wrong: Told, said: str, request: pytest.FixtureRequest, shell: Type, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = request.getfixturevalue(kind) | wrong | {"IDENTITY_KEY": "sixteen letters!"}
    tell(monkeypatch, {name: value for name, value in told.items() if value})
    heard = shell(verb)
    assert heard.code == 1
    assert f"The broker at {told['BROKERS']} " in heard.err
    assert said in heard.err
    assert "countess" not in heard.err


def tell(monkeypatch: pytest.MonkeyPatch, settings: Told) -> None:
    for name, value in settings.items():
        monkeypatch.setenv(f"THROUGHLINE_{name}", value)
