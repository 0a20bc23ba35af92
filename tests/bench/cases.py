"""Case operations against the same number of round trips of raw Redis commands, same server, same run."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, cast

from cryptography.fernet import Fernet
from redis.asyncio.connection import Connection

from desk.cases import Cases
from settings import Settings
from store import connect, server_command
from tests.bench.figure import Figure
from tests.conftest import free_port, wait_for_port
from vault import Vault

TIMES = 1000


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
        await redis.close(close_connection_pool=True)
    finally:
        server.terminate()
        server.wait(10)
    return [
        beside_raw("open a case", opened, open_trips, raw),
        beside_raw("claim a case", claimed, claim_trips, raw),
        Figure(f"list the queue of {len(ids)} waiting cases", f"{1000 / listed:.0f} ms"),
    ]


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
