"""Finding the lake of a run."""

from __future__ import annotations

from pathlib import Path

from schemas.failures import Stop
from sinks import upkeep
from throughline.settings import Settings


def existing(settings: Settings) -> Path:
    """The lake's folder. Raises ``Stop`` where there is none."""
    if not upkeep.status(settings.lake):
        raise Stop(
            f"There is no lake at {settings.lake}. Name its folder with --lake, or make one with `throughline up` or `backfill`."
        )
    return settings.lake
