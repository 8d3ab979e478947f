"""Faust's producer with ours inside."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from faust.transport.drivers import aiokafka as driver

from streams.publishing.producer import Producer, idempotence


class FaustProducer(driver.Producer):
    """Idempotent where the broker can."""

    _idempotence: Mapping[str, Any] = {}

    async def on_start(self) -> None:
        self._idempotence = await idempotence(self.app.options.client)
        await super().on_start()

    def _settings_extra(self) -> Mapping[str, Any]:
        return self._idempotence

    @property
    def _producer_type(self) -> type[Producer]:
        return Producer
