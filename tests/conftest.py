"""What every test may use: a real Redis of its own, a vault, free ports. The network beyond this machine fails loudly."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from cryptography.fernet import Fernet

from settings import Settings
from store import Redis, connect, server_command
from tests.servers import cluster
from vault import Vault

LOOPBACK = ("127.0.0.1", "::1", "localhost", "0.0.0.0")  # noqa: S104
REDIS_START_SECONDS = 60.0


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--cluster", action="store_true", help="with a cluster of three in place of one Redis")
    parser.addoption("--soak", action="store_true", help="the long form of the fault and fuzz tests")


@pytest.fixture(scope="session")
def soak(request: pytest.FixtureRequest) -> bool:
    """True where the long form is asked for."""
    return bool(request.config.getoption("--soak"))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test that talks to another machine fails."""
    connect_really = socket.socket.connect

    def connect_here(self: socket.socket, address: Any) -> None:
        if isinstance(address, tuple) and address[0] not in LOOPBACK:
            raise AssertionError(f"a test tried to reach {address[0]}")
        connect_really(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect_here)


@pytest.fixture(scope="session")
def redis_server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """A Redis server of this test run, as `wegwijs redis` starts it, or a cluster; yields settings that point to it."""
    folder = tmp_path_factory.mktemp("redis")
    if request.config.getoption("--cluster"):
        with cluster(folder, free_port) as url:
            key = Fernet.generate_key().decode()
            yield Settings(data_dir=folder, redis_url=url, key=key, bot_health_port=0, desk_health_port=0)
        return
    key = Fernet.generate_key().decode()
    settings = Settings(data_dir=folder, redis_port=free_port(), key=key, bot_health_port=0, desk_health_port=0)
    server = subprocess.Popen(server_command(settings))
    try:
        wait_for_port(settings.redis_port)
        yield settings
    finally:
        server.terminate()
        server.wait(10)


@pytest.fixture
def settings(redis_server: Settings, tmp_path: Path) -> Settings:
    """Settings with this run's Redis and the project's own content."""
    return replace(redis_server, models_dir=Path("models"), cache_dir=tmp_path / "cache")


@pytest_asyncio.fixture
async def redis(settings: Settings) -> AsyncIterator[Redis]:
    """An empty database."""
    client = connect(settings)
    await client.flushall()
    yield client
    await client.close(close_connection_pool=True)


@pytest.fixture
def vault(settings: Settings) -> Vault:
    return Vault(settings.key)


def wait_for_port(port: int, seconds: float = REDIS_START_SECONDS) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise AssertionError(f"nothing listens on port {port} after {seconds} s")
