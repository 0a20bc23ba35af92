"""One fleet for all tests of this folder."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from content.open import open_composer
from desk.accounts import Accounts
from sandbox.client import SandboxClient
from settings import Settings
from store import Redis, connect
from tests.faults.caseworkers import Caseworker, caseworker
from tests.faults.fleet import ALWAYS, Fleet, fleet
from tests.faults.talk import Script, rehearse

QUESTIONS = 6


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    with fleet(tmp_path_factory.mktemp("fleet")) as one:
        yield one


@pytest_asyncio.fixture
async def sandbox(running: Fleet) -> AsyncIterator[SandboxClient]:
    async with SandboxClient(running.sandbox) as client:
        yield client


@pytest.fixture(scope="session")
def script(running: Fleet) -> Script:
    """Found out before anything is broken."""

    async def rehearsed() -> Script:
        async with SandboxClient(running.sandbox) as client:
            return await rehearse(client, open_composer(Settings(opening_hours=ALWAYS)), QUESTIONS)

    return asyncio.run(rehearsed())


@pytest_asyncio.fixture
async def amal(running: Fleet, redis: Redis) -> AsyncIterator[Caseworker]:
    """A caseworker who is signed in."""
    async with caseworker(running, Accounts(redis), "amal") as one:
        await one.signs_in()
        yield one


@pytest_asyncio.fixture
async def redis(running: Fleet) -> AsyncIterator[Redis]:
    """Straight to the fleet's Redis, past the link."""
    client = connect(running.direct)
    yield client
    await client.close(close_connection_pool=True)
