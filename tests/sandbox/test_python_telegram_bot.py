"""A real python-telegram-bot application, polling and by webhook, cannot tell the sandbox from Telegram."""

from __future__ import annotations

import socket

import pytest
from telegram.error import BadRequest, Forbidden, InvalidToken, NetworkError, RetryAfter
from telegram.ext import Application

from sandbox.client import Person, SandboxClient
from tests.sandbox.bots import SmallBot, small_bot


async def test_a_person_talks_with_a_polling_bot(bot: SmallBot, sandbox: SandboxClient) -> None:
    amina = await sandbox.person("Amina", "ar")
    await amina.starts("gent")
    welcome = await amina.hears("Welcome gent")
    assert [button.text for button in welcome.buttons] == ["العربية", "Nederlands", "Website"]
    await amina.presses("nl", welcome)
    assert (await amina.hears("Welkom")).id == welcome.id
    assert await amina.notices() == ["Saved"]
    sent = await amina.sends_voice()
    assert await amina.opens(await amina.hears("Your voice")) == await amina.opens(sent)
    await sandbox.settles()


async def test_the_bot_survives_a_telegram_that_is_down(bot: SmallBot, sandbox: SandboxClient) -> None:
    amina = await sandbox.person("Amina", "ar")
    await sandbox.goes_down()
    await amina.says("hello")
    await sandbox.comes_back()
    await amina.hears("You said: hello", within=20)


async def test_errors_are_the_ones_the_library_knows(bot: SmallBot, sandbox: SandboxClient, amina: Person) -> None:
    await amina.hears("Welcome")
    await sandbox.fails("sendMessage", "too_many_requests", retry_after=3)
    with pytest.raises(RetryAfter):
        await bot.bot.send_message(amina.id, "x")
    await sandbox.fails("sendMessage", "dropped")
    with pytest.raises(NetworkError):
        await bot.bot.send_message(amina.id, "x")
    with pytest.raises(BadRequest, match="Chat not found"):
        await bot.bot.send_message(7, "x")
    await amina.blocks()
    with pytest.raises(Forbidden, match="bot was blocked by the user"):
        await bot.bot.send_message(amina.id, "x")


async def test_a_wrong_token_is_noticed_at_the_start(url: str) -> None:
    stranger = Application.builder().token("2:wrong").base_url(f"{url}/bot").build()
    with pytest.raises(InvalidToken):
        await stranger.initialize()


async def test_a_person_talks_with_a_bot_on_a_webhook(url: str, sandbox: SandboxClient) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    application = small_bot(url)
    async with application:
        assert application.updater
        address = f"http://127.0.0.1:{port}/hook"
        await application.updater.start_webhook("127.0.0.1", port, "/hook", webhook_url=address, secret_token="secret")
        await application.start()
        amina = await sandbox.person("Amina", "ar")
        await amina.starts()
        await amina.presses("ar", await amina.hears("Welcome"))
        await amina.sees("أهلاً بك")
        await sandbox.settles()
        await application.updater.stop()
        await application.stop()
