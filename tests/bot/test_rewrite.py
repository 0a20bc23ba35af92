"""After a deletion the files of Redis hold nothing of the person either."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path

from bot.house import House
from bot.rewrite import TURN, WANTED, Rewriter, want_rewrite
from sandbox.client import Person
from settings import Settings
from store import Redis
from tests.bot.asking import asks_for_a_person
from tests.bot.waiting import nothing_waits, until

SEALED = re.compile(rb"gAAAAA[\w-]{40,}={0,2}")


def files(settings: Settings) -> Iterator[bytes]:
    for path in settings.data_dir.rglob("*appendonly*/*"):
        with suppress(FileNotFoundError):  # a rewriting has just replaced it
            yield path.read_bytes()


def on_disk(settings: Settings, words: bytes) -> bool:
    return any(words in content for content in files(settings))


async def test_after_delete_neither_name_nor_sealed_words_are_in_redis_files(
    amina: Person, running: House, bot_settings: Settings
) -> None:
    await amina.says("my zanzibar question")
    await amina.hears("answer to")
    await asks_for_a_person(amina)
    await amina.sends_voice(b"OggS zanzibar")
    await amina.hears("voice messages")
    pseudonym = running.vault.pseudonym(amina.id).encode()
    case = await running.cases.open_of(pseudonym.decode())
    assert case
    [body] = [one async for one in sealed_of(running.redis, case.id) if on_disk(bot_settings, one)][:1]
    assert on_disk(bot_settings, pseudonym)
    await amina.says("/delete")
    await amina.presses("delete:yes", await amina.hears("Shall I delete everything"))
    await amina.hears("Everything about you is deleted")
    await until(lambda: nothing_waits(running))
    assert await running.redis.zcard(WANTED) == 1
    await running.redis.delete(TURN)
    assert await Rewriter(running.redis, settled_seconds=0).look()

    async def gone() -> bool:
        return not any(on_disk(bot_settings, one) for one in (pseudonym, body, str(amina.id).encode()))

    await until(gone)


async def sealed_of(redis: Redis, case_id: str) -> AsyncIterator[bytes]:
    for _, fields in await redis.xrange(f"ww:{{bot}}:thread:{case_id}"):
        for token in SEALED.findall(fields[b"body"]):
            yield token


async def test_many_deletions_share_one_rewriting(redis: Redis) -> None:
    rewriter = Rewriter(redis, settled_seconds=0)
    for _ in range(5):
        await want_rewrite(redis)
    assert await rewriter.look()
    assert await redis.zcard(WANTED) == 0
    await want_rewrite(redis)
    assert not await rewriter.look()
    assert await redis.zcard(WANTED) == 1


async def test_a_deletion_settles_before_the_files_are_rewritten(redis: Redis) -> None:
    await want_rewrite(redis)
    assert not await Rewriter(redis).look()


def test_a_minute_is_enough() -> None:
    source = Path("bot/rewrite.py").read_text()
    seconds = [float(one) for one in re.findall(r"^(?:SETTLED|AT_MOST_EVERY|LOOK)_SECONDS = ([\d.]+)", source, re.M)]
    assert len(seconds) == 3 and sum(seconds) < 45
