"""The client of Rasa."""

from __future__ import annotations

import asyncio
import time

import pytest

from bot.people import Person
from bot.understand import FAILURES_TO_OPEN, REST_SECONDS, Breaker, Understanding, Unreachable
from content.reply import Reply
from tests.bot.rasa import StandIn
from tests.conftest import free_port

PERSON = Person("p1", language="nl", chosen=True)


def client(rasa: StandIn, seconds: float = 1.0) -> Understanding:
    return Understanding([f"http://127.0.0.1:{rasa.port}"], seconds)


async def test_bare_and_wrapped_replies_are_both_read(rasa: StandIn) -> None:
    reply = Reply("hello", "nl", "answer")
    rasa.body = [{"recipient_id": "p1", "custom": reply.as_json()}, reply.as_json()]
    assert await client(rasa).replies(PERSON, "hallo", 1) == [reply, reply]


@pytest.mark.parametrize("body", [[], {}, [{}], [{"text": "x"}], [None], ["text"], 7, [Reply(" ", "nl").as_json()]])
async def test_what_is_no_reply_is_a_failure(rasa: StandIn, body: object) -> None:
    rasa.body = body
    with pytest.raises(Unreachable):
        await client(rasa).replies(PERSON, "hallo", 1)


async def test_a_language_is_told_only_when_it_was_chosen(rasa: StandIn) -> None:
    await client(rasa).replies(Person("p1", language="nl"), "hallo", 1)
    assert rasa.heard[0]["metadata"]["language"] is None


async def test_a_slow_rasa_is_given_up_in_time(rasa: StandIn) -> None:
    rasa.seconds = 5
    began = time.monotonic()
    with pytest.raises(Unreachable):
        await client(rasa, seconds=0.5).replies(PERSON, "hallo", 1)
    assert time.monotonic() - began < 0.5


async def test_a_sick_rasa_is_left_alone_and_its_recovery_is_noticed(rasa: StandIn) -> None:
    understanding = client(rasa)
    rasa.status = 503
    for _ in range(FAILURES_TO_OPEN + 2):
        with pytest.raises(Unreachable):
            await understanding.replies(PERSON, "hallo", 1)
    assert len(rasa.heard) == FAILURES_TO_OPEN
    rasa.status = 200
    await asyncio.sleep(REST_SECONDS + 0.05)
    assert await understanding.replies(PERSON, "hallo", 1)
    assert await understanding.replies(PERSON, "hallo", 1)


def test_an_open_breaker_lets_one_through_at_a_time() -> None:
    breaker = Breaker()
    for _ in range(FAILURES_TO_OPEN):
        breaker.failed(100.0)
    assert not breaker.lets_through(100.1)
    assert breaker.lets_through(100.0 + REST_SECONDS)
    assert not breaker.lets_through(100.1 + REST_SECONDS)


async def test_two_rasas_share_the_messages_and_one_stands_in_for_the_other(rasa: StandIn) -> None:
    gone = f"http://127.0.0.1:{free_port()}"
    understanding = Understanding([gone, f"http://127.0.0.1:{rasa.port}"], 1.0)
    for number in range(4):
        assert await understanding.replies(PERSON, "hallo", number)
    assert len(rasa.heard) == 4
    rasa.status = 503
    with pytest.raises(Unreachable):
        await understanding.replies(PERSON, "hallo", 5)


async def test_a_rasa_that_hangs_leaves_time_for_the_other(rasa: StandIn) -> None:
    async with await asyncio.start_server(hang, "127.0.0.1", 0) as silent:
        port = silent.sockets[0].getsockname()[1]
        understanding = Understanding([f"http://127.0.0.1:{port}", f"http://127.0.0.1:{rasa.port}"], 1.0)
        began = time.monotonic()
        assert await understanding.replies(PERSON, "hallo", 1)
        assert time.monotonic() - began < 1.0


async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()
    writer.close()
