"""An authority and two certificates signed by it, made for a test by openssl: the broker's for 127.0.0.1, and a client's."""

from __future__ import annotations

import subprocess
from pathlib import Path

_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]


class Certificates:
    """PEM files in a folder: ``ca``, and of the broker and the client ``….pem`` and ``….key``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.ca = folder / "ca.pem"
        _openssl("req", "-x509", *_KEY, "-subj", "/CN=authority", "-keyout", f"{folder}/ca.key", "-out", str(self.ca))
        self.client, self.client_key = self._signed("client", "DNS:client")
        certificate, key = self._signed("broker", "IP:127.0.0.1")
        self._broker = folder / "broker-both.pem"
        self._broker.write_text(key.read_text() + certificate.read_text())

    @property
    def properties(self) -> dict[str, str]:
        """What the broker is told of them."""
        return {
            "ssl.keystore.type": "PEM",
            "ssl.keystore.location": str(self._broker),
            "ssl.truststore.type": "PEM",
            "ssl.truststore.location": str(self.ca),
        }

    def _signed(self, name: str, known_as: str) -> tuple[Path, Path]:
        certificate, key = self._folder / f"{name}.pem", self._folder / f"{name}.key"
        by = ["-CA", str(self.ca), "-CAkey", f"{self._folder}/ca.key", "-addext", f"subjectAltName={known_as}"]
        _openssl("req", "-x509", *_KEY, *by, "-subj", f"/CN={name}", "-keyout", str(key), "-out", str(certificate))
        return certificate, key


def _openssl(*words: str) -> None:
    subprocess.run(["openssl", *words], check=True, capture_output=True)
