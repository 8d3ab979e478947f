"""What has come meanwhile: many small batches are worked off as one, so that a busy worker waits for the broker less often."""

from __future__ import annotations

from faust.types import EventT, StreamT

AT_ONCE = 1_000
"""Records, so that one turn does not keep the other agent waiting for long."""


def with_waiting(event: EventT, stream: StreamT) -> list[EventT]:
    """This event and those of its generation that Faust has delivered behind it, up to ``AT_ONCE`` records."""
    queue, generation = stream.channel.queue, event.message.generation_id
    events, records = [event], len(event.message.value)
    while records < AT_ONCE and not queue.empty():
        following = queue.get_nowait()
        if following.message.generation_id == generation:
            events.append(following)
            records += len(following.message.value)
    return events
