"""A conversation is counted and timed, and nobody is recognised by it."""

from __future__ import annotations

import re
from contextlib import suppress

import httpx
from prometheus_client import generate_latest
from starlette.applications import Starlette

from bot.house import House
from bot.people import Person as Known
from bot.understand import Unreachable
from health import health_routes
from sandbox.client import Person
from tests.bot.rasa import StandIn

LABELS = {"action", "generation", "implementation", "kind", "language", "le", "major", "minor", "outcome", "patchlevel"}
LABELS |= {"reason", "result", "state", "status", "stream", "version"}


async def page(house: House) -> str:
    app = Starlette(routes=health_routes(house.redis, house.look))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://bot") as client:
        return (await client.get("/metrics")).text


async def test_a_conversation_is_counted_without_words_ids_or_pseudonyms(amina: Person, running: House) -> None:
    await amina.says("my zanzibar question")
    await amina.hears("answer to")
    text = await page(running)
    assert re.search(r'wegwijs_turns_total\{kind="text",language="en",outcome="answer"\} [1-9]', text)
    assert re.search(r'wegwijs_sent_total\{kind="text",result="taken"\} [1-9]', text)
    for name in ("turn", "inbox", "outbox", "send", "rasa"):
        assert re.search(rf"wegwijs_{name}_seconds_count(\{{[^}}]*\}})? [1-9]", text), name
    for stream in ("inbox", "outbox", "set-aside"):
        assert f'wegwijs_queue_length{{stream="{stream}"}}' in text
    for secret in ("zanzibar", "Amina", str(amina.id), running.vault.pseudonym(amina.id)):
        assert secret not in text
    assert set(re.findall(r'[{,](\w+)="', text)) <= LABELS


async def test_an_open_circuit_breaker_is_seen_and_so_is_its_closing(house: House, rasa: StandIn) -> None:
    rasa.status = 500
    for _ in range(4):
        with suppress(Unreachable):
            await house.understanding.replies(Known("p1"), "words", 1)
    assert b"wegwijs_breaker_open 1.0" in generate_latest()
    rasa.status = 200
    house.understanding.servers[0].breaker.rests_until = 0.0
    await house.understanding.replies(Known("p1"), "words", 1)
    assert b"wegwijs_breaker_open 0.0" in generate_latest()
