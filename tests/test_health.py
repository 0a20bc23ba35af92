"""What a process says of itself, and what it must not."""

from __future__ import annotations

import asyncio
import os
import re
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace

import httpx
from starlette.applications import Starlette

from content.open import open_composer
from desk.app import create_app
from desk.cases import Cases
from health import health_routes, serve_health
from settings import Settings
from store import Redis, connect
from tests.conftest import free_port, wait_for_port
from vault import Vault


def inside(app: Starlette) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://here")


@asynccontextmanager
async def served(port: int, redis: Redis) -> AsyncIterator[httpx.AsyncClient]:
    task = asyncio.create_task(serve_health("127.0.0.1", port, redis))
    await asyncio.to_thread(wait_for_port, port)
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
        yield client
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def test_a_process_with_redis_lives_and_is_ready(redis: Redis):
    async with served(free_port(), redis) as client:
        assert (await client.get("/healthz")).status_code == 200
        assert (await client.get("/readyz")).text == "ok\n"
        assert "wegwijs_redis_up 1.0" in (await client.get("/metrics")).text


async def test_without_redis_a_process_lives_and_is_not_ready(settings: Settings):
    away = connect(replace(settings, redis_url="redis://127.0.0.1:1/0"))
    async with inside(Starlette(routes=health_routes(away))) as client:
        assert (await client.get("/healthz")).status_code == 200
        assert (await client.get("/readyz")).status_code == 503
        assert "wegwijs_redis_up 0.0" in (await client.get("/metrics")).text


async def test_a_taken_port_stops_nobody(redis: Redis):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        await serve_health("127.0.0.1", taken.getsockname()[1], redis)


async def test_the_desk_shows_no_figures_to_whoever_opens_it(settings: Settings, redis: Redis, vault: Vault):
    app = create_app(settings, redis, vault)
    async with inside(app) as client:
        assert (await client.get("/healthz")).status_code == 200
        assert (await client.get("/readyz")).status_code == 200
        assert (await client.get("/metrics")).status_code == 404


async def test_cases_are_counted_with_the_time_they_wait(redis: Redis, vault: Vault):
    cases = Cases(redis, vault)
    first = await cases.open("p1", "ar", "asked")
    await cases.open("p2", "ar", "crisis", urgent=True)
    async with inside(Starlette(routes=health_routes(redis, cases.look))) as client:
        page = (await client.get("/metrics")).text
        assert 'wegwijs_cases{state="waiting"} 2.0' in page and 'wegwijs_cases{state="urgent"} 1.0' in page
        waited = float(figure(page, "wegwijs_case_longest_wait_seconds"))
        assert 0 <= waited < 60
        before = float(figure(page, "wegwijs_case_wait_seconds_count"))
        assert await cases.claim(first.id, "amal") and await cases.claim(first.id, "amal")
        page = (await client.get("/metrics")).text
        assert float(figure(page, "wegwijs_case_wait_seconds_count")) == before + 1
        assert 'wegwijs_cases{state="held"} 1.0' in page


def figure(page: str, name: str) -> str:
    found = re.search(rf"^{re.escape(name)} (\S+)$", page, re.M)
    assert found, name
    return found[1]


def test_actions_show_their_pages_on_their_own_port(settings: Settings):
    port = free_port()
    open_composer(settings)
    environment = {**os.environ, **replace(settings, actions_port=port).environment()}
    process = subprocess.Popen([sys.executable, "-m", "wegwijs", "actions"], env=environment)
    try:
        wait_for_port(port, 30)
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
            assert client.get("/readyz").status_code == 200
            client.post("/webhook", json={"next_action": "zanzibar", "tracker": {}})
            page = client.get("/metrics").text
            assert "wegwijs_action_seconds" in page and "zanzibar" not in page
    finally:
        process.terminate()
        process.wait(10)
