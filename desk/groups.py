"""Groups: reading a stream together.

Promise: each entry stays until somebody says done; what a dead reader left is taken over within seconds.
"""

from __future__ import annotations

from redis.exceptions import ResponseError

from desk.keys import EVENTS_GROUP
from store import Redis

TAKE_OVER_MS = 10_000
# One name for all: what a reader left is told by how long it lies, and no restart leaves a name behind in Redis.
READER = "bot"
PAGE = 100
Fields = dict[bytes, bytes]


class Group:
    """One of any number of readers of a stream. An entry may come twice when its reader died."""

    def __init__(self, redis: Redis, stream: str, take_over_ms: int = TAKE_OVER_MS) -> None:
        self.redis = redis
        self.stream = stream
        self.take_over_ms = take_over_ms

    async def read(self, count: int, block_ms: int) -> list[tuple[bytes, Fields]]:
        """What others left undone, else what is new, waiting up to block_ms for it."""
        try:
            left = await self.redis.xautoclaim(self.stream, EVENTS_GROUP, READER, self.take_over_ms, "0-0", count)
            if left[1]:
                return whole(left[1])
            new = await self.redis.xreadgroup(EVENTS_GROUP, READER, {self.stream: ">"}, count, block_ms or None)
        except ResponseError as error:
            if "NOGROUP" not in str(error):
                raise
            await self.make()
            return []
        return [entry for _, entries in new for entry in whole(entries)]

    async def left(self) -> list[tuple[bytes, Fields]]:
        """What was read and is not done, whoever read it; for a reader who knows that no other reads."""
        entries: list[tuple[bytes, Fields]] = []
        since = b"0-0"
        while True:
            try:
                since, page, *_ = await self.redis.xautoclaim(self.stream, EVENTS_GROUP, READER, 0, since, PAGE)
            except ResponseError as error:
                if "NOGROUP" not in str(error):
                    raise
                return entries
            entries += whole(page)
            if since == b"0-0":
                return entries

    async def done(self, entry_id: str) -> None:
        async with self.redis.pipeline(transaction=True) as both:
            both.xack(self.stream, EVENTS_GROUP, entry_id)
            both.xdel(self.stream, entry_id)
            await both.execute()

    async def make(self) -> None:
        """From 0: what was written before the first reader came is read too."""
        try:
            await self.redis.xgroup_create(self.stream, EVENTS_GROUP, "0", mkstream=True)
        except ResponseError as error:
            if "BUSYGROUP" not in str(error):
                raise


def whole(entries: list[tuple[bytes, Fields | None]]) -> list[tuple[bytes, Fields]]:
    """Without those deleted after they were read: they have no fields, and nothing is to be done with them."""
    return [(entry_id, fields) for entry_id, fields in entries if fields is not None]
