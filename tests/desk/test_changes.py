"""Changes: pages learn of each change, of a gap, and of the end."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import httpx
from argon2 import PasswordHasher
from cryptography.fernet import Fernet

from desk.accounts import Account, Accounts
from desk.cases import Cases
from desk.changes import AWAY, EVERYTHING, WAITING_AT_MOST, Changes
from settings import Settings
from store import Redis, connect, server_command
from tests.conftest import free_port, wait_for_port
from tests.desk.test_pages import PASSWORD, sign_in


async def test_a_page_learns_of_each_change(redis: Redis, cases: Cases) -> None:
    changes = Changes(redis)
    with changes.follow() as page:
        listening = asyncio.ensure_future(changes.listen())
        assert await asyncio.wait_for(page.get(), 5) == EVERYTHING
        case = await cases.open("person1", "ar", "asked")
        assert await asyncio.wait_for(page.get(), 5) == case.id
        listening.cancel()


async def test_a_page_that_reads_too_slowly_is_told_to_look_at_everything(redis: Redis) -> None:
    changes = Changes(redis)
    with changes.follow() as page:
        for turn in range(WAITING_AT_MOST + 1):
            changes.tell(str(turn))
        assert page.get_nowait() == EVERYTHING and page.empty()


async def test_pages_learn_that_redis_is_gone_and_look_again_when_it_is_back(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, redis_port=free_port(), key=Fernet.generate_key().decode())
    command = server_command(settings)
    server = subprocess.Popen(command)
    wait_for_port(settings.redis_port)
    redis = connect(settings)
    changes = Changes(redis)
    with changes.follow() as page:
        listening = asyncio.ensure_future(changes.listen())
        assert await asyncio.wait_for(page.get(), 5) == EVERYTHING
        server.kill()
        server.wait(5)
        assert await asyncio.wait_for(page.get(), 15) == AWAY
        server = subprocess.Popen(command)
        while (told := await asyncio.wait_for(page.get(), 15)) == AWAY:
            pass
        assert told == EVERYTHING
        listening.cancel()
    await redis.close(close_connection_pool=True)
    server.terminate()
    server.wait(5)


async def test_the_desk_stops_at_once_though_pages_are_open(settings: Settings, redis: Redis, tmp_path: Path) -> None:
    await Accounts(redis, PasswordHasher(1, 1024, 1)).add(Account("amal", "Amal"), PASSWORD)
    running = replace(settings, desk_port=free_port(), telegram_token="1:test", cache_dir=tmp_path)
    environment = {**os.environ, **running.environment()}
    process = subprocess.Popen([sys.executable, "-m", "wegwijs", "desk"], env=environment)
    wait_for_port(running.desk_port, 30)
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{running.desk_port}", timeout=20) as browser:
        await sign_in(browser)
        async with browser.stream("GET", "/changes") as lines:
            assert "event: change" in await lines.aiter_text().__anext__()
            process.send_signal(signal.SIGTERM)
            began = time.monotonic()
            await asyncio.to_thread(process.wait, 10)
    assert time.monotonic() - began < 5
