"""Flood: somebody who writes faster than we may answer is slowed and told so; nothing they write is dropped."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from bot.pace import Bucket

BURST = 20
SLOWED_SECONDS = 2.0
PEOPLE_REMEMBERED = 10_000


class Flood:
    """`per_second` is how fast Telegram lets us answer one chat: nobody is served by reading faster than that."""

    def __init__(self, per_second: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.per_second = per_second
        self.clock = clock
        self.people: dict[str, Bucket] = {}

    async def slow(self, pseudonym: str) -> bool:
        """Waits a moment and returns True when this person floods."""
        now = self.clock()
        if len(self.people) > PEOPLE_REMEMBERED:
            self.people = {one: bucket for one, bucket in self.people.items() if not bucket.full(now)}
        bucket = self.people.setdefault(pseudonym, Bucket(self.per_second, BURST, now))
        if (seconds := bucket.take(now)) <= 0:
            return False
        bucket.tokens = max(bucket.tokens, -SLOWED_SECONDS * self.per_second)
        await asyncio.sleep(min(seconds, SLOWED_SECONDS))
        return True
