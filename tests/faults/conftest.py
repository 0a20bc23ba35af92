"""One fleet for all tests of this folder."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from content.compose import Composer
from content.open import open_composer
from sandbox.client import SandboxClient
from settings import Settings
from store import Redis, connect
from tests.faults.fleet import ALWAYS, Fleet, fleet


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    with fleet(tmp_path_factory.mktemp("fleet")) as one:
        yield one


@pytest.fixture(scope="session")
def composer() -> Composer:
    return open_composer(Settings(opening_hours=ALWAYS))


@pytest_asyncio.fixture
async def sandbox(running: Fleet) -> AsyncIterator[SandboxClient]:
    async with SandboxClient(running.sandbox) as client:
        yield client


@pytest_asyncio.fixture
async def redis(running: Fleet) -> AsyncIterator[Redis]:
    """Straight to the fleet's Redis, past the link."""
    client = connect(running.direct)
    yield client
    await client.close(close_connection_pool=True)
