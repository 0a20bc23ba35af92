"""Storm: kills every process in turn, then at random; between the kills it cuts and slows the lines."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from dataclasses import dataclass, field

from tests.faults.fleet import KILLED, Fleet

SLOW_SECONDS = 2.0
DELAY_SECONDS = 0.15


@dataclass
class Storm:
    """`between_seconds` from one blow to the next."""

    fleet: Fleet
    between_seconds: float
    chance: random.Random
    kills: Counter[str] = field(default_factory=Counter)
    cuts: Counter[str] = field(default_factory=Counter)
    slowed: Counter[str] = field(default_factory=Counter)

    @property
    def blows(self) -> int:
        """After how many moments a delivery may be in doubt."""
        return self.kills.total() + self.cuts.total()

    async def run(self) -> None:
        """Until cancelled; every process and every line has its turn before chance decides."""
        for name in KILLED:
            await self.kill(name)
            await self.trouble(list(self.fleet.links)[len(self.kills) % len(self.fleet.links)])
        while True:
            await self.kill(self.chance.choice(KILLED))
            await self.trouble(self.chance.choice(list(self.fleet.links)))

    async def end(self, raging: asyncio.Task[None]) -> None:
        raging.cancel()
        await asyncio.gather(raging, return_exceptions=True)
        for link in self.fleet.links.values():
            link.delay_seconds = 0.0
        if self.fleet.redis.poll() is not None:
            self.fleet.start_redis()

    async def kill(self, name: str) -> None:
        await asyncio.sleep(self.between_seconds)
        self.kills[name] += 1
        await self.fleet.kill(name)

    async def trouble(self, name: str) -> None:
        await asyncio.sleep(self.between_seconds / 2)
        link = self.fleet.links[name]
        if self.chance.random() < 0.5:
            self.cuts[name] += 1
            return link.cut()
        self.slowed[name] += 1
        link.delay_seconds = DELAY_SECONDS
        await asyncio.sleep(min(SLOW_SECONDS, self.between_seconds))
        link.delay_seconds = 0.0
