"""The event loop of a command."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Coroutine
from typing import Any, TypeVar

Result = TypeVar("Result")
PARTING = "APPLICATION_DATA_AFTER_CLOSE_NOTIFY"


def run(main: Coroutine[Any, Any, Result]) -> Result:
    """As ``asyncio.run``, but a broker's last words over TLS are no error.

    A command that has what it wants closes its connections while an answer may be on its way. TLS calls that data behind the end,
    and asyncio prints a trace of it, as nobody asks after a closed connection.
    """
    with asyncio.Runner() as runner:
        runner.get_loop().set_exception_handler(_tell)
        return runner.run(main)


def _tell(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    error = context.get("exception")
    if not (isinstance(error, ssl.SSLError) and error.reason == PARTING):
        loop.default_exception_handler(context)
