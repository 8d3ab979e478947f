"""What a broker still says while a command takes leave over TLS is not shown; any other fault that nobody asks after is."""

from __future__ import annotations

import asyncio
import gc
import ssl

import pytest

from throughline.cli.loop import PARTING, run


async def leave_behind(error: Exception) -> None:
    """A future that fails and is forgotten, as those of closed connections are."""
    asyncio.get_running_loop().create_future().set_exception(error)
    gc.collect()


def of_tls(reason: str) -> ssl.SSLError:
    error = ssl.SSLError(1, reason)
    error.reason = reason
    return error


@pytest.mark.parametrize(
    ("error", "shown"), [(of_tls(PARTING), False), (of_tls("WRONG_VERSION_NUMBER"), True), (ValueError("a fault"), True)]
)
def test_only_the_last_words_of_a_broker_are_passed_over(error: Exception, shown: bool, caplog: pytest.LogCaptureFixture) -> None:
    run(leave_behind(error))
    assert (str(error) in caplog.text) is shown
