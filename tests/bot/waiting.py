"""Waiting for something to become true."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from bot.house import House


async def until(condition: Callable[[], Awaitable[bool]], within: float = 8.0) -> None:
    end = asyncio.get_running_loop().time() + within
    while not await condition():
        assert asyncio.get_running_loop().time() < end, "waited in vain"
        await asyncio.sleep(0.02)


async def nothing_waits(house: House) -> bool:
    waiting = await house.streams.waiting()
    return waiting["inbox"] == waiting["outbox"] == 0
