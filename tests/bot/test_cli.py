"""What an operator reads when something is missing."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from dataclasses import replace

import pytest

from sandbox.client import SandboxClient
from settings import Settings
from store import Redis
from tests.conftest import free_port


def bot(settings: Settings, **more: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **settings.environment(), **more}
    command = [sys.executable, "-m", "wegwijs", "bot"]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=30)


def test_redis_that_is_away_is_one_line(settings: Settings) -> None:
    ended = bot(replace(settings, redis_url=f"redis://127.0.0.1:{free_port()}/0"))
    assert ended.returncode == 2
    assert ended.stderr.startswith("wegwijs: Redis at 127.0.0.1") and len(ended.stderr.splitlines()) == 1


async def test_a_token_that_telegram_refuses_is_one_line(settings: Settings, redis: Redis, sandbox: SandboxClient) -> None:
    wrong = replace(settings, telegram_token="123:wrong", telegram_api=sandbox.base_url)
    ended = await asyncio.to_thread(bot, wrong)
    assert ended.returncode == 2
    assert ended.stderr.splitlines() == ["wegwijs: Telegram refuses TELEGRAM_TOKEN; @BotFather shows you the right one"]


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("WEGWIJS_WEBHOOK_URL", "http://example.org", "must begin with https://"),
        ("WEGWIJS_NONSENSE", "1", "is not a setting"),
        ("WEGWIJS_OPENING_HOURS", "always", "write them as"),
    ],
)
def test_a_wrong_setting_is_one_line(settings: Settings, redis: Redis, variable: str, value: str, said: str) -> None:
    ended = bot(settings, **{variable: value})
    assert ended.returncode == 2
    assert said in ended.stderr and len(ended.stderr.splitlines()) == 1
