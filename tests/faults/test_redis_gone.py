"""Redis is gone for a while (5 s with the other tests, 30 s in `make soak`) and comes back on its own files."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from desk.cases import Cases
from sandbox.client import SandboxClient
from store import Redis
from tests.bot.waiting import until
from tests.faults.alignment import Alignment, align
from tests.faults.caseworkers import Caseworker
from tests.faults.fleet import Fleet
from tests.faults.talk import Script, Talk
from vault import open_vault

PEOPLE = 4
QUESTIONS = 3
GONE_SECONDS, LONG_GONE_SECONDS = 5.0, 30.0
PATIENCE_SECONDS = 60.0 + LONG_GONE_SECONDS
PAGE_SECONDS = 5.0


async def test_while_redis_is_gone_telegram_keeps_what_we_cannot_store_and_the_desk_says_what_is_wrong(
    running: Fleet, sandbox: SandboxClient, script: Script, redis: Redis, amal: Caseworker, soak: bool
):
    talks = [Talk(await sandbox.person("Amina", "en"), number, script, PATIENCE_SECONDS) for number in range(PEOPLE)]
    await asyncio.gather(*(talk.begin() for talk in talks))
    await sandbox.settles()
    alive = running.pids()
    async with changes(amal) as told:
        await until(lambda: heard(told, "change *"))
        running.stop_redis()
        asking = [asyncio.create_task(talk.ask(QUESTIONS)) for talk in talks]
        await asyncio.sleep(LONG_GONE_SECONDS if soak else GONE_SECONDS)
        assert (await sandbox.counters()).undelivered_updates == PEOPLE * QUESTIONS
        await the_desk_says_what_is_wrong(amal)
        assert "away -" in told

        told.clear()
        running.start_redis()
        await asyncio.gather(*asking)
        await until(lambda: heard(told, "change *"), within=PATIENCE_SECONDS)
        await talks[0].want_a_person()
        vault = open_vault(running.direct)
        case = await Cases(redis, vault).open_of(vault.pseudonym(talks[0].person.id))
        assert case
        await until(lambda: heard(told, f"change {case.id}"))
    for talk in talks:
        alignment = align(talk.dues, await talk.heard())
        assert alignment == Alignment(met=alignment.met) and None not in alignment.met
    assert running.pids() == alive, "a process did not live through it"


async def the_desk_says_what_is_wrong(amal: Caseworker) -> None:
    page = await asyncio.wait_for(amal.tried("GET", "/"), PAGE_SECONDS)
    assert page is not None and page.status_code == 503
    assert "The desk cannot reach its storage" in page.text and "Nothing is lost" in page.text
    assert [(await amal.browser.get(path)).status_code for path in ("/healthz", "/readyz")] == [200, 503]


async def heard(told: list[str], what: str) -> bool:
    return what in told


@asynccontextmanager
async def changes(caseworker: Caseworker) -> AsyncIterator[list[str]]:
    """What the open page of a caseworker is told, as `event data`."""
    told: list[str] = []
    task = asyncio.create_task(follow(caseworker.browser, told))
    try:
        yield told
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def follow(browser: httpx.AsyncClient, told: list[str]) -> None:
    """One connection from before Redis goes until after it is back."""
    async with browser.stream("GET", "/changes", timeout=None) as stream:
        kind = ""
        async for line in stream.aiter_lines():
            name, _, value = line.partition(": ")
            if name == "event":
                kind = value
            elif name == "data":
                told.append(f"{kind} {value}")
