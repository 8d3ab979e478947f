"""Operational errors are of two kinds, and everything that runs for long knows which one it has in hand.

A failure of the programmer is neither: it crashes. A bad event is no failure at all: it is a value with a reason.
"""


class Failure(Exception):
    """Something outside failed; the message is a sentence for the person who runs it."""


class Retry(Failure):
    """It may work later. Nothing was lost: the same call may be made again."""


class Stop(Failure):
    """It will not work by trying again, or trying again would do harm. Whoever catches it stops."""
