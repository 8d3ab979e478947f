"""Shoppers whose events are sent at a steady pace, each until it is answered with 200."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field

from aiohttp import ClientError, ClientSession, ClientTimeout

from schemas.instants import moment

ROUNDS_A_SECOND = 20
AGAIN_AFTER = 0.3
"""Seconds between two tries of one batch."""
PATIENCE = ClientTimeout(total=10)


@dataclass
class Tally:
    """What was sent and how it was answered."""

    answered: dict[str, int] = field(default_factory=dict)
    """Of each event that got its 200, after how many tries."""
    sent: int = 0
    refused: int = 0
    """Answers other than 200."""
    unheard: int = 0
    """Requests that nobody answered."""

    @property
    def again(self) -> int:
        """Events that were sent more than once."""
        return sum(tries > 1 for tries in self.answered.values())


class Shoppers:
    """``send`` them for a while; what became of it stands in ``tally``."""

    def __init__(self, url: str, key: str, pace: int, shoppers: int = 2_000) -> None:
        """``pace`` in events a second."""
        self.tally = Tally()
        self._url = f"{url}/v1/events"
        self._headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        self._pace = pace
        self._shoppers = shoppers

    async def send(self, stop: asyncio.Event, now: int) -> None:
        """Until ``stop``, and then until every batch is answered. ``now``: microseconds, when the first event happens."""
        clock = asyncio.get_running_loop().time
        begun, number = clock(), 0
        async with ClientSession(headers=self._headers, timeout=PATIENCE) as session, asyncio.TaskGroup() as batches:
            while not stop.is_set():
                size = self._pace // ROUNDS_A_SECOND
                events = [self._event(self.tally.sent + at, now) for at in range(size)]
                self.tally.sent += size
                batches.create_task(self._until_answered(session, events))
                number += 1
                await asyncio.sleep(max(0.0, begun + number / ROUNDS_A_SECOND - clock()))

    def _event(self, number: int, now: int) -> dict[str, str]:
        at = moment(now + number * 1_000_000 // self._pace).isoformat()
        shopper = f"shopper-{number % self._shoppers}"
        return {"event_id": f"e{number}", "type": "page_viewed", "occurred_at": at, "customer_id": shopper}

    async def _until_answered(self, session: ClientSession, events: list[dict[str, str]]) -> None:
        body = json.dumps(events)
        tries = 1
        while not await self._answered(session, body, len(events)):
            tries += 1
            await asyncio.sleep(AGAIN_AFTER)
        self.tally.answered.update({event["event_id"]: tries for event in events})

    async def _answered(self, session: ClientSession, body: str, events: int) -> bool:
        """Whether it is taken, all of it."""
        try:
            async with session.post(self._url, data=body) as answer:
                if answer.status != 200:
                    self.tally.refused += 1
                    return False
                assert (await answer.json())["taken"] == events
                return True
        except (ClientError, TimeoutError, OSError):
            self.tally.unheard += 1
            return False
