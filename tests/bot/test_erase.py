"""Seeing, hiding and deleting."""

from __future__ import annotations

import asyncio
import io
import json
import logging

from bot.house import House
from logs import set_up_logs
from sandbox.client import Person, SandboxClient
from store import Redis
from tests.bot.asking import asks_for_a_person

SECRET = "zanzibar"
FILE = b"OggS zanzibar voice"


async def dump(redis: Redis) -> bytes:
    """Every key and every value in Redis."""
    found = b""
    async for key in redis.scan_iter(count=1000):
        found += key + b" " + (await redis.dump(key) or b"") + b"\n"
    return found


async def lives(amina: Person) -> None:
    """Everything a person can leave behind."""
    await amina.says(f"my {SECRET} question")
    await amina.hears("answer to")
    await asks_for_a_person(amina)
    await amina.sends_voice(FILE)
    await amina.hears("voice messages")
    await amina.says(f"call me at {SECRET}")
    await amina.hears("answer to")


async def test_after_delete_nothing_of_the_person_is_in_redis(amina: Person, running: House, redis: Redis) -> None:
    log = io.StringIO()
    set_up_logs("DEBUG", stream=log)
    await lives(amina)
    pseudonym, chat = running.vault.pseudonym(amina.id).encode(), str(amina.id).encode()
    before = await dump(redis)
    assert pseudonym in before and chat not in before and SECRET.encode() not in before
    await amina.says("/delete")
    question = await amina.hears("Shall I delete everything")
    await amina.presses("delete:yes", question)
    await amina.hears("Everything about you is deleted")
    await asyncio.sleep(0.2)
    after = await dump(redis)
    assert pseudonym not in after and chat not in after and SECRET.encode() not in after
    assert SECRET not in log.getvalue() and str(amina.id) not in log.getvalue() and "Amina" not in log.getvalue()
    logging.getLogger().handlers.clear()


async def test_who_writes_after_delete_begins_anew(amina: Person, running: House) -> None:
    await lives(amina)
    await amina.says("/delete")
    await amina.presses("delete:yes", await amina.hears("Shall I delete everything"))
    await amina.hears("Everything about you is deleted")
    await amina.says("/start")
    await amina.hears("Choose your language")
    person = await running.people.get(running.vault.pseudonym(amina.id))
    assert not person.chosen and person.talk == ()


async def test_saying_no_keeps_everything(amina: Person, running: House) -> None:
    await amina.says("/delete")
    question = await amina.hears("Shall I delete everything")
    await amina.presses("delete:no", question)
    assert (await amina.hears("Good, I delete nothing")).id == question.id
    assert (await running.people.get(running.vault.pseudonym(amina.id))).chosen


async def test_mydata_sends_what_is_held_as_a_file(amina: Person, running: House) -> None:
    await lives(amina)
    await amina.says("/mydata")
    message = await amina.hears("Everything that I keep about you")
    held = json.loads(await amina.opens(message))
    assert held["you"]["language"] == "en"
    words = [line["words"] for line in held["cases"][0]["lines"]]
    assert f"my {SECRET} question" in words and f"call me at {SECRET}" in words
    assert any(line["file"] and line["file"].startswith("voice") for line in held["cases"][0]["lines"])


async def test_hide_clears_the_chat(amina: Person, sandbox: SandboxClient) -> None:
    await amina.says(f"my {SECRET} question")
    await amina.hears("answer to")
    await amina.says("/hide")
    await amina.hears("I have removed what I wrote")
    assert [one.text[:14] for one in await amina.messages()] == ["I have removed"]
