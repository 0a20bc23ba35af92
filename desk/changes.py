"""Changes: tells every open page that a case changed.

Promise: a page learns of each change while connected, and that it must look again after any gap.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager

from redis.exceptions import RedisError

from desk.keys import CHANGES
from store import Redis, listening

logger = logging.getLogger(__name__)
AGAIN_SECONDS = 1.0
WAITING_AT_MOST = 100
EVERYTHING = "*"
AWAY = "!"
TYPING = "~"


class Changes:
    """One subscription to Redis a process, shared by all pages.

    A change is a case id, EVERYTHING, AWAY, or TYPING followed by a case id and a name.
    """

    def __init__(self, redis: Redis) -> None:
        self.redis = redis
        self.pages: set[asyncio.Queue[str]] = set()

    async def listen(self) -> None:
        """Runs as long as the desk; a broken line is mended, and pages then look again at everything."""
        while True:
            try:
                await self.subscribed()
            except (RedisError, OSError):
                logger.warning("no Redis: pages are told")
                self.tell(AWAY)
                await asyncio.sleep(AGAIN_SECONDS)

    async def subscribed(self) -> None:
        async with listening(self.redis) as subscription:
            await subscription.subscribe(CHANGES)
            self.tell(EVERYTHING)
            while True:
                message = await subscription.get_message(ignore_subscribe_messages=True, timeout=5.0)
                if message is None:
                    await subscription.ping()
                elif message["type"] == "message":
                    self.tell(message["data"].decode())

    async def typing(self, case_id: str, name: str) -> None:
        """Colleagues who look at the case see that somebody writes."""
        await self.redis.publish(CHANGES, f"{TYPING}{case_id} {name}")

    def tell(self, change: str) -> None:
        for queue in self.pages:
            # A page that reads too slowly gets one "everything" in place of what it missed.
            if queue.full():
                while not queue.empty():
                    queue.get_nowait()
                change = EVERYTHING
            queue.put_nowait(change)

    @contextmanager
    def follow(self) -> Iterator[asyncio.Queue[str]]:
        """The changes from now on, for one page."""
        queue: asyncio.Queue[str] = asyncio.Queue(WAITING_AT_MOST)
        self.pages.add(queue)
        try:
            yield queue
        finally:
            self.pages.discard(queue)
