"""Telegram's pace."""

from __future__ import annotations

import asyncio
import time

from bot.pace import BURST_PER_CHAT, Bucket, Pace


async def seconds_for(pace: Pace, chat: int, count: int) -> float:
    began = time.monotonic()
    for _ in range(count):
        await pace.wait(chat)
    return time.monotonic() - began


async def test_a_short_burst_passes_and_then_the_rate_holds() -> None:
    pace = Pace(1000.0, 10.0)
    assert await seconds_for(pace, 1, BURST_PER_CHAT) < 0.05
    assert 0.25 < await seconds_for(pace, 1, 3) < 0.6


async def test_one_chat_does_not_slow_another() -> None:
    pace = Pace(1000.0, 1.0)
    await seconds_for(pace, 1, BURST_PER_CHAT)
    assert await seconds_for(pace, 2, BURST_PER_CHAT) < 0.05


async def test_all_chats_together_keep_the_bots_own_limit() -> None:
    pace = Pace(20.0, 100.0)
    began = time.monotonic()
    await asyncio.gather(*(pace.wait(chat) for chat in range(30)))
    assert 0.4 < time.monotonic() - began < 1.0


async def test_a_pause_is_kept_for_its_chat_and_for_all_when_a_second_chat_hears_it() -> None:
    pace = Pace(1000.0, 1000.0)
    pace.pause(1, 0.3)
    assert await seconds_for(pace, 2, 1) < 0.1
    pace.pause(2, 0.3)
    assert await seconds_for(pace, 3, 1) > 0.2


def test_a_bucket_that_was_left_alone_is_full() -> None:
    bucket = Bucket(1.0, 3.0, 0.0)
    bucket.take(0.0)
    assert not bucket.full(0.5) and bucket.full(1.0)
