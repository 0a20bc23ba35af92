"""What Telegram shows of the bot."""

from __future__ import annotations

from bot.commands import SHOWN
from bot.house import House
from bot.profile import set_profile
from content.model import LANGUAGES
from sandbox.client import SandboxClient


async def test_commands_are_there_in_every_language_and_set_only_when_they_changed(
    house: House, sandbox: SandboxClient
) -> None:
    await set_profile(house.bot, house.composer)
    person = await sandbox.person("P", "ar")
    shown = [command["command"] for command in (await person.looks())["commands"]]
    assert shown == list(SHOWN)
    first = len(await sandbox.calls("setMyCommands"))
    assert first == len(LANGUAGES) + 1
    await set_profile(house.bot, house.composer)
    assert len(await sandbox.calls("setMyCommands")) == first


async def test_a_telegram_that_fails_does_not_stop_the_bot(house: House, sandbox: SandboxClient) -> None:
    await sandbox.fails("setMyDescription", "server_error", times=3)
    await set_profile(house.bot, house.composer)
    assert await sandbox.calls("setMyCommands")


def test_every_command_that_is_shown_is_understood(house: House) -> None:
    assert set(SHOWN) == set(house.converse().commands.names)
