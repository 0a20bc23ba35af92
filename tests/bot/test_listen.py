"""What happens to a case is told to its person."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta, timezone

import pytest

from bot.house import House
from bot.people import person_key
from bot.streams import key
from desk.cases import Case, CaseEvent
from sandbox.client import Person, SandboxClient
from tests.bot.asking import asks_for_a_person


async def opened(amina: Person, house: House) -> Case:
    await asks_for_a_person(amina)
    case = await house.cases.open_of(house.vault.pseudonym(amina.id))
    assert case
    return case


async def test_every_change_of_a_case_is_told_in_order(amina: Person, running: House) -> None:
    case = await opened(amina, running)
    assert await running.cases.claim(case.id, "amal", "Amal")
    await running.cases.reply(case.id, "amal", "I read your letter")
    assert await running.cases.hand(case.id, "amal", "bo", "Bo")
    assert await running.cases.release(case.id, "bo")
    assert await running.cases.claim(case.id, "bo", "Bo")
    assert await running.cases.close(case.id, "bo")
    await amina.sees("has closed your case")
    told = [one.text.split(".")[0] for one in (await amina.replies())[3:]]
    assert told == [
        "A caseworker, Amal, is here now and reads what you write",
        "Amal: I read your letter",
        "A caseworker, Bo, is here now and reads what you write",
        "The caseworker had to stop",
        "A caseworker, Bo, is here now and reads what you write",
        "The caseworker has closed your case",
    ]


async def test_what_a_dead_listener_left_is_told_before_what_is_new(amina: Person, running: House) -> None:
    case = await opened(amina, running)
    await running.cases.claim(case.id, "amal", "Amal")
    await amina.sees("is here now")
    # Read by one who dies with it in hand.
    await running.redis.set(key(0, "lease:listen"), "the dead one", px=5000)
    await asyncio.sleep(2.5)
    await running.cases.reply(case.id, "amal", "first")
    assert [event.words for event in await running.cases.read_events()] == ["first"]
    await running.cases.reply(case.id, "amal", "second")
    await amina.sees("Amal: second", within=20)
    assert [one.text for one in await amina.replies()][-2:] == ["Amal: first", "Amal: second"]


async def test_an_event_that_comes_twice_is_told_once(amina: Person, house: House) -> None:
    """Its reader died between telling it and saying so."""
    pseudonym = house.vault.pseudonym(amina.id)
    event = CaseEvent("1-1", "cancelled", "case", pseudonym, language="en")
    listener = house.listener()
    await listener.tell(event)
    await listener.tell(event)
    await amina.sees("Your case is closed")
    assert len([one for one in await amina.replies() if "Your case is closed" in one.text]) == 1


async def test_the_way_back_to_a_person_outlives_the_conversation_while_a_case_is_open(amina: Person, running: House) -> None:
    case = await opened(amina, running)
    assert await running.redis.ttl(person_key(case.person)) > 30 * 24 * 3600


@pytest.mark.parametrize(("minutes", "late"), [(30, False), (90, True)])
async def test_a_person_nobody_answered_in_time_is_told_so(house: House, minutes: int, late: bool) -> None:
    monday_noon = datetime(2026, 11, 23, 11, 0, tzinfo=timezone.utc)
    case = await house.cases.open("p1", "en", "asked")
    waiting = type(case)(**{**vars(case), "waiting_since": monday_noon - timedelta(minutes=minutes)})
    assert house.listener().is_late(waiting, monday_noon) is late
    sunday = datetime(2026, 11, 22, 11, 0, tzinfo=timezone.utc)
    assert not house.listener().is_late(waiting, sunday)


async def test_latin_names_are_isolated_in_arabic(sandbox: SandboxClient, running: House) -> None:
    amir = await sandbox.person("Amir", "ar")
    await amir.says("/language ar")
    await amir.hears()
    await amir.says("/human")
    await amir.hears()
    await amir.presses("send:yes")
    await amir.hears()
    case = await running.cases.open_of(running.vault.pseudonym(amir.id))
    assert case and await running.cases.claim(case.id, "bo", "Bo")
    message = await amir.sees("Bo")
    assert "\u2068Bo\u2069" in message.text
