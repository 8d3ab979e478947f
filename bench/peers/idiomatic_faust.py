"""Faust as its documentation teaches it: models, an agent, a table with a changelog, defaults elsewhere.

``python -m bench.peers.idiomatic_faust worker --without-web``, told what to do by its environment (``task.py``).
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

import faust

from bench.peers.output import Output, alert
from bench.peers.task import SESSION_GAP_MS, Task

task = Task.from_environment()
app = faust.App(
    task.group,
    broker=f"kafka://{task.brokers}",
    store="memory://",
    datadir=task.folder / "faust",
    topic_partitions=task.partitions,
    worker_redirect_stdouts=False,
)


class Properties(faust.Record):
    product_id: str = ""
    quantity: int = 1
    price_minor: int | None = None


class Event(faust.Record, isodates=True):
    """An event, or a tick: then ``at`` (µs) is all it has."""

    event_id: str = ""
    type: str = ""
    occurred_at: datetime | None = None
    customer_id: str = ""
    properties: Properties | None = None
    at: int = 0


class Item(faust.Record):
    pieces: int
    price_minor: int | None = None


class Customer(faust.Record):
    seen: list[str]
    cart: dict[str, Item]
    partition: int = 0
    last_ms: int = -(10**15)
    began_ms: int = 0
    changed_by: str = ""
    told_of: str = ""


class Alert(faust.Record):
    customer_id: str
    due_ms: int
    changed_by: str
    value_minor: int | None = None


source = app.topic(task.topic, value_type=Event)
alerts = app.topic(task.alerts, value_type=Alert)
customers = app.Table("customers", default=lambda: Customer(seen=[], cart={}), partitions=task.partitions)
waiting: defaultdict[int, dict[str, int]] = defaultdict(dict)
"""By partition: whose silence would be trouble, and when."""
output = Output(task)


@app.agent(source)
async def shop(stream: faust.Stream[Event]) -> None:
    async for each in stream.events():
        partition, event = each.message.partition, each.value
        if event.at:
            await tick(partition, event.at // 1000)
        else:
            await take(partition, event)


async def tick(partition: int, at_ms: int) -> None:
    for name in [name for name, due_ms in waiting[partition].items() if due_ms < at_ms]:
        await tell(partition, name, customers[name])
    output.ticked(partition, at_ms)


async def take(partition: int, event: Event) -> None:
    name = event.customer_id
    customer = customers[name]
    if event.event_id in customer.seen:
        return
    assert event.occurred_at is not None
    at_ms = round(event.occurred_at.timestamp() * 1000)
    if waiting[partition].get(name, at_ms) < at_ms:
        await tell(partition, name, customer)
    if at_ms > customer.last_ms + SESSION_GAP_MS:
        customer.began_ms, customer.seen = at_ms, []
    customer.seen.append(event.event_id)
    customer.partition, customer.last_ms = partition, at_ms
    change(customer, event)
    customers[name] = customer
    if customer.cart and customer.told_of != customer.changed_by:
        waiting[partition][name] = at_ms + task.idle_ms
    else:
        waiting[partition].pop(name, None)
    output.events.add((event.event_id, name, event.type, at_ms, customer.began_ms))


def change(customer: Customer, event: Event) -> None:
    """What the event does to the cart."""
    said = event.properties or Properties()
    if event.type == "order_completed":
        customer.cart = {}
    elif event.type == "product_added":
        item = customer.cart.setdefault(said.product_id, Item(0))
        item.pieces += said.quantity
        item.price_minor = item.price_minor if said.price_minor is None else said.price_minor
        customer.changed_by = event.event_id
    elif event.type == "product_removed" and said.product_id in customer.cart:
        customer.cart[said.product_id].pieces -= said.quantity
        if customer.cart[said.product_id].pieces <= 0:
            del customer.cart[said.product_id]
        customer.changed_by = event.event_id


async def tell(partition: int, name: str, customer: Customer) -> None:
    due_ms = waiting[partition].pop(name)
    customer.told_of = customer.changed_by
    customers[name] = customer
    told = Alert(name, due_ms, customer.changed_by, value_minor(customer))
    output.alerts.add(alert(told.asdict()))
    await alerts.send(key=name, value=told)


def value_minor(customer: Customer) -> int | None:
    worth = [None if item.price_minor is None else item.pieces * item.price_minor for item in customer.cart.values()]
    return None if None in worth else sum(each or 0 for each in worth)


@customers.on_recover
async def wait_again() -> None:
    """After a restart the table is back; whose silence would be trouble is read from it."""
    for name, customer in customers.items():
        if customer.cart and customer.told_of != customer.changed_by:
            waiting[customer.partition][name] = customer.last_ms + task.idle_ms


if __name__ == "__main__":
    app.main()
