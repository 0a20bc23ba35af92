"""A case on its way to the desk, and a person on their way out of Redis' files, with 1,000 cases waiting beside them."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from desk.accounts import Account, Accounts
from sandbox.client import SandboxClient
from settings import Settings
from store import connect
from tests.bench.figure import Figure, milliseconds, percentile
from tests.bench.load import WAITING_CASES, many_cases
from tests.bench.turns import newcomer
from tests.bot.test_rewrite import on_disk
from tests.bot.waiting import until
from tests.desk.browsers import PASSWORD
from tests.faults.caseworkers import token
from tests.journeys.conftest import on_free_ports, start
from vault import open_vault

PEOPLE = 40
LOOK_SECONDS = 0.5
CHANGED = "event: change"


async def measure(folder: Path) -> list[Figure]:
    settings = on_free_ports(
        folder, opening_hours="Mon-Sun 00:00-23:59", sends_per_second=10_000.0, sends_per_second_per_chat=1_000.0
    )
    running = start(settings, folder / "printed")
    try:
        await many_cases(settings)
        async with SandboxClient(running.sandbox) as sandbox, caseworker(settings, running.desk) as browser:
            seen = [await escalated(sandbox, browser, number) for number in range(PEOPLE)][5:]
            gone = await deleted(sandbox, settings)
    finally:
        running.supervisor.send_signal(signal.SIGINT)
        running.supervisor.wait(40)
    fast = percentile(seen, 0.95) <= 0.3
    name = f"a case on the desk's open page, {WAITING_CASES} waiting"
    return [
        Figure(name, milliseconds(seen), "", "p95 <= 300 ms", fast),
        Figure("gone from Redis' files after /delete", f"{gone:.0f} s", "", "<= 60 s", gone <= 60),
    ]


@asynccontextmanager
async def caseworker(settings: Settings, desk: str) -> AsyncIterator[httpx.AsyncClient]:
    """Signed in."""
    redis = connect(settings)
    await Accounts(redis).add(Account("amal", "Amal"), PASSWORD)
    await redis.close(close_connection_pool=True)
    async with httpx.AsyncClient(base_url=desk, trust_env=False, timeout=30) as browser:
        csrf = token(await browser.get("/sign-in"))
        signed_in = await browser.post("/sign-in", data={"csrf": csrf, "name": "amal", "password": PASSWORD})
        assert signed_in.status_code == 303
        yield browser


async def escalated(sandbox: SandboxClient, browser: httpx.AsyncClient, number: int) -> float:
    """Seconds from the person's "yes, a person" until an open page of the desk was told and has fetched its queue again."""
    person = await newcomer(sandbox, number)
    await person.says("/human")
    await person.hears(within=15)
    async with browser.stream("GET", "/changes", timeout=30) as changes:
        lines = changes.aiter_lines()
        while await anext_line(lines) != CHANGED:
            pass  # the first says that the page is connected
        began = time.perf_counter()
        await person.presses("send:yes")
        while await anext_line(lines) != CHANGED:
            pass
        board = await browser.get("/", headers={"X-Live": "1"})
        took = time.perf_counter() - began
    assert board.status_code == 200
    return took


async def anext_line(lines: AsyncIterator[str]) -> str:
    return await asyncio.wait_for(lines.__anext__(), 30)


async def deleted(sandbox: SandboxClient, settings: Settings) -> float:
    """Seconds from "yes, delete" to Redis' files without the person."""
    person = await newcomer(sandbox, PEOPLE)
    trace = open_vault(settings).pseudonym(person.id).encode()
    assert on_disk(settings, trace)
    await person.says("/delete")
    await person.hears(within=15)
    began = time.perf_counter()
    await person.presses("delete:yes")

    async def gone() -> bool:
        await asyncio.sleep(LOOK_SECONDS)
        return not on_disk(settings, trace)

    await until(gone, within=180)
    return time.perf_counter() - began
