"""The floor: aiokafka, msgspec and dicts, in one process. Nothing is durable: a restart begins from zero.

``python -m bench.peers.floor``, told what to do by its environment (``task.py``).
"""

from __future__ import annotations

import asyncio

import msgspec
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.structs import ConsumerRecord

from bench.peers.job import Alert, Event, Shop, Tick
from bench.peers.output import Output
from bench.peers.task import Task

_event = msgspec.json.Decoder(Event)
_tick = msgspec.json.Decoder(Tick)


class Floor:
    """The job over fetched records; ``alerts`` are those not yet sent."""

    def __init__(self, task: Task) -> None:
        self._shops = [Shop(task.idle_ms) for _ in range(task.partitions)]
        self._output = Output(task)
        self.alerts: list[Alert] = []

    def take(self, partition: int, records: list[ConsumerRecord[bytes, bytes]]) -> None:
        shop, add = self._shops[partition], self._output.events.add
        for record in records:
            value = record.value or b""
            if record.headers:
                at_ms = _tick.decode(value).at // 1000
                self._tell(shop.tick(at_ms))
                self._output.ticked(partition, at_ms)
                continue
            event = _event.decode(value)
            taken = shop.take(event)
            if taken is not None:
                at_ms, session_ms, alert = taken
                add((event.event_id, event.customer_id, event.type, at_ms, session_ms))
                if alert is not None:
                    self._tell([alert])

    def _tell(self, alerts: list[Alert]) -> None:
        for alert in alerts:
            self._output.alerts.add(alert)
        self.alerts += alerts


async def run(task: Task) -> None:
    floor = Floor(task)
    consumer = AIOKafkaConsumer(
        task.topic,
        bootstrap_servers=task.brokers,
        group_id=task.group,
        auto_offset_reset="earliest",
        max_partition_fetch_bytes=1 << 22,
    )
    producer = AIOKafkaProducer(bootstrap_servers=task.brokers)
    async with consumer, producer:
        while True:
            for place, records in (await consumer.getmany(timeout_ms=1_000)).items():
                floor.take(place.partition, records)
            for alert in floor.alerts:
                await producer.send(task.alerts, msgspec.json.encode(alert._asdict()), key=alert.customer_id.encode())
            floor.alerts.clear()


if __name__ == "__main__":
    asyncio.run(run(Task.from_environment()))
