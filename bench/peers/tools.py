"""What the peers need and Throughline does not: an environment of their own for Python, jars and classes for Java.

Made where they are not there yet, in ``bench/peers/.venv`` and in ``target`` beside each ``pom.xml``.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from schemas.failures import Stop

HERE = Path(__file__).parent
VENV = HERE / ".venv"
REQUIREMENTS = HERE / "requirements.txt"
JAVA = HERE / "java"
HEAP = "-Xmx1g"
OPENED = [f"--add-opens=java.base/java.{name}=ALL-UNNAMED" for name in ("lang", "util", "time")]
"""What Flink's serializers ask of Java 17."""


def python() -> Path:
    """The interpreter of the peers' environment, with what ``requirements.txt`` names."""
    made, interpreter = VENV / ".installed", VENV / "bin" / "python"
    if not made.exists() or made.stat().st_mtime < REQUIREMENTS.stat().st_mtime:
        _run([sys.executable, "-m", "venv", "--clear", str(VENV)])
        install = ["install", "--quiet", "--disable-pip-version-check", "--require-hashes", "--no-deps", "-r", str(REQUIREMENTS)]
        _run([str(interpreter), "-m", "pip", *install])
        made.touch()
    return interpreter


def java(peer: str, main: str) -> list[str]:
    """The command that starts a peer of ``java/<peer>``: its jars fetched, its few classes compiled."""
    folder = JAVA / peer
    jars, classes = _jars(folder), folder / "target" / "classes"
    path = os.pathsep.join((str(classes), os.path.join(jars, "*")))
    sources = [str(file) for file in (*(JAVA / "shared").glob("*.java"), *folder.glob("*.java"))]
    _run(["javac", "-nowarn", "-cp", path, "-d", str(classes), *sources])
    return ["java", HEAP, *OPENED, "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "-cp", path, main]


def _jars(folder: Path) -> Path:
    pom, jars = folder / "pom.xml", folder / "target" / "dependency"
    fetched = folder / "target" / ".fetched"
    if not fetched.exists() or fetched.stat().st_mtime < pom.stat().st_mtime:
        _run(["mvn", "-q", "-B", "-f", str(pom), "dependency:copy-dependencies", f"-DoutputDirectory={jars}"])
        fetched.touch()
    return jars


def _run(command: list[str]) -> None:
    """To its end. Raises ``Stop`` with what it said last."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode:
        raise Stop(f"{' '.join(command[:4])} … failed: {done.stdout.strip()[-500:]}")
