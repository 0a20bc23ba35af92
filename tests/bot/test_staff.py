"""The caseworkers' own chat."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from bot import staff as staff_module
from bot.api import start_bot
from bot.house import ROLES, House
from bot.staff import LISTED, staff_chat
from content.compose import Composer
from desk.cases import Piece
from desk.keys import NEWS, NEWS_TURN
from sandbox.client import Message, Person, SandboxClient
from settings import Settings, SettingsError
from tests.bot.waiting import until


@asynccontextmanager
async def at_work(settings: Settings, composer: Composer, chat: str) -> AsyncIterator[House]:
    house = House(replace(settings, staff_chat=chat, desk_port=8123), composer)
    await start_bot(house.bot, 5)
    task = asyncio.create_task(house.run(ROLES))
    try:
        yield house
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await house.close()


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """News follow one another at once."""
    monkeypatch.setattr(staff_module, "EVERY_SECONDS", 0.05)


async def heard(person: Person, chat: int, text: str) -> Message:
    return await person.sees(text, chat=chat)


@pytest.mark.usefixtures("soon")
async def test_a_new_an_urgent_and_a_late_case_are_told_without_a_word_of_the_person(
    bot_settings: Settings, composer: Composer, sandbox: SandboxClient, redis: object
) -> None:
    amal = await sandbox.person("Amal", "en")
    chat = await sandbox.group("Our team", [amal])
    async with at_work(bot_settings, composer, str(chat)) as house:
        amina = await sandbox.person("Amina Secretname", "ar")
        await amina.says("/human")
        await amina.hears()
        await amina.presses("send:yes")
        case = await until_open(house, amina)
        link = f"http://127.0.0.1:8123/cases/{case.id}"
        opened = await heard(amal, chat, "waits for a caseworker")
        assert opened.text == f"{case.alias} waits for a caseworker. Language: Arabic. {link}"
        await house.cases.open(case.person, "ar", "crisis", urgent=True, crisis="crisis/suicide")
        urgent = await heard(amal, chat, "Urgent")
        assert composer.content.crises["crisis/suicide"].texts["en"].title in urgent.text
        await house.cases.open(case.person, "ar", "crisis", urgent=True, crisis="crisis/suicide")
        assert await house.cases.tell_late(case)
        await heard(amal, chat, "longer than we promised")
        replies = [one for one in await amal.replies(chat) if case.alias in one.text]
        assert len(replies) == 3 and all("Secretname" not in one.text and case.person not in one.text for one in replies)


async def until_open(house: House, person: Person):
    pseudonym = house.vault.pseudonym(person.id)

    async def case_open() -> bool:
        return await house.cases.open_of(pseudonym) is not None

    await until(case_open)
    case = await house.cases.open_of(pseudonym)
    assert case
    return case


async def test_the_chat_is_written_to_in_its_language(
    bot_settings: Settings, composer: Composer, sandbox: SandboxClient, redis: object
) -> None:
    amal = await sandbox.person("Amal", "nl")
    chat = await sandbox.group("Ons team", [amal])
    async with at_work(bot_settings, composer, f"{chat}:nl") as house:
        await amal.says("/start", chat=chat)
        case = await house.cases.open("p1", "ti", "asked")
        assert f"{case.alias} wacht op een hulpverlener. Taal: Tigrinya." in (await heard(amal, chat, case.alias)).text
        assert len(await amal.replies(chat)) == 1


async def test_a_case_that_was_claimed_meanwhile_is_not_told(bot_settings: Settings, composer: Composer, redis: object) -> None:
    house = House(replace(bot_settings, staff_chat="-5"), composer)
    claimed, waiting = [await house.cases.open(f"p{turn}", "ti", "asked") for turn in (1, 2)]
    await house.cases.claim(claimed.id, "amal")
    staff = house.staff()
    assert staff
    for case in (claimed, waiting, claimed, waiting):
        told = await staff.tell([Piece("1-1" if case == waiting else "1-2", "opened", case.id)])
        assert told == (case == waiting)
    assert (await house.streams.waiting())["outbox"] == 1
    await house.close()


async def test_a_hundred_cases_at_once_are_two_messages_the_urgent_ones_first(
    bot_settings: Settings, composer: Composer, sandbox: SandboxClient, redis: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staff_module, "EVERY_SECONDS", 3.0)
    amal = await sandbox.person("Amal", "en")
    chat = await sandbox.group("Our team", [amal])
    async with at_work(bot_settings, composer, str(chat)) as house:
        first = await house.cases.open("p0", "ti", "asked")
        await heard(amal, chat, first.alias)
        opened = [await house.cases.open(f"p{turn}", "ar", "asked", urgent=turn == 77) for turn in range(1, 100)]
        digest = await heard(amal, chat, "Cases waiting: 100, urgent: 1. http://127.0.0.1:8123/\n")
        head, *lines = digest.text.splitlines()
        assert len(lines) == LISTED and lines[0].startswith(f"Urgent: {opened[76].alias}")
        await asyncio.sleep(3.5)
        assert len(await amal.replies(chat)) == 2


async def test_one_of_several_bots_tells_and_nothing_told_costs_no_turn(
    bot_settings: Settings, composer: Composer, redis: object
) -> None:
    houses = [House(replace(bot_settings, staff_chat="-5"), composer) for _ in range(2)]
    assert [await house.cases.news.turn(9) for house in houses] == [True, False]
    case = await houses[0].cases.open("p1", "ti", "asked")
    await houses[0].cases.claim(case.id, "amal")
    staff = houses[0].staff()
    assert staff
    for _ in range(2):  # the first look makes the group of readers
        await staff.look()
    assert await houses[1].cases.news.turn(9)
    for house in houses:
        await house.close()


async def test_what_is_urgent_waits_for_no_long_turn(house: House) -> None:
    case = await house.cases.open("p1", "ti", "asked")
    assert await house.cases.news.turn(60)
    await house.cases.open("p2", "ar", "asked")
    assert await house.redis.pttl(NEWS_TURN) > 50_000
    await house.cases.open("p1", "ti", "crisis", urgent=True, crisis="crisis/suicide")
    assert 0 < await house.redis.pttl(NEWS_TURN) <= 4000
    assert (await house.cases.get(case.id)).urgent


async def test_news_nobody_reads_stay_few_and_expire(house: House) -> None:
    for turn in range(3):
        await house.cases.open(f"p{turn}", "ti", "asked")
    assert await house.redis.xlen(NEWS) == 3 and await house.redis.ttl(NEWS) > 0
    assert house.staff() is None


@pytest.mark.parametrize(("given", "read"), [("", None), ("-1001", (-1001, "en")), ("7:fr", (7, "fr"))])
def test_the_chat_is_a_number_and_perhaps_a_language(given: str, read: object) -> None:
    assert staff_chat(Settings(staff_chat=given)) == read


@pytest.mark.parametrize("given", ["@ourteam", "-1001:xx", "x"])
def test_another_chat_is_refused_with_what_to_write(given: str) -> None:
    with pytest.raises(SettingsError, match="-1001234567:nl"):
        staff_chat(Settings(staff_chat=given))
