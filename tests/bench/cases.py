"""Case operations against the same number of round trips of raw Redis commands, same server, same run."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from cryptography.fernet import Fernet

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
        opened = await rate(lambda n: cases.open(f"person{n}", "ar", "asked"))
        ids = [case.id for case in await cases.queue()]
        listed = await rate(lambda n: cases.queue(), 20)
        claimed = await rate(lambda n: cases.claim(ids[n % len(ids)], "amal"))
        raw = await rate(lambda n: redis.hset(f"raw:{n}", mapping={"a": 1, "b": 2}))
        await redis.close(close_connection_pool=True)
    finally:
        server.terminate()
        server.wait(10)
    return [
        Figure("open a case", f"{opened:.0f}/s", f"{raw:.0f}/s (one raw HSET)"),
        Figure("claim a case", f"{claimed:.0f}/s", f"{raw:.0f}/s (one raw HSET)"),
        Figure(f"list the queue of {len(ids)} waiting cases", f"{1000 / listed:.0f} ms"),
    ]


async def rate(work: Callable[[int], Awaitable[object]], times: int = TIMES) -> float:
    """How often a second, one after the other."""
    began = time.perf_counter()
    for number in range(times):
        await work(number)
    return times / (time.perf_counter() - began)
