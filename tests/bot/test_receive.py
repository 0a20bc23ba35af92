"""Getting updates from Telegram."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from cryptography.fernet import Fernet

from bot.api import start_bot
from bot.house import ROLES, House
from bot.receive import BODY_BYTES, SECRET_HEADER, Inbox, webhook_app, webhook_path, webhook_secret
from bot.streams import INBOX, Streams
from content.compose import Composer
from sandbox.client import SandboxClient
from settings import Settings
from store import server_command
from tests.bot.rasa import StandIn
from tests.conftest import free_port, wait_for_port
from vault import Vault

TOKEN = "1:sandbox"
UPDATE = {"update_id": 5, "message": {"message_id": 1, "chat": {"id": 7, "type": "private"}, "text": "hello"}}


@pytest_asyncio.fixture
async def webhook(streams: Streams, vault: Vault) -> AsyncIterator[httpx.AsyncClient]:
    app = webhook_app(Inbox(streams, vault), TOKEN)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://bot") as client:
        yield client


async def posted(client: httpx.AsyncClient, content: object, secret: str = webhook_secret(TOKEN)) -> int:
    body = {"content": content} if isinstance(content, bytes) else {"json": content}
    return (await client.post(webhook_path(TOKEN), headers={SECRET_HEADER: secret}, **body)).status_code


async def test_an_update_with_the_secret_is_stored_once(webhook: httpx.AsyncClient, streams: Streams) -> None:
    assert await posted(webhook, UPDATE) == 200
    assert await posted(webhook, UPDATE) == 200
    assert (await streams.waiting())[INBOX] == 1


@pytest.mark.parametrize("secret", ["", "wrong", "ü"])
async def test_a_forged_update_is_turned_away(secret: str, webhook: httpx.AsyncClient, streams: Streams) -> None:
    header = {SECRET_HEADER.encode(): secret.encode("latin-1")}
    response = await webhook.post(webhook_path(TOKEN), headers=header, json=UPDATE)
    assert response.status_code == 404
    assert (await webhook.post("/telegram/guess", json=UPDATE)).status_code == 404
    assert (await streams.waiting())[INBOX] == 0


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"no json", 400), (b"[" * 100_000, 400), (b"x" * (BODY_BYTES + 1), 413), (b"[]", 200), (b'{"update_id": "x"}', 200)],
)
async def test_what_is_no_update_is_not_stored(body: bytes, status: int, webhook: httpx.AsyncClient, streams: Streams) -> None:
    assert await posted(webhook, body) == status
    assert (await streams.waiting())[INBOX] == 0


def test_path_and_secret_cannot_be_told_from_each_other_or_guessed() -> None:
    assert webhook_path(TOKEN).rpartition("/")[2] != webhook_secret(TOKEN)
    assert TOKEN not in webhook_path(TOKEN) and len(webhook_secret(TOKEN)) == 64
    assert webhook_secret("2:other") != webhook_secret(TOKEN)


async def test_an_update_that_telegram_repeats_is_answered_once(sandbox: SandboxClient, running: House) -> None:
    person = await sandbox.person("Repeats", "en")
    await person.says("/menu")
    await person.hears()
    await person.repeats()
    await sandbox.settles()
    await asyncio.sleep(0.3)
    assert len(await person.replies()) == 1


class MortalRedis:
    """A Redis with an append-only file that a test can kill and start again."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(server_command(self.settings), stdout=subprocess.DEVNULL)
        wait_for_port(self.settings.redis_port)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(10)


@pytest.fixture
def mortal_redis(tmp_path: Path) -> Iterator[MortalRedis]:
    key = Fernet.generate_key().decode()
    server = MortalRedis(Settings(data_dir=tmp_path, redis_port=free_port(), key=key))
    yield server
    server.kill()


async def test_redis_away_for_some_seconds_loses_nothing(
    mortal_redis: MortalRedis, sandbox: SandboxClient, rasa: StandIn, composer: Composer
) -> None:
    port = int(sandbox.base_url.rsplit(":", 1)[1])
    settings = replace(
        mortal_redis.settings,
        sandbox_port=port,
        rasa_url=f"http://127.0.0.1:{rasa.port}",
        inbox_partitions=2,
        sends_per_second_per_chat=100.0,
    )
    house = House(settings, composer)
    await start_bot(house.bot, 5)
    task = asyncio.create_task(house.run(ROLES))
    person = await sandbox.person("Patient", "en")
    await person.says("before")
    await person.sees("answer to: before")
    mortal_redis.kill()
    for number in range(3):
        await person.says(f"meanwhile {number}")
    await asyncio.sleep(3)
    assert not [one for one in await person.replies() if "meanwhile" in one.text]
    mortal_redis.start()
    await person.sees("answer to: meanwhile 2", within=20)
    answers = [one.text for one in await person.replies() if "meanwhile" in one.text]
    assert answers == [f"answer to: meanwhile {number}" for number in range(3)]
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await house.close()
