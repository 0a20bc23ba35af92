"""What the log says, and what it must not."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import httpx
import pytest

from logs import set_up_logs
from sandbox.client import Person
from settings import Settings
from tests.bot.asking import agrees


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    stream = io.StringIO()
    before = logging.getLogger().handlers[:]
    set_up_logs("DEBUG", stream=stream)
    yield stream
    logging.getLogger().handlers[:] = before


async def test_a_conversation_leaves_no_word_name_number_or_token_in_the_log(
    amina: Person, bot_settings: Settings, log: io.StringIO
) -> None:
    await amina.says("my zanzibar question")
    await amina.hears("answer to")
    await amina.sends_voice()
    await amina.presses("cancel", await agrees(amina))
    await amina.hears("closed")
    text = log.getvalue()
    lines = [json.loads(line) for line in text.splitlines()]
    assert any(line["event"] == "turn" and line["outcome"] == "answer" for line in lines)
    for secret in ("zanzibar", "Amina", str(amina.id), bot_settings.token, "http://"):
        assert secret not in text


def test_libraries_cannot_quote_words_or_addresses(log: io.StringIO) -> None:
    logging.getLogger("httpx").warning("HTTP Request: POST https://api.telegram.org/bot1:token/sendMessage")
    logging.getLogger("asyncio").error("Task exception was never retrieved\nfuture: <ValueError('my zanzibar question')>")
    logging.getLogger("telegram.ext").error("No error handlers for %s", "zanzibar")
    assert "token" not in log.getvalue() and "zanzibar" not in log.getvalue()
    assert len(log.getvalue().splitlines()) == 3


def test_an_error_is_told_by_kind_and_place_and_not_by_its_message(log: io.StringIO) -> None:
    try:
        dict[str, str]()["my zanzibar question"]
    except KeyError as error:
        logging.getLogger("bot.test").error("failed", exc_info=error, extra={"person": "p1", "words": "zanzibar"})
    line = json.loads(log.getvalue())
    assert line["error"] == "KeyError" and line["where"].startswith("test_logs.py:") and line["person"] == "p1"
    assert "zanzibar" not in log.getvalue()


async def test_httpx_logs_nothing_of_a_request(log: io.StringIO) -> None:
    async with httpx.AsyncClient(transport=httpx.MockTransport(lambda request: httpx.Response(200))) as client:
        await client.get("https://api.telegram.org/bot1:token/getMe")
    assert log.getvalue() == ""


def test_the_same_line_can_be_written_for_the_eye() -> None:
    stream = io.StringIO()
    before = logging.getLogger().handlers[:]
    set_up_logs("INFO", "text", stream)
    logging.getLogger("bot.test").info("turn", extra={"outcome": "answer", "words": "zanzibar"})
    logging.getLogger().handlers[:] = before
    assert stream.getvalue().endswith("info bot.test turn outcome=answer\n")
