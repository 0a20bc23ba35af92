"""Pace: Telegram's limits on how fast a bot may write.

Promise: short bursts pass at once, and when Telegram says "retry after", nothing is sent before.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

BURST_PER_CHAT = 3
CHATS_REMEMBERED = 10_000


class Bucket:
    """Tokens that refill with time. take() returns the seconds to wait before the token that was taken may be used."""

    def __init__(self, per_second: float, burst: float, now: float) -> None:
        self.per_second = per_second
        self.burst = burst
        self.tokens = burst
        self.at = now

    def take(self, now: float) -> float:
        self.tokens = min(self.burst, self.tokens + (now - self.at) * self.per_second)
        self.at = now
        self.tokens -= 1
        return max(0.0, -self.tokens / self.per_second)

    def full(self, now: float) -> bool:
        return self.tokens + (now - self.at) * self.per_second >= self.burst


class Pace:
    """A bucket for all chats and one for each."""

    def __init__(self, per_second: float, per_second_per_chat: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.per_chat = per_second_per_chat
        self.clock = clock
        self.all = Bucket(per_second, max(1.0, per_second), clock())
        self.chats: dict[int, Bucket] = {}
        self.paused: dict[int, float] = {}
        self.paused_all = 0.0

    def share(self, per_second: float) -> None:
        """This process's part of what the bot may send in all."""
        self.all.per_second = max(per_second, 0.1)
        self.all.burst = max(1.0, per_second)

    async def wait(self, chat: int) -> None:
        """Return when a message may go to this chat."""
        while (pause := max(self.paused.get(chat, 0.0), self.paused_all) - self.clock()) > 0:  # noqa: ASYNC110 - it may grow meanwhile
            await asyncio.sleep(pause)
        self.paused.pop(chat, None)
        now = self.clock()
        if len(self.chats) > CHATS_REMEMBERED:
            self.chats = {one: bucket for one, bucket in self.chats.items() if not bucket.full(now)}
        bucket = self.chats.setdefault(chat, Bucket(self.per_chat, BURST_PER_CHAT, now))
        if (seconds := max(bucket.take(now), self.all.take(now))) > 0:
            await asyncio.sleep(seconds)

    def pause(self, chat: int, seconds: float) -> None:
        """Telegram said so. A second chat that hears it while the first still waits means that all of us are too fast."""
        now = self.clock()
        others = any(one != chat and until > now for one, until in self.paused.items())
        self.paused[chat] = now + seconds
        if others:
            self.paused_all = max(self.paused_all, now + seconds)
