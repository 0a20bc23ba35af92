"""Lanes: one partition's entries, each person's in order, many persons' at once.

Promise: an entry is begun once by its holder and left only when it is handled; whatever the network swallowed on the way
from Redis is found again.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Awaitable, Callable

from redis.exceptions import RedisError

from bot.ending import ended
from bot.streams import Entry, Streams, order

logger = logging.getLogger(__name__)

AT_ONCE = 32
WAITING_MOST = 256
BLOCK_MS = 1000
LOOK_AGAIN_SECONDS = 5.0
REDIS_AWAY_SECONDS = 0.25

Handle = Callable[[Entry], Awaitable[None]]


class Lanes:
    """Runs `handle` for each entry of one stream of one partition; `handle` finishes the entry itself."""

    def __init__(self, streams: Streams, part: int, stream: str, handle: Handle) -> None:
        self.streams = streams
        self.part = part
        self.stream = stream
        self.handle = handle
        self.lanes: dict[str, deque[Entry]] = {}
        self.begun: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._room = asyncio.Event()

    async def run(self, leave: asyncio.Event, before: Callable[[Entry], Awaitable[bool]] | None = None) -> None:
        """Read until `leave`, then finish what is begun. `before` decides on what a dead holder left, one by one."""
        reading = asyncio.create_task(self._read(before))
        leaving = asyncio.create_task(leave.wait())
        try:
            await asyncio.wait([reading, leaving], return_when=asyncio.FIRST_COMPLETED)
            # A read that is cut off may have fetched entries: they are unfinished, and the next holder begins with those.
            await ended(reading)
            if self._tasks:
                await asyncio.wait(set(self._tasks))
            if not leave.is_set():
                reading.result()
        finally:
            await ended(reading, leaving, *self._tasks)

    async def _read(self, before: Callable[[Entry], Awaitable[bool]] | None) -> None:
        await self._take_over(before)
        looked_at = time.monotonic()
        in_doubt = False
        while True:
            try:
                new = await self.streams.read(self.part, self.stream, AT_ONCE, BLOCK_MS)
                if new or in_doubt:
                    new = await self._with_lost(new)
                    in_doubt = False
                for entry in new:
                    self.put(entry)
                if time.monotonic() - looked_at > LOOK_AGAIN_SECONDS:
                    await self._look_again()
                    looked_at = time.monotonic()
            except (RedisError, OSError) as error:
                logger.warning("stream not read", exc_info=error, extra={"partition": self.part})
                looked_at, in_doubt = 0.0, True
                await asyncio.sleep(REDIS_AWAY_SECONDS)
            await self._until_there_is_room()

    async def _take_over(self, before: Callable[[Entry], Awaitable[bool]] | None) -> None:
        """What a dead holder left, before anything new. With `before` one after the other: the one that killed the holder
        must be told from those that stood beside it."""
        while True:
            try:
                for entry in await self.streams.unfinished(self.part, self.stream):
                    if before is None:
                        self.put(entry)
                    elif await before(entry):
                        await self.handle(entry)
                return
            except (RedisError, OSError) as error:
                logger.warning("partition not taken over yet", exc_info=error, extra={"partition": self.part})
                await asyncio.sleep(REDIS_AWAY_SECONDS)

    async def _with_lost(self, new: list[Entry]) -> list[Entry]:
        """A read whose answer is lost is repeated by the client, and the second answer goes on where the first ended: what
        stood in the lost one comes first, or a person's messages would overtake each other."""
        known = {*self.begun, *(entry.id for entry in new)}
        if not await self.streams.pending(self.part, self.stream) - known:
            return new
        lost = [entry for entry in await self.streams.unfinished(self.part, self.stream) if entry.id not in known]
        return sorted([*lost, *new], key=lambda entry: order(entry.id))

    async def _look_again(self) -> None:
        """An answer of Redis that was lost on the way holds entries that nobody would be given again."""
        # One that is finished while Redis answers is in the answer, and no longer among those begun.
        begun = set(self.begun)
        for entry in await self.streams.unfinished(self.part, self.stream):
            if entry.id not in begun:
                self.put(entry)

    def put(self, entry: Entry) -> None:
        if entry.id in self.begun:
            return
        self.begun.add(entry.id)
        lane = self.lanes.get(entry.person)
        if lane is not None:
            lane.append(entry)
            return
        self.lanes[entry.person] = deque([entry])
        task = asyncio.create_task(self._run_lane(entry.person))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run_lane(self, person: str) -> None:
        lane = self.lanes[person]
        while lane:
            entry = lane[0]
            async with self._slots:
                await self._handle(entry)
            lane.popleft()
            self.begun.discard(entry.id)
            self._room.set()
        del self.lanes[person]

    async def _handle(self, entry: Entry) -> None:
        while True:
            try:
                return await self.handle(entry)
            except RedisError as error:
                # The next one of this person must not overtake it: wait here until Redis is back.
                logger.warning("Redis is away", exc_info=error, extra={"partition": self.part, "entry_id": entry.id})
                await asyncio.sleep(REDIS_AWAY_SECONDS)
            except Exception as error:
                logger.error("entry left unfinished", exc_info=error, extra={"partition": self.part, "entry_id": entry.id})
                return

    async def _until_there_is_room(self) -> None:
        while len(self.begun) >= WAITING_MOST:
            self._room.clear()
            await self._room.wait()
