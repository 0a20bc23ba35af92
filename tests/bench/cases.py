"""Case operations against the same number of round trips of raw Redis commands, same server, same run; the queue page."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import httpx
from cryptography.fernet import Fernet
from redis.asyncio.connection import Connection

from content.open import open_composer
from desk.app import create_app
from desk.cases import Cases
from settings import Settings
from store import Redis, connect, server_command
from tests.bench.figure import Figure, milliseconds, percentile
from tests.conftest import free_port, wait_for_port
from tests.desk.crowd import WAITING, fill
from tests.desk.test_pages import sign_in
from vault import Vault

TIMES = 1000
PAGES = 40


async def measure(folder: Path) -> list[Figure]:
    settings = Settings(data_dir=folder / "queue", redis_port=free_port(), key=Fernet.generate_key().decode())
    server = subprocess.Popen(server_command(settings))
    try:
        wait_for_port(settings.redis_port)
        redis = connect(settings)
        cases = Cases(redis, Vault(settings.key))
        opened, open_trips = await counted(lambda n: cases.open(f"person{n}", "ar", "asked"))
        ids = [case.id for case in await cases.queue()]
        listed = await rate(lambda n: cases.queue(), 20)
        claimed, claim_trips = await counted(lambda n: cases.claim(ids[n % len(ids)], "amal"))
        raw = await rate(lambda n: redis.hset(f"raw:{n}", mapping={"a": 1, "b": 2}))
        await redis.flushall()
        page = await queue_page(settings, redis)
        await redis.close(close_connection_pool=True)
    finally:
        server.terminate()
        server.wait(10)
    return [
        beside_raw("open a case", opened, open_trips, raw),
        beside_raw("claim a case", claimed, claim_trips, raw),
        Figure(f"list the queue of {len(ids)} waiting cases", f"{1000 / listed:.0f} ms"),
        page,
    ]


async def queue_page(settings: Settings, redis: Redis) -> Figure:
    """The desk's first page, from request to last byte within the server."""
    vault = Vault(settings.key)
    await fill(redis, Cases(redis, vault))
    always = replace(settings, opening_hours="Mon-Sun 00:00-23:59")
    app = create_app(always, redis, vault, open_composer(always))
    took = []
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://desk", timeout=30) as browser:
        await sign_in(browser, "one0")
        for _ in range(PAGES):
            began = time.perf_counter()
            page = await browser.get("/")
            took.append(time.perf_counter() - began)
    kilobytes, fast = len(page.content) / 1000, percentile(took, 0.95) < 0.2
    told = f"{milliseconds(took)}; {kilobytes:.0f} KB"
    return Figure(f"queue page, {WAITING} waiting", told, "", "p95 < 200 ms, < 150 KB", fast and kilobytes < 150)


def beside_raw(name: str, ours: float, trips: float, raw: float) -> Figure:
    """`raw` is one HSET a round trip; as many of them as the operation makes are the peer."""
    peer = raw / trips
    told = f"{peer:.0f}/s (raw HSETs, {trips:.1f} round trips each)"
    return Figure(name, f"{ours:.0f}/s, {100 * ours / peer:.0f} % of raw", told, ">= 40 % of raw", ours >= 0.4 * peer)


async def counted(work: Callable[[int], Awaitable[object]]) -> tuple[float, float]:
    """How often a second, and round trips each time."""
    sent, connection, send = 0, cast(Any, Connection), Connection.send_packed_command

    async def counting(self: Connection, *arguments: Any, **options: Any) -> None:
        nonlocal sent
        sent += 1
        await send(self, *arguments, **options)

    connection.send_packed_command = counting
    try:
        told = await rate(work)
    finally:
        connection.send_packed_command = send
    return told, sent / TIMES


async def rate(work: Callable[[int], Awaitable[object]], times: int = TIMES) -> float:
    """How often a second, one after the other."""
    began = time.perf_counter()
    for number in range(times):
        await work(number)
    return times / (time.perf_counter() - began)
