"""A child process that does not outlive the one that started it, however that one ends.

A tiny shell waits at the far end of a pipe that only the owner holds. When the owner dies, ``kill -9`` included, the pipe ends
without a word, and the shell kills the child. Unlike Linux's PR_SET_PDEATHSIG this works on any POSIX system.
"""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

STOP_WITHIN = 10.0
"""Seconds between asking a child to stop and killing it."""

_WATCH = 'read -r word || kill -9 "$1"'


class Leashed:
    """A running child; what it says is appended to ``log``. It has its own process group: Ctrl-C reaches only its owner."""

    def __init__(self, command: Sequence[str], log: Path, env: Mapping[str, str] | None = None) -> None:
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as said:
            self._child = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=said, stderr=said, env=env, start_new_session=True
            )
        self._watch = subprocess.Popen(
            ["/bin/sh", "-c", _WATCH, "throughline-watch", str(self._child.pid)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    @property
    def pid(self) -> int:
        return self._child.pid

    @property
    def running(self) -> bool:
        return self._child.poll() is None

    @property
    def exit_code(self) -> int | None:
        """None while it runs; negative: the signal that ended it."""
        return self._child.poll()

    def stop(self, within: float = STOP_WITHIN) -> int:
        """Asks it to stop and waits; kills it where it does not. On return it is gone. May be called twice."""
        self._child.terminate()
        try:
            code = self._child.wait(timeout=within)
        except subprocess.TimeoutExpired:
            self._child.kill()
            code = self._child.wait()
        self._release()
        return code

    def kill(self) -> None:
        """``kill -9``. On return it is gone."""
        self._child.kill()
        self._child.wait()
        self._release()

    def _release(self) -> None:
        pipe = self._watch.stdin
        if pipe is not None and not pipe.closed:
            try:
                pipe.write(b"done\n")
                pipe.close()
            except BrokenPipeError:
                pass
        self._watch.wait()
