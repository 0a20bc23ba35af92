"""Rewrite: after a deletion Redis writes its files anew, without what was deleted.

Promise: a minute after `/delete` nothing of the person is on disk. An append-only file remembers every command, the deleted
sealed words among them, until it is rewritten; many deletions at once share one rewriting.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import time

from redis.exceptions import RedisError, ResponseError

from store import Redis, on_every_server

logger = logging.getLogger(__name__)

WANTED = "ww:{rewrite}"
TURN = "ww:{rewrite}:turn"
WANTED_SECONDS = 24 * 3600
# What the deletion itself still writes - the press that asked for it, the last reply - is gone by then, too.
SETTLED_SECONDS = 5.0
AT_MOST_EVERY_SECONDS = 15
LOOK_SECONDS = 2.0


async def want_rewrite(redis: Redis) -> None:
    """Somebody was deleted just now."""
    await redis.zadd(WANTED, {secrets.token_hex(8): time.time()})
    await redis.expire(WANTED, WANTED_SECONDS)


class Rewriter:
    """Any number may run; one of them has the turn."""

    def __init__(self, redis: Redis, settled_seconds: float = SETTLED_SECONDS) -> None:
        self.redis = redis
        self.settled_seconds = settled_seconds

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            try:
                await self.look()
            except (RedisError, OSError) as error:
                logger.warning("files not rewritten yet", exc_info=error)
            await asyncio.sleep(LOOK_SECONDS)

    async def look(self) -> bool:
        """Rewrite when somebody wants it and it is not too soon; True when it was begun."""
        until = time.time() - self.settled_seconds
        if not await self.redis.zcount(WANTED, "-inf", until):
            return False
        if not await self.redis.set(TURN, "1", nx=True, ex=AT_MOST_EVERY_SECONDS):
            return False
        try:
            await on_every_server(self.redis, "BGREWRITEAOF")
        except ResponseError as error:
            if "in progress" in str(error) or "scheduled" in str(error):
                return False  # begun before this deletion: once more at the next turn
            logger.error("Redis does not rewrite its files on command; deleted words stay until it does", exc_info=error)
        # Only now: whoever dies before leaves the wish to the next.
        await self.redis.zremrangebyscore(WANTED, "-inf", until)
        return True
