"""Updates that are handled, and those that cannot be."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.house import House
from bot.incoming import Incoming
from bot.outbox import Outgoing
from bot.streams import INBOX, OUTBOX, SET_ASIDE
from sandbox.client import Person, SandboxClient
from settings import Settings
from store import Redis
from tests.bot.rasa import StandIn
from tests.bot.waiting import until


async def test_an_update_that_cannot_be_handled_is_set_aside_and_the_person_told(
    amina: Person, running: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = []

    async def fails(self: object, incoming: Incoming, pseudonym: str, entry_id: str = "") -> list[Outgoing]:
        tried.append(incoming.words)
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr("bot.converse.Converse.turn", fails)
    await amina.says("the poison")
    await amina.hears("Something went wrong on our side")
    assert tried == ["the poison"] * 3
    assert await running.streams.waiting() == {INBOX: 0, OUTBOX: 0, SET_ASIDE: 1}
    monkeypatch.undo()
    await amina.says("the next")
    await amina.hears("answer to: the next")


async def test_messages_of_one_chat_are_handled_in_order_and_chats_at_once(
    sandbox: SandboxClient, running: House, rasa: StandIn
) -> None:
    people = [await sandbox.person(f"P{number}", "en") for number in range(6)]
    rasa.seconds = 0.2
    began = time.monotonic()
    for number in range(3):
        await asyncio.gather(*(person.says(f"message {number}") for person in people))
    for person in people:
        await person.sees("answer to: message 2")
    assert time.monotonic() - began < 6 * 3 * 0.2 * 0.7
    for person in people:
        answers = [one.text for one in await person.replies() if one.text.startswith("answer")]
        assert answers == [f"answer to: message {number}" for number in range(3)]


class Bots:
    """`wegwijs bot` in processes of its own."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        self.environment = {**os.environ, **settings.environment()}
        self.log = (folder / "bot.log").open("ab")
        self.processes: list[subprocess.Popen[bytes]] = []

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "wegwijs", "bot", *arguments]
        process = subprocess.Popen(command, env=self.environment, stdout=self.log, stderr=self.log)
        self.processes.append(process)
        return process

    def end(self) -> None:
        for process in self.processes:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in self.processes:
            process.wait(20)
        self.log.close()


@pytest.fixture
def bots(bot_settings: Settings, redis: Redis, tmp_path: Path) -> Iterator[Bots]:
    one = Bots(bot_settings, tmp_path)
    yield one
    one.end()


async def test_a_worker_killed_in_the_middle_loses_nothing_and_keeps_the_order(
    bots: Bots, sandbox: SandboxClient, rasa: StandIn
) -> None:
    bots.start("--only", "receive")
    bots.start("--only", "send")
    first = bots.start("--only", "work")
    people = [await sandbox.person(f"P{number}", "en") for number in range(4)]
    for person in people:
        await person.says("message 0")
    for person in people:
        await person.sees("answer to: message 0", within=30)
    rasa.seconds = 0.15
    for number in range(1, 6):
        for person in people:
            await person.says(f"message {number}")
    await asyncio.sleep(0.2)
    first.kill()
    killed = time.monotonic()
    bots.start("--only", "work")
    for person in people:
        await person.sees("answer to: message 5", within=25)
    assert time.monotonic() - killed < 20
    for person in people:
        answers = [one.text for one in await person.replies() if one.text.startswith("answer")]
        assert answers == [f"answer to: message {number}" for number in range(6)]


async def test_a_sender_killed_in_the_middle_repeats_at_most_what_was_on_its_way(
    bots: Bots, sandbox: SandboxClient, rasa: StandIn
) -> None:
    bots.start("--only", "receive")
    bots.start("--only", "work")
    first = bots.start("--only", "send")
    person = await sandbox.person("P", "en")
    await person.says("message 0")
    await person.sees("answer to: message 0", within=30)
    for number in range(1, 30):
        await person.says(f"message {number}")
    first.kill()
    bots.start("--only", "send")
    await person.sees("answer to: message 29", within=25)
    answers = [one.text for one in await person.replies() if one.text.startswith("answer")]
    assert list(dict.fromkeys(answers)) == [f"answer to: message {number}" for number in range(30)]
    assert len(answers) <= 31


async def test_an_update_that_kills_its_worker_again_and_again_is_set_aside(
    house: House, sandbox: SandboxClient, rasa: StandIn
) -> None:
    """A worker that dies over an update never finishes it: its successors begin it TRIES times, then no more."""
    person = await sandbox.person("P", "en")
    await person.starts()
    pseudonym = house.vault.pseudonym(person.id)
    update = {"update_id": 9, "message": {"message_id": 1, "chat": {"id": person.id, "type": "private"}, "text": "deadly"}}
    await house.streams.store([(pseudonym, 9, str(update).replace("'", '"').encode())])
    part = house.streams.partition(pseudonym)
    await house.streams.read(part, INBOX, 1, 1)
    [entry] = await house.streams.read(part, INBOX, 1, 1) or await house.streams.unfinished(part, INBOX)
    await house.redis.set(f"ww:{{chats:{part}}}:lease:work", "me")
    worker = house.worker()
    assert [await worker.may_be_tried(part, "me", entry) for _ in range(4)] == [True, True, True, False]
    assert await house.streams.waiting() == {INBOX: 0, OUTBOX: 1, SET_ASIDE: 1}


async def test_everything_is_done_when_the_bot_is_asked_to_stop(bots: Bots, sandbox: SandboxClient, rasa: StandIn) -> None:
    process = bots.start()
    person = await sandbox.person("P", "en")
    await person.says("hello")
    await person.sees("answer to: hello", within=30)
    process.send_signal(signal.SIGTERM)
    await until(lambda: ended(process), within=10)
    assert process.returncode == 0


async def ended(process: subprocess.Popen[bytes]) -> bool:
    return process.poll() is not None
