"""What the bot has counted, for the tests."""

from __future__ import annotations

from collections import Counter

from bot.house import House
from desk.figures import summed


async def counts(house: House) -> Counter[str]:
    return summed((await house.cases.figures.by_day(2)).values())
