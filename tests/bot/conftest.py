"""The whole bot in the test's own event loop, with the sandbox for Telegram and a stand-in for Rasa."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio

from bot.api import start_bot
from bot.house import ROLES, House
from bot.people import People
from bot.streams import Streams
from content.compose import Composer
from content.open import open_composer
from sandbox.client import Person, SandboxClient
from sandbox.serving import serving
from settings import Settings
from store import Redis
from tests.bot.rasa import StandIn, stand_in
from vault import Vault


@pytest.fixture(scope="session")
def cache_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="session")
def composer(cache_dir: Path) -> Composer:
    """The project's own content, read once."""
    return open_composer(Settings(cache_dir=cache_dir))


@pytest.fixture
def settings(settings: Settings, cache_dir: Path, composer: Composer) -> Settings:
    """Processes that a test starts find the content read already."""
    return replace(settings, cache_dir=cache_dir)


@pytest_asyncio.fixture
async def rasa() -> AsyncIterator[StandIn]:
    async with stand_in() as one:
        yield one


@pytest_asyncio.fixture
async def sandbox() -> AsyncIterator[SandboxClient]:
    async with serving() as url, SandboxClient(url) as client:
        yield client


@pytest.fixture
def bot_settings(settings: Settings, sandbox: SandboxClient, rasa: StandIn) -> Settings:
    port = int(sandbox.base_url.rsplit(":", 1)[1])
    return replace(
        settings,
        sandbox_port=port,
        rasa_url=f"http://127.0.0.1:{rasa.port}",
        inbox_partitions=4,
        sends_per_second=1000.0,
        sends_per_second_per_chat=1000.0,
    )


@pytest_asyncio.fixture
async def house(bot_settings: Settings, composer: Composer, redis: Redis) -> AsyncIterator[House]:
    """The bot's parts, not running."""
    one = House(bot_settings, composer)
    await start_bot(one.bot, 5)
    yield one
    await one.close()


@pytest_asyncio.fixture
async def running(house: House) -> AsyncIterator[House]:
    """The bot, running."""
    task = asyncio.create_task(house.run(ROLES))
    yield house
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


@pytest_asyncio.fixture
async def amina(sandbox: SandboxClient, running: House) -> Person:
    """Somebody who reads English and has chosen it."""
    person = await sandbox.person("Amina", "en")
    await person.starts()
    await person.hears()
    await person.presses("language:en")
    await person.hears()
    return person


@pytest.fixture
def streams(redis: Redis, vault: Vault) -> Streams:
    return Streams(redis, vault, 4)


@pytest.fixture
def people(redis: Redis, vault: Vault) -> People:
    return People(redis, vault, keep_conversation_hours=24, keep_case_days=30)
