"""Hostile updates, all the way to what is sent: 300 with the other tests, 10,000 in `make soak`."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from bot.converse import SILENT
from bot.house import House
from bot.incoming import SERVICE, Incoming, read_update
from bot.outbox import utf16
from bot.receive import Inbox, owner
from bot.streams import INBOX, SET_ASIDE
from sandbox.client import SandboxClient
from tests.bot.updates import CHATS, examples
from tests.bot.waiting import until

COUNT, LONG_COUNT = 300, 10_000


@pytest.fixture
def count(soak: bool) -> int:
    return LONG_COUNT if soak else COUNT


async def test_no_update_crashes_or_silences_the_bot_or_reaches_another_chat(house: House, count: int) -> None:
    converse = house.converse()
    for number, update in enumerate(examples(count), 1):
        chat = owner(update)
        if not chat:
            continue
        # The inbox keeps a number once: no second update with it ever comes here.
        incoming = replace(read_update({"update_id": number, **marked(update, chat)}), update=number)
        calls = await converse.turn(incoming, house.vault.pseudonym(chat))
        assert all(call.chat == chat and utf16(call.text) <= 4096 for call in calls), update
        assert not [call for call in calls for other in CHATS if other != chat and mark(other) in call.text], update
        if cancels(incoming):
            continue  # the case's own event tells the person
        if incoming.kind not in (*SILENT, "group") or waits(update):
            assert calls, update


def cancels(incoming: Incoming) -> bool:
    return incoming.kind == "press" and incoming.words == "cancel"


def mark(chat: int) -> str:
    return f"words of {chat};"


def marked(update: dict[str, Any], chat: int) -> dict[str, Any]:
    """The person's text with a mark in it, by which it is known wherever it turns up."""
    message = update.get("message")
    if not isinstance(message, dict) or not isinstance(text := message.get("text"), str) or text.startswith("/"):
        return update
    return {**update, "message": {**message, "text": f"{mark(chat)} {text}"}}


def waits(update: dict[str, Any]) -> bool:
    """True for what a person plainly sent to us, however else it looks; said without the bot's own reading of it."""
    message = update.get("message")
    if list(update) != ["message"] or not isinstance(message, dict) or any(name in message for name in SERVICE):
        return False
    chat = message.get("chat")
    return isinstance(chat, dict) and chat.get("id") in CHATS and chat.get("type") == "private"


async def test_hostile_updates_leave_the_bot_well(sandbox: SandboxClient, running: House, count: int) -> None:
    inbox = Inbox(running.streams, running.vault)
    for number, update in enumerate(examples(count // 3), 1):
        body = {key: value for key, value in update.items() if key != "update_id"}
        await inbox.store([{"update_id": number, **body}])
    await until(lambda: handled(running), within=30 + count / 30)
    await asyncio.sleep(0.1)
    assert (await running.streams.waiting())[SET_ASIDE] == 0 or await only_unknown_chats(running)
    person = await sandbox.person("Well", "en")
    await person.says("and now a question")
    await person.sees("answer to: and now a question", within=30)


async def handled(house: House) -> bool:
    return (await house.streams.waiting())[INBOX] == 0


async def only_unknown_chats(house: House) -> bool:
    """What was set aside are replies to chats that the sandbox does not know, never updates."""
    aside = [
        entry for chat in CHATS for name, entry in await house.streams.of(house.vault.pseudonym(chat)) if name == SET_ASIDE
    ]
    opened = [house.vault.open_json(entry.body) for entry in aside]
    return all("kind" in one for one in opened)
