"""Hostile updates, all the way to what is sent."""

from __future__ import annotations

import asyncio
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from bot.converse import SILENT
from bot.house import House
from bot.incoming import chat_of, read_update
from bot.outbox import utf16
from bot.receive import Inbox
from bot.streams import INBOX, SET_ASIDE
from sandbox.client import SandboxClient
from tests.bot.test_incoming import ANYTHING
from tests.bot.waiting import until

COUNT = 300
CHATS = (11, 22, 33, -44)
HOSTILE = some.sampled_from(
    ["", "/", "/start " + "x" * 64, "\u202eevil\u202c", "\x00", "\ud800", "a" * 4096, "👩‍👩‍👧‍👦" * 300, "delete:yes"]
    + ["ﷺ" * 900, "%s{0}{x}"]
)
TEXT = HOSTILE | some.text(max_size=50)
CHAT = some.fixed_dictionaries({"id": some.sampled_from(CHATS)}, optional={"type": ANYTHING | some.just("private")})
FILE = some.fixed_dictionaries({}, optional={"file_id": TEXT, "file_size": ANYTHING, "mime_type": ANYTHING, "file_name": TEXT})
PRESS = some.sampled_from(["menu", "entry:", "region:br:x", "topic:housing:99999999999", "language:en", "cancel", "human:x"])
MESSAGE = some.fixed_dictionaries(
    {"chat": CHAT},
    optional={
        "message_id": ANYTHING | some.integers(1, 9),
        "from": ANYTHING,
        "text": TEXT | ANYTHING,
        "caption": TEXT,
        "photo": some.lists(FILE | ANYTHING, max_size=3),
        "voice": FILE,
        "document": FILE | ANYTHING,
        "sticker": ANYTHING,
        "location": some.fixed_dictionaries({"latitude": ANYTHING | some.floats(), "longitude": ANYTHING | some.floats()}),
        "contact": ANYTHING,
        "forward_origin": ANYTHING,
        "media_group_id": ANYTHING,
    },
)
UPDATES = some.one_of(
    some.fixed_dictionaries({"message": MESSAGE}),
    some.fixed_dictionaries({"edited_message": MESSAGE}),
    some.fixed_dictionaries(
        {"callback_query": some.fixed_dictionaries({"id": TEXT, "data": PRESS | TEXT, "message": MESSAGE, "from": CHAT})}
    ),
    some.fixed_dictionaries({"my_chat_member": some.fixed_dictionaries({"chat": CHAT, "new_chat_member": ANYTHING})}),
    some.dictionaries(some.text(max_size=10), ANYTHING | CHAT, max_size=3),
)


def examples(count: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []

    @given(UPDATES)
    @settings(max_examples=count, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    def collect(update: dict[str, Any]) -> None:
        found.append(update)

    collect()
    return found


async def test_no_update_crashes_or_silences_the_bot_or_reaches_another_chat(house: House) -> None:
    converse = house.converse()
    for number, update in enumerate(examples(COUNT), 1):
        incoming = read_update({"update_id": number, **update})
        if not incoming.chat:
            continue
        calls = await converse.turn(incoming, house.vault.pseudonym(incoming.chat))
        assert all(call.chat == incoming.chat and utf16(call.text) <= 4096 for call in calls), update
        if incoming.kind not in (*SILENT, "group"):
            assert calls, update


async def test_hostile_updates_leave_the_bot_well(sandbox: SandboxClient, running: House) -> None:
    inbox = Inbox(running.streams, running.vault)
    for number, update in enumerate(examples(COUNT // 3), 1):
        body = {key: value for key, value in update.items() if key != "update_id"}
        if chat_of(body):
            await inbox.store([{"update_id": number, **body}])
    await until(lambda: handled(running), within=30)
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
