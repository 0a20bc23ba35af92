"""Files."""

from __future__ import annotations

import pytest

from bot import api
from bot.house import House
from sandbox.client import Person, SandboxClient
from tests.bot.asking import NOTICE, agrees, asks_for_a_person


async def lines(amina: Person, house: House) -> list[tuple[str, str]]:
    case = await house.cases.open_of(house.vault.pseudonym(amina.id))
    assert case
    return [(line.words, line.media.kind) for line in await house.cases.thread(case.id) if line.media]


async def test_a_voice_message_can_be_heard_at_the_desk(amina: Person, running: House) -> None:
    sent = await amina.sends_voice(b"OggS the voice")
    await agrees(amina)
    case = await running.cases.open_of(running.vault.pseudonym(amina.id))
    assert case and case.reason == "media" and sent.kind == "voice"
    [line] = [line for line in await running.cases.thread(case.id) if line.media]
    assert line.media and (await running.cases.media(line.media.id))[1] == b"OggS the voice"


async def test_a_caption_stands_in_the_case_and_a_second_file_joins_it(amina: Person, running: House) -> None:
    await amina.sends_photo("what does this letter say")
    await agrees(amina)
    await amina.sends_document("and this one", name="letter.pdf")
    await amina.hears("is already with our caseworkers")
    assert await lines(amina, running) == [("what does this letter say", "photo"), ("and this one", "document")]


async def test_a_cry_for_help_under_a_photo_is_answered_at_once(amina: Person, running: House) -> None:
    await amina.sends_photo("he beats me, look")
    await amina.hears("112")
    case = await running.cases.open_of(running.vault.pseudonym(amina.id))
    assert case and case.urgent


async def test_a_file_while_a_caseworker_is_there_goes_to_them_in_silence(amina: Person, running: House) -> None:
    await asks_for_a_person(amina)
    case = await running.cases.open_of(running.vault.pseudonym(amina.id))
    assert case and await running.cases.claim(case.id, "amal", "Amal")
    await amina.hears("Amal, is here now")
    await amina.sends_voice()
    await amina.hears_nothing(0.4)
    assert [kind for _, kind in await lines(amina, running)] == ["voice"]


async def test_a_file_that_is_too_large_is_said_to_be(amina: Person, running: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "LARGEST_BYTES", 10)
    await amina.sends_document(content=b"more than ten bytes", name="big.pdf")
    await amina.hears("This file is too large")
    assert await running.cases.open_of(running.vault.pseudonym(amina.id)) is None


async def test_a_file_that_cannot_be_fetched_is_asked_for_again(amina: Person, sandbox: SandboxClient) -> None:
    await sandbox.fails("getFile", "server_error", times=5)
    await amina.sends_voice()
    await agrees(amina)
    await amina.hears("I could not fetch your file")


async def test_before_the_person_agrees_no_file_is_fetched_and_no_case_opened(
    amina: Person, running: House, sandbox: SandboxClient
) -> None:
    await amina.sends_photo("page one")
    await amina.hears(NOTICE)
    await amina.sends_voice()
    await amina.hears(NOTICE)
    assert await sandbox.calls("getFile") == []
    assert (await running.cases.counts())["waiting"] == 0
    assert not [key async for key in running.redis.scan_iter(match="ww:{media*")]
    await agrees(amina)
    assert await lines(amina, running) == [("page one", "photo"), ("", "voice")]


async def test_who_says_no_leaves_no_case_and_no_file(amina: Person, running: House) -> None:
    await amina.sends_voice()
    await amina.presses("send:no", await amina.hears(NOTICE))
    await amina.hears("I pass nothing on")
    assert (await running.cases.counts())["waiting"] == 0
    assert (await running.people.get(running.vault.pseudonym(amina.id))).files == ()
