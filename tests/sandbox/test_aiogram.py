"""A second client, independent of python-telegram-bot, agrees with the sandbox: aiogram 3 in an environment of its own."""

from __future__ import annotations

import asyncio
import hashlib
import os
import shutil
import subprocess
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from sandbox.client import Person, SandboxClient

ROOT = Path(__file__).parents[2]
LOCK = ROOT / "requirements" / "aiogram.txt"
ENVIRONMENT = ROOT / ".cache" / "aiogram"
INSTALL_SECONDS = 300


@pytest.fixture(scope="session")
def aiogram_python() -> Path:
    """The interpreter of the side environment, made from the lock file when it is missing or older than the lock."""
    python, stamp = ENVIRONMENT / "bin" / "python", ENVIRONMENT / "lock.sha256"
    wanted = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return python
    # Built beside and then renamed, so that a run cut short, or a second one, never leaves half an environment.
    building = ENVIRONMENT.with_name(f"aiogram-{os.getpid()}")
    shutil.rmtree(building, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "venv", str(building)], check=True, timeout=INSTALL_SECONDS)
    command = [str(building / "bin" / "python"), "-m", "pip", "install", "-q", "--require-hashes", "-r", str(LOCK)]
    installed = subprocess.run(command, capture_output=True, text=True, timeout=INSTALL_SECONDS)
    if installed.returncode:
        shutil.rmtree(building, ignore_errors=True)
        pytest.fail(
            f"aiogram could not be installed from {LOCK.relative_to(ROOT)}: this test needs a package registry "
            f"(or PIP_INDEX_URL / PIP_FIND_LINKS) the first time. pip said: {installed.stderr.strip()[-300:]}"
        )
    (building / "lock.sha256").write_text(wanted)
    shutil.rmtree(ENVIRONMENT, ignore_errors=True)
    building.rename(ENVIRONMENT)
    return python


@pytest_asyncio.fixture
async def aiogram_bot(aiogram_python: Path, url: str) -> AsyncIterator[Process]:
    script = str(Path(__file__).with_name("aiogram_client.py"))
    bot = await asyncio.create_subprocess_exec(str(aiogram_python), script, url, "1:sandbox", stdout=PIPE)
    assert await line_of(bot) == "stranger refused"
    assert await line_of(bot) == "ready"
    yield bot
    bot.terminate()
    await bot.wait()


async def line_of(bot: Process) -> str:
    assert bot.stdout
    return (await asyncio.wait_for(bot.stdout.readline(), 30)).decode().strip()


async def test_aiogram_talks_with_a_person(aiogram_bot: Process, sandbox: SandboxClient) -> None:
    amina = await sandbox.person("Amina", "ar")
    await amina.starts("gent")
    assert (await amina.hears("Hello gent", within=10)).entities == ({"type": "bold", "offset": 0, "length": 5},)
    await amina.presses("Go")
    await amina.sees("Edited by aiogram")
    assert "query is too old" in (await amina.hears("TelegramBadRequest")).text
    assert await amina.notices() == ["Gone"]
    assert [command["command"] for command in (await amina.looks())["commands"]] == ["start"]
    sent = await amina.sends_voice()
    returned = await amina.hears("bytes")
    assert await amina.opens(returned) == await amina.opens(sent)
    await sandbox.settles()


async def test_aiogram_understands_every_refusal(aiogram_bot: Process, sandbox: SandboxClient, amina: Person) -> None:
    await amina.says("/refusals")
    answer = (await amina.hears("TelegramBadRequest", within=10)).text
    assert answer.splitlines() == [
        "TelegramBadRequest: Bad Request: message is too long",
        "TelegramBadRequest: Bad Request: message text is empty",
        "TelegramBadRequest: Bad Request: can't parse entities: Can't find end tag corresponding to start tag \"b\"",
        "TelegramBadRequest: Bad Request: chat not found",
        "TelegramBadRequest: Bad Request: message is not modified: specified new message content "
        "and reply markup are exactly the same as a current content and reply markup of the message",
        "TelegramBadRequest: Bad Request: message to delete not found",
    ]
    await sandbox.fails("sendMessage", "too_many_requests", retry_after=7)
    await amina.says("/pace")
    await amina.hears("retry after 7")
    await amina.blocks()
    assert await line_of(aiogram_bot) == ("kicked TelegramForbiddenError: Forbidden: bot was blocked by the user")
