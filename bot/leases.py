"""Leases: which process works on which partition.

Promise: a partition has at most one holder at a time, holders share evenly, and what a dead one held is taken over within
10 seconds. A holder that cannot reach Redis stops by itself before its lease runs out.
"""

from __future__ import annotations

import asyncio
import logging
import math
import secrets
import time
from collections.abc import Awaitable, Callable

from redis.exceptions import RedisError

from bot.ending import ended, finished
from bot.streams import key
from store import Redis

logger = logging.getLogger(__name__)

LEASE_MS = 6000
RENEW_SECONDS = 1.0
# Shorter than a lease: what a call cannot finish in this time is begun again by the next holder.
STOP_SECONDS = 3.0

# Redis' clock, not ours: machines disagree. KEYS: holders. ARGV: token, milliseconds until a silent one counts as dead.
SHOW_UP = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZADD', KEYS[1], now, ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[2] * 10)
return redis.call('ZCARD', KEYS[1])
"""
# Renew or take, in one step: between asking and taking another could be quicker.
HOLD = """
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
"""
GIVE_BACK = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0"

Serve = Callable[[int, str, asyncio.Event], Awaitable[None]]


class Leases:
    """Holds a fair share of `count` partitions in a role (`work`, `send`, `receive`) and runs `serve` for each.

    serve(partition, token, leave): ends soon after `leave` is set; it is cancelled when the lease is lost.
    """

    def __init__(self, redis: Redis, role: str, count: int, serve: Serve) -> None:
        self.role = role
        self.count = count
        self.serve = serve
        self.redis = redis
        self.token = secrets.token_hex(8)
        self.serving: dict[int, tuple[asyncio.Task[None], asyncio.Event]] = {}
        self._renewed_at = time.monotonic()
        self._show_up = redis.register_script(SHOW_UP)
        self._hold = redis.register_script(HOLD)
        self._give_back = redis.register_script(GIVE_BACK)

    async def run(self) -> None:
        """Until cancelled; then gives everything back, so that nobody has to wait for a lease to run out."""
        try:
            while True:
                try:
                    await self._round()
                    self._renewed_at = time.monotonic()
                except (RedisError, OSError) as error:
                    logger.warning("leases not renewed", exc_info=error, extra={"role": self.role})
                    if time.monotonic() - self._renewed_at > LEASE_MS / 1000 - RENEW_SECONDS:
                        await self._drop(list(self.serving))
                await asyncio.sleep(RENEW_SECONDS)
        finally:
            await finished(asyncio.ensure_future(self.stop()))

    async def _round(self) -> None:
        holders = int(await self._show_up(keys=[f"ww:{{holders}}:{self.role}"], args=[self.token, LEASE_MS]))
        share = math.ceil(self.count / holders)
        await self._drop([part for part, (task, _) in self.serving.items() if task.done()])
        for part in list(self.serving):
            if not await self._hold(keys=[self._key(part)], args=[self.token, LEASE_MS]):
                logger.warning("lease lost", extra={"role": self.role, "partition": part})
                await self._drop([part])
        for part in list(self.serving)[share:]:
            await self._leave(part)
        for part in range(self.count):
            if len(self.serving) >= share:
                break
            if part not in self.serving and await self._hold(keys=[self._key(part)], args=[self.token, LEASE_MS]):
                leave = asyncio.Event()
                self.serving[part] = (asyncio.create_task(self._serve(part, leave)), leave)

    async def _serve(self, part: int, leave: asyncio.Event) -> None:
        try:
            await self.serve(part, self.token, leave)
        except asyncio.CancelledError:
            raise
        except Exception as error:
            # The next round takes the partition up again.
            logger.error("partition failed", exc_info=error, extra={"role": self.role, "partition": part})

    async def _leave(self, part: int) -> None:
        """Finish what is begun, then give the partition back; the others' leases keep being renewed meanwhile."""
        task, leave = self.serving[part]
        leave.set()
        await asyncio.wait([task], timeout=STOP_SECONDS)
        await ended(task)
        self.serving.pop(part, None)
        await self._give_back(keys=[self._key(part)], args=[self.token])

    async def _drop(self, parts: list[int]) -> None:
        await ended(*[self.serving.pop(part)[0] for part in parts])

    async def stop(self) -> None:
        try:
            await asyncio.gather(*(self._leave(part) for part in list(self.serving)))
            await self.redis.zrem(f"ww:{{holders}}:{self.role}", self.token)
        except (RedisError, OSError) as error:
            logger.warning("leases not given back", exc_info=error, extra={"role": self.role})
            await self._drop(list(self.serving))

    def _key(self, part: int) -> str:
        return key(part, f"lease:{self.role}")
