"""Quix Streams as its documentation teaches it: a StreamingDataFrame, state by key in RocksDB, a session window, else defaults.

Silence is what its session windows tell of: those of 60 minutes close as their partition's time moves on. Ticks have a key and a
timestamp, so they move it as any record does.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from quixstreams import Application, State, message_context
from quixstreams.dataframe.windows.aggregations import Reduce

from bench.peers.output import Output, alert
from bench.peers.task import SESSION_GAP_MS, Task

Json = dict[str, Any]
NEVER = -(10**15)


def is_tick(value: Json) -> bool:
    return "at" in value


def is_event(value: Json) -> bool:
    return "at" not in value


def take(event: Json, state: State) -> Json | None:
    """The event with its session, and the cart as it is after it; None: met before."""
    seen = state.get("seen", [])
    if event["event_id"] in seen:
        return None
    at_ms = round(datetime.fromisoformat(event["occurred_at"]).timestamp() * 1000)
    if at_ms > state.get("last_ms", NEVER) + SESSION_GAP_MS:
        state.set("began_ms", at_ms)
        seen = []
    state.set("seen", [*seen, event["event_id"]])
    state.set("last_ms", at_ms)
    cart = change(event, state)
    return {**event, "occurred_ms": at_ms, "session_ms": state.get("began_ms"), "holds": bool(cart), **cart_of(cart, state)}


def change(event: Json, state: State) -> dict[str, list[Any]]:
    """What the event does to the cart: product to pieces and price."""
    kind, said = event["type"], event.get("properties", {})
    cart: dict[str, list[Any]] = state.get("cart", {})
    product = said.get("product_id", "")
    if kind == "order_completed":
        cart = {}
    elif kind == "product_added":
        pieces, price = cart.get(product, [0, None])
        cart[product] = [pieces + said.get("quantity", 1), said.get("price_minor", price)]
    elif kind == "product_removed" and product in cart:
        cart[product][0] -= said.get("quantity", 1)
        if cart[product][0] <= 0:
            del cart[product]
    else:
        return cart
    state.set("cart", cart)
    if kind != "order_completed":
        state.set("changed_by", event["event_id"])
    return cart


def cart_of(cart: Mapping[str, list[Any]], state: State) -> Json:
    prices = [price for _, price in cart.values()]
    value = None if None in prices else sum(pieces * price for pieces, price in cart.values())
    return {"changed_by": state.get("changed_by", ""), "value_minor": value}


def untold(left: Json, state: State) -> bool:
    """One change of a cart is told of once."""
    if state.get("told_of") == left["changed_by"]:
        return False
    state.set("told_of", left["changed_by"])
    return True


def main(task: Task) -> None:
    output = Output(task)
    app = Application(
        broker_address=task.brokers,
        consumer_group=task.group,
        auto_offset_reset="earliest",
        state_dir=task.folder / "state",
        loglevel="WARNING",
    )

    def write(event: Json) -> None:
        output.events.add([event[name] for name in ("event_id", "customer_id", "type", "occurred_ms", "session_ms")])

    def holds(window: Json) -> bool:
        return bool(window["last"].get("holds"))

    def left(window: Json) -> Json:
        last = window["last"]
        due_ms = last["occurred_ms"] + task.idle_ms
        return {"due_ms": due_ms, **{name: last[name] for name in ("customer_id", "changed_by", "value_minor")}}

    def tell(told: Json) -> None:
        output.alerts.add(alert(told))

    records = app.dataframe(app.topic(task.topic))
    events = records[records.apply(is_event)].apply(take, stateful=True)
    events = events[events.apply(lambda event: event is not None)].update(write)
    ticks = records[records.apply(is_tick)]
    timed = events.concat(ticks)
    last = Reduce(reducer=lambda old, new: new, initializer=lambda new: new, merger=lambda one, other: other)
    quiet = timed.session_window(task.idle_ms).agg(last=last).final(closing_strategy="partition")
    told = quiet[quiet.apply(holds)].apply(left).filter(untold, stateful=True).update(tell)
    told.to_topic(app.topic(task.alerts))
    ticks.update(lambda tick: output.ticked(message_context().partition, tick["at"] // 1000))
    app.run()


if __name__ == "__main__":
    main(Task.from_environment())
