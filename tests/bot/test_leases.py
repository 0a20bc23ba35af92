"""Who works on which partition."""

from __future__ import annotations

import asyncio

import pytest

from bot import leases as leases_module
from bot.leases import Leases
from store import Redis


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same rules on a clock six times as fast."""
    monkeypatch.setattr(leases_module, "LEASE_MS", 1000)
    monkeypatch.setattr(leases_module, "RENEW_SECONDS", 0.1)


class Holder:
    def __init__(self, redis: Redis, count: int = 4) -> None:
        self.working: set[int] = set()
        self.leases = Leases(redis, "work", count, self.serve)
        self.task = asyncio.create_task(self.leases.run())

    async def serve(self, part: int, token: str, leave: asyncio.Event) -> None:
        self.working.add(part)
        try:
            await leave.wait()
        finally:
            self.working.discard(part)

    async def leaves(self) -> None:
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)

    def dies(self) -> None:
        """As with kill -9: nothing is given back."""
        for serving, _ in self.leases.serving.values():
            serving.cancel()
        self.leases.serving.clear()
        self.leases.stop = asyncio.sleep  # type: ignore[assignment,method-assign]
        self.task.cancel()


async def settled(*holders: Holder, shares: list[int], within: float = 4.0) -> None:
    end = asyncio.get_running_loop().time() + within
    while sorted(len(holder.working) for holder in holders) != sorted(shares):
        assert asyncio.get_running_loop().time() < end, [holder.working for holder in holders]
        await asyncio.sleep(0.02)


async def test_one_holder_takes_all_and_two_share_evenly_without_overlap(redis: Redis) -> None:
    one = Holder(redis)
    await settled(one, shares=[4])
    two = Holder(redis)
    await settled(one, two, shares=[2, 2])
    assert not one.working & two.working
    await one.leaves()
    await settled(two, shares=[4], within=1.5)
    await two.leaves()


async def test_what_a_dead_holder_held_is_taken_over(redis: Redis) -> None:
    one, two = Holder(redis), Holder(redis)
    await settled(one, two, shares=[2, 2])
    one.dies()
    await settled(two, shares=[4], within=3.0)
    await two.leaves()


async def test_a_holder_whose_lease_was_taken_stops(redis: Redis) -> None:
    one = Holder(redis, count=1)
    await settled(one, shares=[1])
    await redis.set("ww:{chats:0}:lease:work", "somebody else")
    await settled(one, shares=[0])
    await one.leaves()
