"""Somebody who writes too fast."""

from __future__ import annotations

import time

from bot.flood import BURST, Flood
from bot.house import House
from bot.incoming import Incoming
from content.compose import Asker
from tests.bot.rasa import StandIn


async def test_a_flood_is_slowed_and_others_are_not() -> None:
    flood = Flood(per_second=10.0)
    assert [await flood.slow("one") for _ in range(BURST)] == [False] * BURST
    began = time.monotonic()
    assert await flood.slow("one") and not await flood.slow("another")
    assert 0 < time.monotonic() - began < 1


async def test_a_person_is_told_once_and_everything_is_answered(house: House, rasa: StandIn) -> None:
    converse = house.converse()
    converse.flood = Flood(per_second=10.0)
    said: list[str] = []
    for number in range(1, BURST + 6):
        incoming = Incoming(number, "text", 7, words=f"message {number}", message=number, hint="en")
        said += [call.text for call in await converse.turn(incoming, "p1")]
    assert len([text for text in said if text.startswith("answer to: message")]) == BURST + 5
    assert said.count(house.composer.say(Asker("fr"), "message.flood")) == 1
