"""Kafka's published jars: which release, where they lie, and how Java runs what is in them.

The release is the one in ``pom.xml``. The jars lie in the user's cache, a folder for every ``pom.xml`` that ever was; a folder
is there whole or not at all.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from xml.etree import ElementTree

from throughline.broker import BrokerFailed

JAVA_AT_LEAST = 17
POM = Path(__file__).with_name("pom.xml")
_JAVA_OPTIONS = ["-Xms256m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]
"""Small and soon up: a node for trying out and for tests, not for a shop."""


def release() -> str:
    """Of Apache Kafka, as ``pom.xml`` names it."""
    dependencies = ElementTree.parse(POM).getroot().iterfind(".//{*}dependency")  # noqa: S314 - our own file
    return next(one.findtext("{*}version", "") for one in dependencies if one.findtext("{*}artifactId") == "kafka_2.13")


def missing() -> str | None:
    """Why Apache Kafka cannot run on this machine; None if it can."""
    if shutil.which("java") is None:
        return f"no Java on the PATH; Apache Kafka needs {JAVA_AT_LEAST} or newer"
    if shutil.which("mvn") is None:
        return "no Maven on the PATH; it fetches Apache Kafka's jars"
    found = _java_release()
    return None if found >= JAVA_AT_LEAST else f"Java {found} is too old; Apache Kafka needs {JAVA_AT_LEAST} or newer"


def fetched() -> bool:
    """Whether the jars are there already."""
    return _jars().is_dir()


def fetch() -> Path:
    """The folder with the jars, fetched where they are not there yet. Raises ``BrokerFailed``."""
    jars = _jars()
    if not jars.is_dir():
        jars.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=jars.parent) as draft:
            _copy_dependencies(Path(draft) / "jars")
            _take(Path(draft) / "jars", jars)
    return jars


def java(jars: Path, *words: str) -> list[str]:
    """The command that runs a class of the jars."""
    return ["java", *_JAVA_OPTIONS, "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "-cp", os.path.join(jars, "*"), *words]


def run(command: list[str], otherwise: str) -> None:
    """To its end. Raises ``BrokerFailed`` with what it said last."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode != 0:
        raise BrokerFailed(f"{otherwise}: {done.stdout.strip()[-500:]}")


def _jars() -> Path:
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return cache / "throughline" / f"apache-kafka-{release()}-{hashlib.sha256(POM.read_bytes()).hexdigest()[:8]}"


def _copy_dependencies(into: Path) -> None:
    command = ["mvn", "-q", "-B", "-f", str(POM), "dependency:copy-dependencies", f"-DoutputDirectory={into}"]
    run(command, f"Maven could not fetch Apache Kafka {release()}")


def _take(draft: Path, jars: Path) -> None:
    """Into place, unless somebody else was faster."""
    try:
        draft.rename(jars)
    except OSError:
        if not jars.is_dir():
            raise


def _java_release() -> int:
    """``openjdk 17.0.15`` is 17; 0 where Java does not say."""
    said = subprocess.run(["java", "--version"], capture_output=True, text=True, check=False).stdout.split()  # noqa: S607
    found = said[1].partition(".")[0] if len(said) > 1 else ""
    return int(found) if found.isdecimal() else 0
