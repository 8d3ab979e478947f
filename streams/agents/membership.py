"""Whether the broker lets this worker into its group, and what to tell a person where it does not.

aiokafka holds an error of the group's back until somebody asks it for records, and Faust asks only once it owns something: a
worker that is refused would wait without a word, for ever. So the consumer's thread watches for itself.
"""

from __future__ import annotations

import asyncio
import logging

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import (
    GroupAuthorizationFailedError,
    InconsistentGroupProtocolError,
    InvalidGroupIdError,
    InvalidSessionTimeoutError,
    KafkaError,
    TopicAuthorizationFailedError,
)

from schemas.failures import Stop
from streams.agents.options import Options

logger = logging.getLogger(__name__)

ASK_AGAIN_AFTER = 1.0
"""Seconds."""
_REFUSALS: dict[type[KafkaError], str] = {
    InvalidSessionTimeoutError: "The brokers at {brokers} do not allow a session timeout of {session_timeout:g} s. Set "
    "`kafka.session_timeout` to something between their group.min.session.timeout.ms and group.max.session.timeout.ms; "
    "6 s is the least that Apache Kafka allows unless it is told otherwise.",
    GroupAuthorizationFailedError: "The brokers at {brokers} do not let {user} into consumer group {group!r}. Grant it READ on "
    "that group, or set `group` to one that it may join.",
    TopicAuthorizationFailedError: "The brokers at {brokers} do not let {user} read {subject}. Grant it READ and DESCRIBE there, "
    "and WRITE too: `throughline topics` lists what a worker reads and writes.",
    InconsistentGroupProtocolError: "Consumer group {group!r} on {brokers} has members that share their partitions out in "
    "another way: other programs, or workers of another version. Stop them, or set `group` to a name of its own.",
    InvalidGroupIdError: "The brokers at {brokers} take {group!r} for no name of a consumer group. Set `group` to another.",
}


def refusal(error: KafkaError, options: Options) -> Stop | None:
    """What to tell whoever runs the worker; None where the next attempt may fare better."""
    for kind, words in _REFUSALS.items():
        if isinstance(error, kind):
            user = f"user {options.access.username!r}" if options.access.username else "this worker"
            subject = ", ".join(map(str, error.args)) or "a topic"
            return Stop(words.format(**vars(options), user=user, subject=subject))
    return None


async def watch(consumer: AIOKafkaConsumer, options: Options) -> None:
    """Raises ``Stop`` once the group has refused this consumer for good; what may pass is said and tried again. Runs for ever."""
    while True:
        try:
            await consumer._subscription.wait_for_assignment()
        except KafkaError as error:
            if problem := refusal(error, options):
                raise problem from error
            logger.warning("The group could not be joined, will try again: %r", error)
            await asyncio.sleep(ASK_AGAIN_AFTER)
            _heard(consumer)


def _heard(consumer: AIOKafkaConsumer) -> None:
    """aiokafka does not go on before somebody has taken the error. A coordinator that has ended will not go on at all."""
    try:
        consumer._coordinator.check_errors()
    except KafkaError as error:
        if consumer._coordinator._coordination_task.done():
            raise Stop(f"The group's coordination has ended: {error}") from error
