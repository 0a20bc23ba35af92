"""What people send, and what they get, over the sandbox."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from redis.exceptions import ConnectionError

from bot.house import House
from bot.streams import Streams
from content.reply import Reply
from sandbox.client import Person, SandboxClient
from tests.bot.asking import NOTICE, agrees, asks_for_a_person
from tests.bot.figures import counts
from tests.bot.rasa import StandIn
from tests.bot.waiting import nothing_waits, until

Act = Callable[[Person], Awaitable[object]]

SENT: dict[str, tuple[Act, str]] = {
    "text": (lambda one: one.says("my landlord keeps the deposit"), "answer to: my landlord"),
    "long text": (lambda one: one.says("rent " * 819), "answer to: rent"),
    "emoji only": (lambda one: one.says("👍🏽🙏"), "message.empty"),
    "zero width": (lambda one: one.says("\u200b\u200d\ufeff?"), "message.empty"),
    "sticker": (lambda one: one.sends_sticker(), "media.sticker"),
    "contact": (lambda one: one.sends_contact(), "media.contact"),
    "forwarded": (lambda one: one.forwards("is this true"), "answer to: is this true"),
    "location": (lambda one: one.sends_location(50.8467, 4.3525), "region.brussels"),
    "location abroad": (lambda one: one.sends_location(48.85, 2.35), "region.not_found"),
    "voice": (lambda one: one.sends_voice(), "media.for_a_person"),
    "photo": (lambda one: one.sends_photo("a letter"), "media.for_a_person"),
    "document": (lambda one: one.sends_document(name="letter.txt"), "media.for_a_person"),
    "unknown command": (lambda one: one.says("/nonsense"), "dialogue.help"),
    "menu": (lambda one: one.says("/menu"), "menu.ask"),
    "language": (lambda one: one.says("/language"), "language.ask"),
    "region": (lambda one: one.says("/region"), "answer.ask_region"),
    "privacy": (lambda one: one.says("/privacy"), "I am a computer program"),
    "help": (lambda one: one.says("/help"), "dialogue.help"),
    "delete": (lambda one: one.says("/delete"), "delete.ask"),
    "human": (lambda one: one.says("/human"), "May a caseworker"),
    "deep link": (lambda one: one.starts("housing-lease"), "The rental contract"),
    "deep link to nothing": (lambda one: one.starts("housing-castle"), "dialogue.greet"),
    "mydata": (lambda one: one.says("/mydata"), "mydata.file"),
}


@pytest.mark.parametrize("sent", SENT)
async def test_whatever_is_sent_gets_a_sensible_reply(sent: str, amina: Person, running: House) -> None:
    act, expected = SENT[sent]
    await act(amina)
    phrases = running.composer.phrases.catalogs["en"]
    await amina.hears(phrases.get(expected, expected))


async def test_a_poll_is_answered_kindly(sandbox: SandboxClient, amina: Person, running: House) -> None:
    chat = {"id": amina.id, "type": "private"}
    await sandbox.forges({"message": {"message_id": 99, "date": 1, "chat": chat, "from": {"id": amina.id}, "poll": {}}})
    await amina.sees(running.composer.phrases.catalogs["en"]["media.unknown"])


async def test_an_edited_text_is_understood_anew(amina: Person) -> None:
    message = await amina.says("wich papers")
    await amina.hears("answer to: wich papers")
    await amina.edits(message, "which papers")
    await amina.hears("answer to: which papers")


async def test_a_group_is_told_to_write_in_private(sandbox: SandboxClient, amina: Person, running: House) -> None:
    group = await sandbox.group("Neighbours", [amina])
    await amina.says("/start", chat=group)
    reply = await amina.sees("private chat", chat=group)
    assert running.bot.link in reply.text


async def test_the_language_that_is_understood_is_used_and_offered_once(sandbox: SandboxClient, running: House) -> None:
    person = await sandbox.person("Nouri", "pt")
    await person.says("je cherche un logement")
    await person.hears("answer to")
    offer = await person.hears("Français")
    assert [button.data for button in offer.buttons] == ["language:fr", "languages"]
    await person.says("encore")
    await person.hears("answer to: encore")
    assert len([one for one in await person.replies() if "Français" in one.text]) == 1


async def test_rasa_hears_what_is_known_of_the_person(amina: Person, rasa: StandIn, running: House) -> None:
    await amina.says("/region")
    await amina.hears()
    await amina.presses("region:br")
    await amina.hears()
    await amina.says("my deposit")
    await amina.hears("answer to")
    heard = rasa.heard[-1]
    assert heard["sender"] == running.vault.pseudonym(amina.id)
    assert heard["metadata"]["language"] == "en" and heard["metadata"]["region"] == "brussels"


async def test_rasa_down_costs_nobody_an_answer(amina: Person, rasa: StandIn) -> None:
    rasa.status = 503
    await amina.says("my deposit")
    menu = await amina.hears("I cannot look up the answer")
    assert "human" in [button.data for button in menu.buttons]
    rasa.status = 200
    await amina.says("my deposit again")
    await amina.hears("answer to: my deposit again")


async def test_an_empty_list_of_rasa_is_a_failure(amina: Person, rasa: StandIn) -> None:
    rasa.body = []
    await amina.says("my deposit")
    await amina.hears("I cannot look up the answer")


async def test_a_cry_for_help_is_heard_while_rasa_is_down(amina: Person, rasa: StandIn, running: House) -> None:
    rasa.status = 500
    await amina.says("I want to die")
    await amina.hears("112")
    case = await running.cases.open_of(running.vault.pseudonym(amina.id))
    assert case and case.urgent and case.crisis == "crisis/suicide"


async def test_a_slow_rasa_shows_typing_and_is_given_up_within_three_seconds(
    amina: Person, rasa: StandIn, sandbox: SandboxClient
) -> None:
    rasa.seconds = 10
    await amina.says("my deposit")
    await amina.hears("I cannot look up the answer", within=3.2)
    assert await sandbox.calls("sendChatAction")


async def test_what_was_said_before_the_case_stands_in_it_once_and_in_order(amina: Person, running: House) -> None:
    await amina.says("first question")
    await amina.hears("answer to: first question")
    await asks_for_a_person(amina)
    await amina.says("one thing more")
    await amina.hears("answer to: one thing more")
    case = await running.cases.open_of(running.vault.pseudonym(amina.id))
    assert case
    lines = [(line.author, line.words[:25]) for line in await running.cases.thread(case.id)]
    assert lines[:2] == [("person", "first question"), ("bot", "answer to: first question")]
    assert lines[-2:] == [("person", "one thing more"), ("bot", "answer to: one thing more")]


async def test_while_a_caseworker_holds_the_case_rasa_hears_nothing_and_the_bot_is_silent(
    amina: Person, rasa: StandIn, running: House
) -> None:
    await asks_for_a_person(amina)
    case = await running.cases.open_of(running.vault.pseudonym(amina.id))
    assert case and await running.cases.claim(case.id, "amal", "Amal")
    await amina.hears("Amal, is here now")
    await amina.says("only for Amal")
    await amina.hears_nothing(0.4)
    assert not [one for one in rasa.heard if one["message"] == "only for Amal"]
    assert (await running.cases.thread(case.id))[-1].words == "only for Amal"
    await running.cases.reply(case.id, "amal", "Come on Monday")
    await amina.hears("Amal: Come on Monday")
    await running.cases.close(case.id, "amal")
    await amina.hears("has closed your case")
    await amina.says("and now")
    await amina.hears("answer to: and now")


@pytest.mark.parametrize("act", [lambda one: one.says("only for Amal"), lambda one: one.sends_voice()], ids=["words", "voice"])
async def test_what_a_caseworker_has_seen_is_not_new_when_the_case_is_closed_before_it_is_finished(
    act: Act, amina: Person, rasa: StandIn, running: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await asks_for_a_person(amina)
    case = await running.cases.open_of(running.vault.pseudonym(amina.id))
    assert case and await running.cases.claim(case.id, "amal", "Amal")
    await amina.hears("Amal, is here now")
    finish = Streams.finish
    failed: list[bool] = []

    async def fails_once(self: Streams, *arguments: Any, **options: Any) -> str:
        if not failed:
            await running.cases.close(case.id, "amal")
            failed.append(True)
            raise ConnectionError("cut")
        return await finish(self, *arguments, **options)

    monkeypatch.setattr(Streams, "finish", fails_once)
    await act(amina)
    closed = await amina.hears("has closed your case")
    await until(lambda: nothing_waits(running))
    assert (await amina.replies())[-1].id == closed.id
    assert failed and not [one for one in rasa.heard if one["message"] == "only for Amal"]
    assert await running.cases.open_of(running.vault.pseudonym(amina.id)) is None
    await amina.says("and now")
    await amina.hears("answer to: and now")


async def test_a_case_that_a_dying_worker_opened_gets_its_talk_although_it_is_held(amina: Person, running: House) -> None:
    await amina.says("first question")
    await amina.hears("answer to: first question")
    await amina.says("/human")
    pseudonym = running.vault.pseudonym(amina.id)
    notice = await amina.hears(NOTICE)
    case = await running.cases.open(pseudonym, "en", "asked")
    assert await running.cases.claim(case.id, "amal", "Amal")
    await amina.hears("Amal, is here now")
    await amina.presses("send:yes", notice)
    await amina.hears_nothing(0.5)
    assert "first question" in [line.words for line in await running.cases.thread(case.id)]


async def test_a_claim_while_rasa_thinks_silences_the_bot(amina: Person, rasa: StandIn, running: House) -> None:
    await asks_for_a_person(amina)
    case = await running.cases.open_of(running.vault.pseudonym(amina.id))
    rasa.seconds = 0.5
    await amina.says("too late for the bot")
    await asyncio.sleep(0.2)
    assert case and await running.cases.claim(case.id, "amal", "Amal")
    await amina.hears("Amal, is here now")
    await asyncio.sleep(0.6)
    assert not [one for one in await amina.replies() if "too late for the bot" in one.text]
    assert "too late for the bot" in [line.words for line in await running.cases.thread(case.id)]


async def test_a_second_miss_in_a_row_brings_a_caseworker(amina: Person, rasa: StandIn, running: House) -> None:
    rasa.say = lambda message: [
        Reply("not understood", "en", "fallback", (), {"misses": str(message["metadata"]["misses"] + 1)})
    ]
    await amina.says("blue")
    await amina.hears("not understood")
    await amina.says("green")
    await agrees(amina)
    case = await running.cases.open_of(running.vault.pseudonym(amina.id))
    assert case and case.reason == "missed"


async def test_a_wish_told_to_rasa_joins_the_case_that_is_open(amina: Person, rasa: StandIn, running: House) -> None:
    await amina.says("first question")
    await amina.hears("answer to: first question")
    pseudonym = running.vault.pseudonym(amina.id)
    await running.cases.open(pseudonym, "en", "asked")
    rasa.say = lambda message: [Reply("a caseworker comes", "en", "handoff")]
    await amina.says("a person please")
    await amina.hears("is already with our caseworkers")
    await asyncio.sleep(0.1)
    case = await running.cases.open_of(pseudonym)
    assert case
    assert [line.words for line in await running.cases.thread(case.id)].count("a person please") == 1


async def test_two_starts_at_once_are_both_answered_and_make_one_person(sandbox: SandboxClient, running: House) -> None:
    person = await sandbox.person("Twice", "nl")
    await asyncio.gather(person.starts(), person.starts())
    await sandbox.settles()
    await asyncio.sleep(0.3)
    assert len(await person.replies()) == 2
    keys = [key async for key in running.redis.scan_iter(match="ww:{person:*")]
    assert len([key for key in keys if key.endswith(b"}")]) == 1


async def test_a_blocked_bot_marks_the_person_and_unblocking_heals_it(amina: Person, running: House) -> None:
    await asks_for_a_person(amina)
    await amina.blocks()
    pseudonym = running.vault.pseudonym(amina.id)
    await until(lambda: is_unreachable(running, pseudonym))
    await amina.unblocks()
    await until(lambda: is_reachable(running, pseudonym))


async def is_unreachable(house: House, pseudonym: str) -> bool:
    case = await house.cases.open_of(pseudonym)
    return bool(case and case.unreachable)


async def is_reachable(house: House, pseudonym: str) -> bool:
    return not await is_unreachable(house, pseudonym)


async def test_each_turn_is_counted_by_how_it_ended(amina: Person, rasa: StandIn, running: House) -> None:
    for outcome in ("answer", "clarify", "dialogue", "fallback"):
        rasa.body = [Reply(f"{outcome} it is", "en", outcome, remember={"misses": "1"}).as_json()]
        await amina.says("a question")
        await amina.hears(f"{outcome} it is")
    await amina.presses("topic:housing")
    rasa.body = [Reply("danger it is", "en", "crisis", remember={"misses": "0"}).as_json()]
    await amina.says("a cry")
    await amina.hears("danger it is")
    counted = await counts(running)
    assert {name: count for name, count in counted.items() if name.partition(":")[0] in ("bot", "fallback")} == {
        "bot:answer": 1, "bot:clarify": 1, "bot:dialogue": 1, "bot:fallback": 1, "bot:crisis": 1, "fallback:en": 1,
    }  # fmt: skip


async def test_the_notice_comes_before_anything_is_stored_for_a_case_and_only_once(amina: Person, running: House) -> None:
    await amina.says("/human")
    notice = await amina.hears(NOTICE)
    assert "30 days" in notice.text and running.composer.house.name in notice.text
    assert await running.cases.open_of(running.vault.pseudonym(amina.id)) is None
    await amina.presses("send:yes", notice)
    await amina.presses("cancel", await amina.hears("Your case is called"))
    await amina.hears("Your case is closed")
    await amina.says("/human")
    await amina.hears("Your case is called")


@pytest.mark.parametrize(("understood", "opened"), [("affirm", True), ("deny", False)])
async def test_the_notice_can_be_answered_in_words(
    amina: Person, rasa: StandIn, running: House, understood: str, opened: bool
) -> None:
    rasa.say = lambda message: [Reply("good", "en", "dialogue", about={"id": understood})]
    await amina.says("/human")
    await amina.hears(NOTICE)
    await amina.says("as you say")
    await amina.hears("Your case is called" if opened else "I pass nothing on")
    await amina.says("as you say")
    await amina.hears("good")


async def test_danger_opens_the_case_at_once_and_the_notice_comes_with_it(amina: Person, rasa: StandIn, running: House) -> None:
    rasa.say = lambda message: [Reply("call 112", "en", "crisis")]
    await amina.says("he beats me")
    reply = await amina.hears("call 112")
    assert "The caseworkers read what you write here from now on" in reply.text
    case = await running.cases.open_of(running.vault.pseudonym(amina.id))
    assert case and case.urgent


async def test_a_wish_told_to_rasa_is_asked_about_with_its_entry(amina: Person, rasa: StandIn, running: House) -> None:
    rasa.say = lambda message: [Reply("may I", "en", "handoff", remember={"asked": "1", "wish": "missed:housing/lease"})]
    await amina.says("a person please")
    await agrees(amina)
    case = await running.cases.open_of(running.vault.pseudonym(amina.id))
    assert case and (case.reason, case.entry) == ("missed", "housing/lease")


async def test_a_second_miss_counts_as_unanswered_and_as_passed_on_when_the_person_agrees(
    amina: Person, rasa: StandIn, running: House
) -> None:
    rasa.body = [Reply("I do not know", "en", "fallback", remember={"misses": "2"}).as_json()]
    await amina.says("a question that nobody wrote an entry for")
    await agrees(amina)
    counted = await counts(running)
    assert (counted["bot:fallback"], counted["bot:handoff"], counted["fallback:en"]) == (1, 1, 1)
