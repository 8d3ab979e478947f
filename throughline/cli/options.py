"""Options that several verbs share. What is not given comes from the environment, the file, or the default."""

from __future__ import annotations

import functools
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from schemas.instants import micros
from throughline.presets import names
from throughline.settings import load

Verb = TypeVar("Verb", bound=Callable[..., Any])

UNTIL = click.option(
    "--until",
    type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]),
    help="Let time pass to here (UTC) after the last event.",
)
_OPTIONS: dict[str, Callable[[Any], Any]] = {
    "brokers": click.option("--brokers", metavar="HOST:PORT", help="The Kafka to talk to; default: the embedded one."),
    "lake_dir": click.option(
        "--lake", "lake_dir", type=click.Path(path_type=Path, file_okay=False), help="The lake's folder; default: lake in --data."
    ),
    "data_dir": click.option(
        "--data",
        "data_dir",
        type=click.Path(path_type=Path, file_okay=False),
        help="Where logs, state and keys are; .throughline.",
    ),
    "partitions": click.option("--partitions", type=int, help="Partitions of each topic."),
    "web_port": click.option("--web-port", type=int, help="Port of health and metrics."),
    "collector_port": click.option("--collector-port", type=int, help="Port of the collector; 0 takes a free one."),
    "preset": click.option(
        "--preset",
        type=click.Choice(names()),
        metavar="NAME",
        help="Thresholds as another system publishes them; `throughline presets` lists them. The settings file comes before it.",
    ),
    "clock": click.option("--clock", type=click.Choice(["wall", "log"]), help="Time from the leader's ticks, or from the log."),
}


def settings_from(*names: str) -> Callable[[Verb], Verb]:
    """Gives the verb the options of these names, and the ``settings`` in which they came first."""

    def decorate(verb: Verb) -> Verb:
        @functools.wraps(verb)
        def call(**arguments: Any) -> Any:
            given = {name: arguments.pop(name) for name in names}
            return verb(settings=load(**given), **arguments)

        for name in reversed(names):
            call = _OPTIONS[name](call)
        return call  # type: ignore[return-value]

    return decorate


def instant_of(moment: datetime | None) -> int | None:
    """What ``--until`` said, in µs since 1970."""
    return None if moment is None else micros(moment.replace(tzinfo=UTC))
