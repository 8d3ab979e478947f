"""The lake in a process of its own: what parsing and writing take of the interpreter's lock, no signal waits for.

The two speak msgpack over pipes, a frame being its length (8 bytes, big-endian) and a message. A question is a verb and its
arguments; the answer is nil, or the kind of failure and its words. Rows are brought without an answer.

Nothing here imports Arrow, DuckDB or Delta before it is that process: the worker does without them.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import struct
import subprocess
import sys
import traceback
from collections.abc import Mapping
from pathlib import Path
from threading import Lock
from typing import IO, TYPE_CHECKING, Any

import msgspec

from schemas.failures import Failure, Retry, Stop

if TYPE_CHECKING:
    from sinks.lake import Lake, Row

FAILURES: dict[str, type[Exception]] = {"Retry": Retry, "Stop": Stop}
WRITERS = 1
"""It has a core at most, and the worker needs the others."""
_length = struct.Struct(">Q")
_pack = msgspec.msgpack.Encoder().encode
_unpack = msgspec.msgpack.Decoder().decode


class LakeApart:
    """As :class:`sinks.lake.Lake`, which does the work. A sink: doing it twice is doing it once.

    The process is started here and ends with this one, however that ends: its questions stop. Where it ends first, the next
    question raises ``Stop`` whatever it is, and those behind it find a new one; what was not flushed is to be brought again.
    """

    def __init__(self, path: Path) -> None:
        self._command = [sys.executable, "-m", "sinks.apart", str(path)]
        self._waiting: list[tuple[str, int, int, list[Row]]] = []
        self._turn = Lock()
        self._child = self._started()
        atexit.register(self.close)

    @property
    def pid(self) -> int:
        return self._child.pid

    def watermarks(self, partition: int, epoch: int) -> None:
        """Begin to own a partition: learn how far each table has it, forget rows of it that were not flushed."""
        self._waiting = [rows for rows in self._waiting if rows[1:3] != (partition, epoch)]
        self._ask("watermarks", partition, epoch)

    def append(self, table: str, partition: int, epoch: int, rows: list[Row]) -> None:
        """Keep rows for the next flush."""
        self._waiting.append((table, partition, epoch, rows))

    def flush(self, through: Mapping[tuple[int, int], int]) -> None:
        """On return every row up to ``through`` is durable, once. Blocking, raises as ``Lake.flush`` does."""
        waiting, self._waiting = self._waiting, []
        self._ask("flush", list(through.items()), bringing=waiting)

    def close(self) -> None:
        """On return the process has ended. May be called twice."""
        with self._turn:
            _end(self._child)

    def _ask(self, *question: object, bringing: list[tuple[str, int, int, list[Row]]] | None = None) -> None:
        with self._turn:
            if self._child.poll() is not None:
                raise self._gone()  # with what it held of a flush that is to be tried again
            questions, answers = _pipes(self._child)
            try:
                for rows in bringing or ():
                    _send(questions, ("append", *rows))
                _send(questions, question)
                answer = _receive(answers)
            except (EOFError, BrokenPipeError):
                raise self._gone() from None
        if answer is not None:
            kind, words = answer
            raise FAILURES.get(kind, RuntimeError)(words)

    def _gone(self) -> Stop:
        """It has ended: another one begins, and knows of nothing that was brought."""
        code = _end(self._child)
        self._child = self._started()
        return Stop(f"The process that writes the lake ended with {code}; what it held is read again.")

    def _started(self) -> subprocess.Popen[bytes]:
        """Away from the terminal, whose Ctrl-C is for the worker."""
        return subprocess.Popen(self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True)


def tend(path: Path) -> None:
    """Compaction and vacuum (:mod:`sinks.upkeep`), in a process that gives back what it took. Raises ``Retry`` as they do."""
    command = [sys.executable, "-m", "sinks.upkeep", str(path)]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, start_new_session=True)
    if done.returncode == os.EX_TEMPFAIL:
        raise Retry(done.stderr.strip())
    if done.returncode:
        raise RuntimeError(f"The lake's upkeep ended with {done.returncode}: {done.stderr.strip()}")


def _end(child: subprocess.Popen[bytes]) -> int:
    """No more questions; how it ended."""
    questions, answers = _pipes(child)
    with contextlib.suppress(BrokenPipeError):
        questions.close()
    code = child.wait()
    answers.close()
    return code


def _pipes(child: subprocess.Popen[bytes]) -> tuple[IO[bytes], IO[bytes]]:
    if child.stdin is None or child.stdout is None:
        raise RuntimeError("started without pipes")
    return child.stdin, child.stdout


def _send(pipe: IO[bytes], message: object) -> None:
    packed = _pack(message)
    pipe.write(_length.pack(len(packed)))
    pipe.write(packed)
    pipe.flush()


def _receive(pipe: IO[bytes]) -> Any:
    """Raises ``EOFError`` where the other end is gone."""
    head = pipe.read(_length.size)
    if len(head) < _length.size:
        raise EOFError
    (size,) = _length.unpack(head)
    packed = pipe.read(size)
    if len(packed) < size:
        raise EOFError
    return _unpack(packed)


def _answer(lake: Lake, verb: str, arguments: list[Any]) -> tuple[str, str] | None:
    try:
        if verb == "watermarks":
            lake.watermarks(*arguments)
        else:
            lake.flush({(partition, epoch): offset for (partition, epoch), offset in arguments[0]})
    except Exception as error:
        if not isinstance(error, Failure):
            traceback.print_exc()  # the worker crashes over it and does not know where it was
        return type(error).__name__, str(error)
    return None


def main(path: str) -> None:
    """Answer until the questions end. Whatever a library prints goes to the log, not among the answers."""
    from sinks.lake import Lake

    questions, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    lake = Lake(path, writers=WRITERS)
    while True:
        try:
            verb, *arguments = _receive(questions)
        except EOFError:
            return
        if verb == "append":
            table, partition, epoch, rows = arguments
            lake.append(table, partition, epoch, rows)
        else:
            _send(answers, _answer(lake, verb, arguments))


if __name__ == "__main__":
    main(sys.argv[1])
