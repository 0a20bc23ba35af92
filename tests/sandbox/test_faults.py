"""Bad days on demand: refusals, broken connections, Telegram down, Telegram's pace."""

from __future__ import annotations

import asyncio
import time

import httpx
import pytest

from sandbox.client import Person, Refused, SandboxClient
from tests.sandbox.bots import BotApi


async def test_the_next_calls_are_told_to_come_later(api: BotApi, amina: Person, sandbox: SandboxClient) -> None:
    await sandbox.fails("sendMessage", "too_many_requests", times=2, retry_after=7)
    for _ in range(2):
        answer = await api.ask("sendMessage", chat_id=amina.id, text="x")
        assert answer == {
            "ok": False,
            "error_code": 429,
            "description": "Too Many Requests: retry after 7",
            "parameters": {"retry_after": 7},
        }
    await api.result("sendMessage", chat_id=amina.id, text="x")
    assert (await sandbox.counters()).failures == {"sendMessage 429": 2}


async def test_a_fault_can_meet_one_chat_only(api: BotApi, amina: Person, sandbox: SandboxClient) -> None:
    oleh = await sandbox.person("Oleh", "uk")
    await oleh.starts()
    await sandbox.fails("*", "server_error", chat_id=oleh.id)
    await api.result("sendMessage", chat_id=amina.id, text="x")
    assert await api.refusal("sendMessage", chat_id=oleh.id, text="x") == (500, "Internal Server Error")


@pytest.mark.parametrize(("kind", "arrives"), [("dropped", 0), ("timeout", 0), ("lost_answer", 1)])
async def test_a_connection_breaks_before_or_after_the_message_is_sent(
    api: BotApi, amina: Person, sandbox: SandboxClient, kind: str, arrives: int
) -> None:
    await sandbox.fails("sendMessage", kind, seconds=0.1)
    with pytest.raises(httpx.TransportError):
        await api.ask("sendMessage", chat_id=amina.id, text="x")
    assert len(await amina.replies()) == arrives


async def test_while_telegram_is_down_nothing_goes_through(api: BotApi, amina: Person, sandbox: SandboxClient) -> None:
    await sandbox.goes_down()
    with pytest.raises(httpx.TransportError):
        await api.ask("getMe")
    await amina.says("anybody there?")
    await sandbox.comes_back()
    assert len(await api.result("getUpdates")) == 2


async def test_faults_can_be_taken_back(api: BotApi, sandbox: SandboxClient) -> None:
    await sandbox.fails("getMe", "server_error", times=100)
    await sandbox.works_again()
    await api.result("getMe")


async def test_an_unknown_fault_is_refused(sandbox: SandboxClient) -> None:
    with pytest.raises(Refused, match="unknown kind, use one of"):
        await sandbox.fails("getMe", "flood")


async def test_the_pace_to_one_chat_is_enforced_on_demand(api: BotApi, amina: Person, sandbox: SandboxClient) -> None:
    await sandbox.limits(enforced=True, per_second=30, per_chat_per_second=5, burst=2)
    outcomes = [(await api.ask("sendMessage", chat_id=amina.id, text="x"))["ok"] for _ in range(3)]
    assert outcomes == [True, True, False]
    await api.result("sendChatAction", chat_id=amina.id, action="typing")
    await asyncio.sleep(0.25)
    await api.result("sendMessage", chat_id=amina.id, text="x")


async def test_the_pace_to_all_chats_is_enforced_on_demand(api: BotApi, sandbox: SandboxClient) -> None:
    people = [await sandbox.person(f"P{n}") for n in range(8)]
    for person in people:
        await person.starts()
    await sandbox.limits(enforced=True, per_second=5, per_chat_per_second=1, burst=1)
    answers = [await api.ask("sendMessage", chat_id=person.id, text="x") for person in people]
    assert [answer["ok"] for answer in answers].count(True) in (5, 6)
    assert answers[-1]["parameters"]["retry_after"] == 1


async def test_a_thousand_chats_stay_fast(api: BotApi, sandbox: SandboxClient) -> None:
    people = [await sandbox.person(f"P{n}") for n in range(1000)]
    began = time.monotonic()
    for person in people:
        await person.starts()
        await api.result("sendMessage", chat_id=person.id, text="Hello")
    seconds = time.monotonic() - began
    assert (await sandbox.counters()).undelivered_updates == 1000
    assert len(await people[-1].replies()) == 1
    assert seconds < 30
