"""All processes for real, as `make run` starts them, on free ports and in a folder of their own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Page, async_playwright

from sandbox.client import SandboxClient
from settings import Settings
from tests.conftest import free_port
from tests.desk.browsers import WIDE, launch

START_SECONDS = 120
STOP_SECONDS = 40


@dataclass(frozen=True)
class Running:
    """A running Wegwijs: its settings, its supervisor, what it printed."""

    settings: Settings
    supervisor: subprocess.Popen[bytes]
    printed: Path

    @property
    def desk(self) -> str:
        return f"http://127.0.0.1:{self.settings.desk_port}"

    @property
    def sandbox(self) -> str:
        return f"http://127.0.0.1:{self.settings.sandbox_port}"

    @property
    def demo_caseworker(self) -> tuple[str, str]:
        name, _, password = (self.settings.data_dir / "demo-caseworker").read_text().strip().partition(" ")
        return name, password

    def process(self, name: str) -> int:
        """The process id of `wegwijs <name>`."""
        for pid in descendants(self.supervisor.pid):
            arguments = Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")
            if "wegwijs" in arguments and name in arguments[arguments.index("wegwijs") :]:
                return pid
        raise AssertionError(f"no process {name}")

    def kill(self, name: str) -> None:
        """kill -9; the supervisor starts it again."""
        os.kill(self.process(name), signal.SIGKILL)

    def logs(self) -> str:
        return "\n".join(path.read_text(errors="replace") for path in (self.settings.data_dir / "logs").glob("*"))


def descendants(pid: int) -> Iterator[int]:
    path = Path(f"/proc/{pid}/task/{pid}/children")
    children = [int(child) for child in path.read_text().split()] if path.exists() else []
    for child in children:
        yield child
        yield from descendants(child)


def start(settings: Settings, printed: Path) -> Running:
    """`wegwijs run` with these settings, waited for."""
    command = [sys.executable, "-m", "wegwijs", "run", "--no-train"]
    with printed.open("w") as out:
        supervisor = subprocess.Popen(
            command, env={**os.environ, **settings.environment()}, stdout=out, stderr=subprocess.STDOUT
        )
    end = time.monotonic() + START_SECONDS
    while "Ctrl-C ends it all" not in printed.read_text():
        if supervisor.poll() is not None or time.monotonic() > end:
            supervisor.kill()
            logs = "\n".join(f"--- {path.name}\n{path.read_text()[-1500:]}" for path in settings.data_dir.glob("logs/*"))
            raise AssertionError(f"wegwijs run did not get ready:\n{printed.read_text()}\n{logs}")
        time.sleep(0.1)
    return Running(settings, supervisor, printed)


def on_free_ports(folder: Path, **settings: Any) -> Settings:
    """Settings for a Wegwijs of its own in this folder."""
    return Settings(
        data_dir=folder / "data",
        cache_dir=folder / "cache",
        redis_port=free_port(),
        rasa_port=free_port(),
        actions_port=free_port(),
        desk_port=free_port(),
        sandbox_port=free_port(),
        bot_health_port=free_port(),
        desk_health_port=free_port(),
        **settings,
    )


@pytest.fixture(scope="session")
def wegwijs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("wegwijs")
    always = "Mon-Sun 00:00-23:59"
    settings = on_free_ports(folder, opening_hours=always, sends_per_second=1000.0, sends_per_second_per_chat=50.0)
    running = start(settings, folder / "printed")
    yield running
    running.supervisor.send_signal(signal.SIGINT)
    running.supervisor.wait(STOP_SECONDS)


@pytest_asyncio.fixture
async def sandbox(wegwijs: Running) -> AsyncIterator[SandboxClient]:
    async with SandboxClient(wegwijs.sandbox) as client:
        yield client
        await client.works_again()


@pytest_asyncio.fixture
async def page() -> AsyncIterator[Page]:
    """A caseworker's browser."""
    async with async_playwright() as playwright:
        browser = await launch(playwright)
        yield await browser.new_page(viewport=WIDE, locale="en-GB")  # type: ignore[arg-type]
        await browser.close()
