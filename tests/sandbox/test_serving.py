"""The sandbox starts by itself and ends at once, whoever still waits for it."""

from __future__ import annotations

import asyncio
import json
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import httpx

from sandbox.client import SandboxClient
from sandbox.serving import serving

ROOT = Path(__file__).parents[2]


async def test_an_open_poll_and_an_open_page_do_not_hold_the_end_up() -> None:
    async with httpx.AsyncClient(timeout=30, trust_env=False) as http:
        async with serving() as url:
            poll = asyncio.create_task(http.get(f"{url}/bot1:sandbox/getUpdates", params={"timeout": 20}))
            page = asyncio.create_task(http.get(f"{url}/sandbox/events"))
            await asyncio.sleep(0.2)
            began = time.monotonic()
        assert time.monotonic() - began < 1
        assert (await poll).json() == {"ok": True, "result": []}
        assert (await page).text == ": hello\n\n"


async def test_changes_are_told_live(url: str, sandbox: SandboxClient) -> None:
    amina = await sandbox.person("Amina", "ar")
    async with (
        httpx.AsyncClient(timeout=5, trust_env=False) as http,
        http.stream("GET", f"{url}/sandbox/events") as stream,
    ):
        lines = stream.aiter_lines()
        assert await anext_line(lines) == ": hello"
        message = await amina.says("hello")
        told = json.loads((await anext_line(lines)).removeprefix("data: "))
        assert told == {"kind": "message", "chat": amina.id, "message": message.id}


async def anext_line(lines: AsyncIterator[str]) -> str:
    """The next line that is not empty."""
    while True:
        line = await lines.__anext__()
        if line:
            return line


async def test_it_runs_as_a_module_and_ends_when_told() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = await asyncio.create_subprocess_exec(
        sys.executable, "-u", "-m", "sandbox", str(port), cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    assert server.stdout
    assert f"http://127.0.0.1:{port}/" in (await server.stdout.readline()).decode()
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30, trust_env=False) as http:
        assert (await answered(http)).is_success
        poll = asyncio.create_task(http.get("/bot1:sandbox/getUpdates", params={"timeout": 20}))
        await asyncio.sleep(0.2)
        server.send_signal(signal.SIGTERM)
        await asyncio.wait_for(server.wait(), 5)
        await poll


async def answered(http: httpx.AsyncClient) -> httpx.Response:
    for _ in range(100):
        try:
            return await http.get("/")
        except httpx.ConnectError:
            await asyncio.sleep(0.1)
    raise AssertionError("the sandbox does not answer after 10 s")
