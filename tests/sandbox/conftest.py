"""A sandbox of its own for each test, a raw caller of its Bot API, and a small real bot that polls it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest_asyncio

from sandbox.client import Person, SandboxClient
from sandbox.serving import serving
from tests.sandbox.bots import TOKEN, BotApi, SmallBot, small_bot


@pytest_asyncio.fixture
async def url() -> AsyncIterator[str]:
    async with serving(TOKEN) as address:
        yield address


@pytest_asyncio.fixture
async def sandbox(url: str) -> AsyncIterator[SandboxClient]:
    async with SandboxClient(url) as client:
        yield client


@pytest_asyncio.fixture
async def api(url: str) -> AsyncIterator[BotApi]:
    async with httpx.AsyncClient(base_url=url, timeout=20, trust_env=False) as http:
        yield BotApi(http)


@pytest_asyncio.fixture
async def amina(sandbox: SandboxClient) -> Person:
    """Somebody who has pressed Start."""
    person = await sandbox.person("Amina", "ar")
    await person.starts()
    return person


@pytest_asyncio.fixture
async def bot(url: str) -> AsyncIterator[SmallBot]:
    """The small bot, polling."""
    application = small_bot(url)
    async with application:
        await application.bot.set_my_commands([("start", "Begin"), ("language", "Choose a language")])
        assert application.updater
        await application.updater.start_polling(poll_interval=0, timeout=5)
        await application.start()
        yield application
        await application.updater.stop()
        await application.stop()
