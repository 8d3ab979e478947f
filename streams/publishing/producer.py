"""The producer under every publisher: idempotent where the broker can.

An idempotent producer numbers its batches, and the broker takes each number once: what is sent again after a lost
acknowledgement is not there twice. Whether a broker can is found out by asking it for a producer id. That it names the request
among those it knows says nothing: the embedded broker (Tansu 0.6) does, and fails it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.client import AIOKafkaClient
from aiokafka.errors import KafkaError, NoError, for_code
from aiokafka.protocol.transaction import InitProducerIdRequest

logger = logging.getLogger(__name__)

ASK_WITHIN = 15.0
"""Seconds that a cluster may take to find out who gives the ids; later than that one does without."""
ASK_AGAIN_AFTER = 0.1
"""Seconds."""


class Producer(AIOKafkaProducer):
    """aiokafka's, which can begin its numbers anew."""

    @property
    def idempotent(self) -> bool:
        """Whether it numbers its batches."""
        return self._txn_manager is not None

    def begin_anew(self) -> None:
        """Ask for a new producer id before the next batch, and count from 0.

        Called when a batch was given up: its numbers will never come, and the broker would refuse all behind the gap. aiokafka
        has no other way out, nor one past number 2^31. What was sent and not answered may then be there twice.
        """
        numbers = self._txn_manager
        if numbers is not None and numbers.has_pid():
            numbers.__init__(None, numbers.transaction_timeout_ms)


async def idempotence(client: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of a :class:`Producer` that waits for all replicas that must have a record; idempotent if it can be."""
    return {"acks": "all", "enable_idempotence": await _gives_producer_ids(client)}


async def _gives_producer_ids(client: Mapping[str, Any]) -> bool:
    asking = AIOKafkaClient(**client)
    try:
        await asking.bootstrap()
        error = await _asked(asking)
    finally:
        await asking.close()
    if error is not NoError:
        logger.info("Producers are not idempotent here, the broker gives no producer ids: %s", error.__name__)
    return error is NoError


async def _asked(client: AIOKafkaClient) -> type[KafkaError]:
    """What the broker finally says: ``NoError``, or why not."""
    clock = asyncio.get_running_loop().time
    deadline = clock() + ASK_WITHIN
    while True:
        error = await _answer(client)
        if not error.retriable or clock() > deadline:
            return error
        await asyncio.sleep(ASK_AGAIN_AFTER)


async def _answer(client: AIOKafkaClient) -> type[KafkaError]:
    request = InitProducerIdRequest(transactional_id=None, transaction_timeout_ms=60_000)
    try:
        answer = await client.send(client.get_random_node(), request)
    except KafkaError as error:
        return type(error)
    return for_code(answer.error_code)
