"""Updates reach the bot: by polling or a webhook, in order, confirmed, repeated, forged."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest_asyncio
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.client import Person, SandboxClient
from sandbox.serving import running
from tests.sandbox.bots import BotApi


async def ids(api: BotApi, **parameters: Any) -> list[int]:
    return [update["update_id"] for update in await api.result("getUpdates", **parameters)]


async def test_an_offset_confirms_what_came_before_it(api: BotApi, amina: Person, sandbox: SandboxClient) -> None:
    await amina.says("two")
    await amina.says("three")
    assert await ids(api, limit=2) == [1, 2]
    assert await ids(api) == [1, 2, 3]
    assert await ids(api, offset=3) == [3]
    assert (await sandbox.counters()).undelivered_updates == 1
    assert await ids(api, offset=4) == []
    assert await ids(api, offset=0) == []


async def test_an_update_that_comes_again_passes_over_none_that_waits(
    api: BotApi, amina: Person, sandbox: SandboxClient
) -> None:
    for words in ("two", "three", "four"):
        await amina.says(words)
    await sandbox.repeats(4)
    assert await ids(api, limit=2) == [1, 2]
    assert await ids(api, offset=3) == [3, 4, 4]
    assert await ids(api, offset=4) == [4]


async def test_a_negative_offset_forgets_all_but_the_newest(api: BotApi, amina: Person) -> None:
    await amina.says("two")
    assert await ids(api, offset=-1) == [2]
    assert await ids(api) == [2]


async def test_a_long_poll_returns_as_soon_as_something_is_written(api: BotApi, amina: Person) -> None:
    await ids(api, offset=2)
    poll = asyncio.create_task(ids(api, offset=2, timeout=10))
    await asyncio.sleep(0.1)
    began = time.monotonic()
    await amina.says("now")
    assert await poll == [2]
    assert time.monotonic() - began < 1


async def test_a_long_poll_ends_empty_when_nothing_is_written(api: BotApi) -> None:
    assert await ids(api, timeout=1) == []


async def test_a_second_poll_ends_the_first_with_a_conflict(api: BotApi) -> None:
    first = asyncio.create_task(api.refusal("getUpdates", timeout=10))
    await asyncio.sleep(0.1)
    await ids(api)
    code, description = await first
    assert code == 409
    assert description.startswith("Conflict: terminated by other getUpdates request")


async def test_only_allowed_updates_are_queued(api: BotApi, amina: Person) -> None:
    await ids(api, offset=2, allowed_updates=["callback_query"])
    await amina.says("not wanted")
    assert await ids(api) == []
    await ids(api, allowed_updates=[])
    await amina.says("wanted")
    assert await ids(api) == [2]


async def test_the_same_update_can_come_twice(api: BotApi, amina: Person) -> None:
    first = await api.result("getUpdates")
    assert await ids(api, offset=2) == []
    await amina.repeats()
    assert await api.result("getUpdates", offset=2) == first
    assert await ids(api, offset=2) == []


async def test_a_forged_update_is_handed_out_as_it_is(api: BotApi, amina: Person, sandbox: SandboxClient) -> None:
    await ids(api, offset=2)
    await sandbox.forges({"update_id": 70, "message": {"text": 7}})
    assert await api.result("getUpdates", offset=2) == [{"update_id": 70, "message": {"text": 7}}]
    await amina.says("after")
    assert await ids(api, offset=71) == [71]


class Receiver:
    """A bot's webhook: keeps what comes, answers with the statuses it was told to, then 200."""

    def __init__(self) -> None:
        self.updates: list[dict[str, Any]] = []
        self.secrets: list[str | None] = []
        self.statuses: list[int] = []
        self.at_once = 0
        self.most_at_once = 0

    async def receive(self, request: Request) -> Response:
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        update = await request.json()
        await asyncio.sleep(0.02)
        self.at_once -= 1
        status = self.statuses.pop(0) if self.statuses else 200
        if status == 200:
            self.updates.append(update)
            self.secrets.append(request.headers.get("X-Telegram-Bot-Api-Secret-Token"))
        return Response(status_code=status)


@pytest_asyncio.fixture
async def receiver() -> AsyncIterator[tuple[Receiver, str]]:
    receiver = Receiver()
    async with running(Starlette(routes=[Route("/hook", receiver.receive, methods=["POST"])])) as address:
        yield receiver, f"{address}/hook"


async def test_a_webhook_gets_updates_with_the_secret(
    api: BotApi, amina: Person, sandbox: SandboxClient, receiver: tuple[Receiver, str]
) -> None:
    bot, address = receiver
    await api.result("setWebhook", url=address, secret_token="s3cret_-")
    await amina.says("hello")
    await sandbox.settles()
    assert [update["message"]["text"] for update in bot.updates] == ["/start", "hello"]
    assert set(bot.secrets) == {"s3cret_-"}
    code, description = await api.refusal("getUpdates")
    assert (code, description[:9]) == (409, "Conflict:")
    assert (await api.result("getWebhookInfo"))["url"] == address
    await api.result("deleteWebhook")
    assert await ids(api) == []


async def test_a_webhook_is_tried_again_until_it_answers_well(
    api: BotApi, amina: Person, sandbox: SandboxClient, receiver: tuple[Receiver, str]
) -> None:
    bot, address = receiver
    bot.statuses = [500, 403]
    await api.result("setWebhook", url=address)
    await amina.says("hello")
    await sandbox.settles()
    assert [update["update_id"] for update in bot.updates] == [1, 2]
    assert "Wrong response from the webhook: 403" in (await api.result("getWebhookInfo"))["last_error_message"]


async def test_a_webhook_keeps_each_chat_in_order_and_serves_several_at_once(
    api: BotApi, sandbox: SandboxClient, receiver: tuple[Receiver, str]
) -> None:
    bot, address = receiver
    await api.result("setWebhook", url=address, max_connections=4)
    people = [await sandbox.person(f"P{n}") for n in range(6)]
    for text in ("1", "2", "3"):
        await asyncio.gather(*(person.says(text) for person in people))
    await sandbox.settles()
    for person in people:
        texts = [one["message"]["text"] for one in bot.updates if one["message"]["from"]["id"] == person.id]
        assert texts == ["1", "2", "3"]
    assert 1 < bot.most_at_once <= 4


async def test_a_repeated_update_reaches_the_webhook_too(
    api: BotApi, amina: Person, sandbox: SandboxClient, receiver: tuple[Receiver, str]
) -> None:
    bot, address = receiver
    await api.result("setWebhook", url=address)
    await sandbox.settles()
    await amina.repeats()
    await sandbox.settles()
    assert [update["update_id"] for update in bot.updates] == [1, 1]


async def test_a_webhook_must_be_https_or_on_this_machine(api: BotApi) -> None:
    code, description = await api.refusal("setWebhook", url="http://example.org/hook")
    assert (code, description) == (400, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook")
    code, description = await api.refusal("setWebhook", url="https://example.org/hook", secret_token="a b")
    assert description == "Bad Request: secret token contains unallowed characters"
