"""The command line: each verb parses, builds and runs; what it runs stands elsewhere.

A verb's module is imported when the verb is used, so that `--help` and the light verbs do not wait for Faust. Exit codes: 0 done,
1 it failed (a sentence says what, where and what to do), 2 it was called or set wrongly, 130 interrupted.
"""

from __future__ import annotations

import logging
import sys
import tempfile
import traceback
from importlib import import_module, metadata

import click

from schemas.failures import Failure
from throughline.cli.console import complain
from throughline.settings import SettingsFault

VERBS = {
    "up": ("throughline.cli.running:up", "Run it all: broker (if none is named), topics, worker. Ctrl-C drains and stops."),
    "broker": ("throughline.cli.running:broker", "Run a broker alone: the embedded one, or Apache Kafka."),
    "topics": ("throughline.cli.running:topics", "Create the topics that are missing, and list them."),
    "collect": ("throughline.cli.collecting:collect", "Take events over HTTP: the collector, against a broker."),
    "keys": ("throughline.cli.collecting:keys", "Who may send to the collector: add, list, revoke."),
    "work": ("throughline.cli.running:work", "Run one worker against a broker."),
    "demo": ("throughline.cli.running:demo", "Simulated shoppers through everything, in under two minutes."),
    "simulate": ("throughline.cli.history:simulate", "Write a seeded store's events, and the truth about them."),
    "import": ("throughline.cli.history:import_", "Turn somebody's files into events, by a map."),
    "replay": ("throughline.cli.history:replay", "Send history to the topics, with time from the events."),
    "backfill": ("throughline.cli.history:backfill", "Bring history into the lake, without a broker."),
    "backtest": ("throughline.cli.backtest:backtest", "What would other settings have said? Before and after, side by side."),
    "try": ("throughline.cli.trying:try_", "What a sender's message would become; sends nothing."),
    "presets": ("throughline.cli.presets:presets", "Other systems' published thresholds: list, show."),
    "sql": ("throughline.cli.asking:sql", "Ask the lake one question."),
    "shell": ("throughline.cli.asking:shell", "Ask the lake many questions."),
    "verify": ("throughline.cli.asking:verify", "Hold the lake against the events it was made from."),
    "signals": ("throughline.cli.signals:signals", "See friction signals: tail, open, explain."),
    "why-not": ("throughline.cli.signals:why_not", "Why a customer's history made no signal of a kind."),
    "dead-letters": ("throughline.cli.dead_letters:dead_letters", "See what was refused: list, show, retry."),
    "lake": ("throughline.cli.lake:lake", "Look after the lake: status, compact, vacuum."),
}
"""Each verb's place and its line in the help, in the order in which one meets them."""


class Verbs(click.Group):
    """A group that imports a verb's module only when the verb is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in VERBS:
            return None
        module, _, name = VERBS[cmd_name][0].partition(":")
        command: click.Command = getattr(import_module(module), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(verb, words) for verb, (_, words) in VERBS.items()])


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(metadata.version("throughline"), prog_name="throughline")
def cli() -> None:
    """Raw shop events in, customer journeys and friction signals out; plain SQL afterwards.

    Settings come from options, THROUGHLINE_… variables and throughline.toml, in this order.
    """


def main() -> None:
    """The console script. No traceback reaches the person at the keyboard."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Runs one command line; the exit code."""
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # what it has to say reaches people as one sentence, below
    try:
        code = cli.main(arguments, prog_name="throughline", standalone_mode=False)
        return code if isinstance(code, int) else 0
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except SettingsFault as fault:
        complain(str(fault))
        return 2
    except Failure as failure:
        complain(str(failure))
        return 1
    except (click.Abort, KeyboardInterrupt):
        return 130
    except BrokenPipeError:
        sys.stdout = None  # `throughline … | head` has read enough
        return 0
    except Exception as error:
        complain(_words(error))
        return 1


def _words(error: Exception) -> str:
    from aiokafka.errors import KafkaError  # slow to import, and only needed here

    if isinstance(error, KafkaError):
        return f"The broker failed us: {error}. Is it running, and does --brokers name it?"
    if isinstance(error, PermissionError):
        return f"{error.filename} may not be read or written by this user."
    return f"This is a fault of Throughline's own: {type(error).__name__}: {error}. Its trace stands in {_trace()}"


def _trace() -> str:
    with tempfile.NamedTemporaryFile("w", prefix="throughline-", suffix=".trace", delete=False) as file:
        traceback.print_exc(file=file)
    return file.name
