"""Everything is killed, cut and slowed while people write; afterwards every message is accounted for.

The short form runs with the other tests; `make soak` is the long one: 1,000 chats, for minutes, against the real Rasa as well
(it is the slowest part, and 1,000 chats in ten minutes are within its reach).
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.streams import Streams
from desk.accounts import Accounts
from desk.cases import Cases
from sandbox.client import SandboxClient
from store import Redis, connect
from tests.bot.waiting import until
from tests.faults.caseworkers import Caseworker, caseworker
from tests.faults.fleet import Fleet, fleet
from tests.faults.ledger import Ledger, cases_in
from tests.faults.storm import Storm
from tests.faults.talk import Script, Talk
from vault import open_vault

SETTLED_SECONDS = 60.0
# Of all messages, those that Telegram delivers twice.
REPEATED = 0.2
# What is delivered twice is so within this time after the last.
AFTERWARDS_SECONDS = 2.0


@dataclass(frozen=True)
class Size:
    """So many chats, `at_once` of them at a time, a blow every so many seconds; `patience`: how long one waits for a reply."""

    chats: int
    at_once: int
    between_seconds: float
    patience: float


SHORT = Size(chats=24, at_once=24, between_seconds=1.5, patience=60.0)
MIDDLE = Size(chats=100, at_once=50, between_seconds=2.0, patience=120.0)
LONG = Size(chats=1000, at_once=100, between_seconds=4.0, patience=180.0)


@asynccontextmanager
async def office(running: Fleet, redis: Redis) -> AsyncIterator[list[Caseworker]]:
    """Two caseworkers at work, who sign in themselves."""
    accounts = Accounts(redis)
    async with caseworker(running, accounts, "berna") as berna, caseworker(running, accounts, "carlo") as carlo:
        workers = [berna, carlo]
        tasks = [asyncio.create_task(worker.work()) for worker in workers]
        try:
            yield workers
        finally:
            for task in tasks:
                task.cancel()


async def talks(sandbox: SandboxClient, script: Script, size: Size, chance: random.Random) -> list[Talk]:
    """So many people, each with their own way through the script; returns when all are at its end."""
    places = asyncio.Semaphore(size.at_once)

    async def one(number: int) -> Talk:
        async with places:
            person = await sandbox.person(f"Person {number}", "en")
            talk = Talk(person, number, script, size.patience, random.Random(chance.random()), REPEATED)
            await asyncio.sleep(talk.chance.uniform(0, 3))
            await talk.run()
            return talk

    return await asyncio.gather(*(one(number) for number in range(1, size.chats + 1)))


async def test_no_message_is_lost_doubled_or_out_of_order_whatever_is_killed(
    running: Fleet, sandbox: SandboxClient, script: Script, redis: Redis, soak: bool
) -> None:
    ledger = await weathered(running, sandbox, script, redis, LONG if soak else SHORT)
    assert ledger.breaches == []


async def test_nor_when_telegram_brings_the_updates(tmp_path: Path, script: Script, soak: bool) -> None:
    with fleet(tmp_path, webhook=True) as running:
        redis = connect(running.direct)
        async with SandboxClient(running.sandbox) as sandbox:
            ledger = await weathered(running, sandbox, script, redis, MIDDLE if soak else SHORT)
        await redis.close(close_connection_pool=True)
    assert ledger.breaches == []
    assert running.links["webhook"].carried


async def weathered(running: Fleet, sandbox: SandboxClient, script: Script, redis: Redis, size: Size) -> Ledger:
    """What became of every message after so many people wrote in a storm; printed too."""
    began, chance = time.monotonic(), random.Random(5)
    vault = open_vault(running.direct)
    streams, cases = Streams(redis, vault, running.direct.inbox_partitions), Cases(redis, vault)
    storm = Storm(running, size.between_seconds, chance)
    ledger, cases_before = Ledger(), await cases_in(redis)
    async with office(running, redis) as workers:
        raging = asyncio.create_task(storm.run())
        everybody = await talks(sandbox, script, size, chance)
        await storm.end(raging)
        await until(lambda: settled(streams), within=SETTLED_SECONDS)
        await asyncio.sleep(AFTERWARDS_SECONDS)
        problems = sum(len(worker.problems) for worker in workers)
    for talk in everybody:
        await ledger.enter(talk, cases)
    await ledger.enter_streams(streams, redis, cases_before)
    ledger.enter_storm(storm)
    print(f"\nNothing lost: {size.chats} chats in {time.monotonic() - began:.0f} s; pages that came later {problems}")
    print(ledger.table(storm))
    return ledger


async def settled(streams: Streams) -> bool:
    waiting = await streams.waiting()
    return waiting["inbox"] == waiting["outbox"] == 0
