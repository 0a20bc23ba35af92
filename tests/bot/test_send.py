"""From the outbox to Telegram, on good days and bad ones."""

from __future__ import annotations

import asyncio

import pytest

from bot.house import House
from bot.outbox import Outgoing
from bot.people import Person as Known
from bot.streams import OUTBOX, SET_ASIDE
from sandbox.client import Person, SandboxClient
from tests.bot.waiting import until


async def say(house: House, chat: int, *texts: str) -> None:
    pseudonym = house.vault.pseudonym(chat)
    for number, text in enumerate(texts):
        call = Outgoing("text", chat, text)
        await house.streams.say(pseudonym, f"test-{number}-{text}", [call.seal(house.vault)])


async def empty(house: House) -> bool:
    return (await house.streams.waiting())[OUTBOX] == 0


async def test_replies_to_one_chat_come_in_order(amina: Person, running: House) -> None:
    texts = [f"reply {number}" for number in range(30)]
    await say(running, amina.id, *texts)
    await amina.sees("reply 29")
    assert [one.text for one in await amina.replies() if one.text.startswith("reply ")] == texts


@pytest.mark.parametrize("kind", ["too_many_requests", "server_error", "dropped"])
async def test_a_failing_call_is_made_again_in_order(kind: str, amina: Person, sandbox: SandboxClient, running: House) -> None:
    await sandbox.fails("sendMessage", kind, times=2, retry_after=1)
    await say(running, amina.id, "first", "second")
    await amina.sees("second", within=10)
    texts = [one.text for one in await amina.replies()]
    assert texts.index("first") < texts.index("second") and texts.count("first") == 1


async def test_telegrams_own_limits_are_obeyed_without_losing_anything(
    amina: Person, sandbox: SandboxClient, running: House
) -> None:
    await sandbox.limits(enforced=1, per_second=30, per_chat_per_second=4, burst=2)
    await say(running, amina.id, *[f"paced {number}" for number in range(6)])
    await amina.sees("paced 5", within=15)
    assert len([one for one in await amina.replies() if one.text.startswith("paced")]) == 6


async def test_a_person_who_blocked_the_bot_is_unreachable_and_holds_up_nobody(
    amina: Person, sandbox: SandboxClient, running: House
) -> None:
    pseudonym = running.vault.pseudonym(amina.id)
    await running.cases.open(pseudonym, "en", "asked")
    await amina.blocks()
    await sandbox.settles()
    await running.people.set_unreachable(pseudonym, False)
    await say(running, amina.id, "are you there")
    await until(lambda: empty(running))
    assert (await running.people.get(pseudonym)).unreachable
    case = await running.cases.open_of(pseudonym)
    assert case and case.unreachable


async def test_what_telegram_will_never_take_is_set_aside(amina: Person, running: House) -> None:
    call = Outgoing("text", amina.id, "x", ((("title", "p" * 100),),))
    await running.streams.say("p1", "mark", [call.seal(running.vault)])
    await until(lambda: empty(running))
    assert (await running.streams.waiting())[SET_ASIDE] == 1


async def test_a_chat_that_does_not_exist_is_unreachable(running: House) -> None:
    await running.people.save(Known("p1", 424242))
    await running.streams.say("p1", "mark", [Outgoing("text", 424242, "x").seal(running.vault)])
    await until(lambda: empty(running))
    assert (await running.people.get("p1")).unreachable


async def test_a_menu_that_is_pressed_turns_into_the_next_in_its_place(amina: Person) -> None:
    await amina.says("/menu")
    menu = await amina.hears("What is your question about?")
    await amina.presses("topic:housing", menu)
    topic = await amina.hears("Housing: choose a question")
    assert topic.id == menu.id
    await amina.presses("menu", topic)
    assert (await amina.hears("What is your question about?")).id == menu.id


async def test_pressing_the_same_button_twice_changes_nothing_and_is_answered(amina: Person, sandbox: SandboxClient) -> None:
    await amina.says("/menu")
    menu = await amina.hears("What is your question about?")
    await asyncio.gather(amina.presses("topic:housing", menu), amina.presses("topic:housing", menu))
    await sandbox.settles()
    await amina.sees("Housing: choose a question")
    assert len(await amina.replies()) == 2


async def test_an_edit_of_a_message_that_is_gone_becomes_a_new_one(amina: Person, running: House) -> None:
    call = Outgoing("edit", amina.id, "here instead", message=999_999)
    await running.streams.say("p1", "mark", [call.seal(running.vault)])
    await amina.sees("here instead")
