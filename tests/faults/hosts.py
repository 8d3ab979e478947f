"""Hosts on one wire: network namespaces on a bridge, each of which can be cut off, or have its line made narrow.

All of it lies in namespaces of this process's own (``in_private``): nothing of it is seen outside, and with the process it is
gone, however that ends. A line is made narrow by the token bucket (``tbf``), as ``netem`` is not in every kernel: packets then
queue, and are late by as much as stands before them.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass

SUBNET = "10.77.0"
_INSIDE = "THROUGHLINE_FAULTS_INSIDE"
_UP = ["ip", "link", "set", "lo", "up"]


def forbidden() -> str | None:
    """Why this process may make no namespaces and mount nothing; None if it may."""
    missing = [tool for tool in ("unshare", "ip", "tc", "mkfs.ext4", "mount", "fsfreeze") if shutil.which(tool) is None]
    if missing:
        return f"there is no {', '.join(missing)} on the PATH"
    tried = subprocess.run(["unshare", "--net", "--mount", *_UP], capture_output=True, text=True, check=False)
    return None if tried.returncode == 0 else f"namespaces are not allowed here: {tried.stderr.strip()}"


def in_private(module: str, arguments: list[str]) -> None:
    """Begin anew as ``python -m module`` in a network and a mount namespace of its own. Returns only there."""
    if os.environ.get(_INSIDE):
        return
    environment = {**os.environ, _INSIDE: "1"}
    os.execvpe("unshare", ["unshare", "--net", "--mount", sys.executable, "-m", module, *arguments], environment)  # noqa: S606


@dataclass(frozen=True)
class Host:
    """One end of a line to the bridge."""

    name: str
    address: str

    @property
    def prefix(self) -> tuple[str, ...]:
        """The words before a command that runs here."""
        return ("ip", "netns", "exec", self.name)

    @property
    def _line(self) -> str:
        return f"to-{self.name}"

    def cut(self) -> None:
        """Nothing goes in or out, and nobody is told: packets are gone."""
        _run("ip", "link", "set", self._line, "down")

    def mend(self) -> None:
        _run("ip", "link", "set", self._line, "up")

    def narrow(self, kilobits: int) -> None:
        """Both ways so many kbit a second; what would wait for more than five seconds is dropped."""
        bucket = ["root", "tbf", "rate", f"{kilobits}kbit", "burst", "16kb", "latency", "5s"]
        _run("tc", "qdisc", "replace", "dev", self._line, *bucket)
        _run(*self.prefix, "tc", "qdisc", "replace", "dev", "eth0", *bucket)

    def widen(self) -> None:
        _run("tc", "qdisc", "del", "dev", self._line, "root")
        _run(*self.prefix, "tc", "qdisc", "del", "dev", "eth0", "root")


def network(names: list[str]) -> list[Host]:
    """A bridge, on which this process has an address too, and a host for each name. Only ``in_private``."""
    assert os.environ.get(_INSIDE), "hosts are made in namespaces of their own"
    _run(*_UP)
    os.makedirs("/run/netns", exist_ok=True)
    _run("mount", "-t", "tmpfs", "hosts", "/run/netns")
    _run("ip", "link", "add", "wire", "type", "bridge")
    _run("ip", "address", "add", f"{SUBNET}.1/24", "dev", "wire")
    _run("ip", "link", "set", "wire", "up")
    hosts = [Host(name, f"{SUBNET}.{number}") for number, name in enumerate(names, start=11)]
    for host in hosts:
        _connect(host)
    return hosts


def _connect(host: Host) -> None:
    line = f"to-{host.name}"
    _run("ip", "netns", "add", host.name)
    _run("ip", "link", "add", line, "type", "veth", "peer", "name", "eth0", "netns", host.name)
    _run("ip", "link", "set", line, "master", "wire", "up")
    _run("ip", "-n", host.name, "address", "add", f"{host.address}/24", "dev", "eth0")
    _run("ip", "-n", host.name, "link", "set", "eth0", "up")
    _run("ip", "-n", host.name, "link", "set", "lo", "up")


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(command)}: {done.stderr.strip()}"
