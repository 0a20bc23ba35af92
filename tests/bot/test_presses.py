"""What buttons do."""

from __future__ import annotations

import pytest

from bot.house import House
from content.reply import Reply
from sandbox.client import Message, Person, SandboxClient
from tests.bot.asking import agrees, asks_for_a_person
from tests.bot.figures import counts
from tests.bot.rasa import StandIn
from tests.bot.waiting import until


async def shows(amina: Person, rasa: StandIn, house: House, press: str) -> Message:
    """A message of the bot with just this button."""
    call = [[[press, press]]]
    rasa.body = [Reply(f"has {press}", "en").as_json() | {"buttons": call}]
    await amina.says("show me")
    message = await amina.hears(f"has {press}")
    return message


@pytest.mark.parametrize(
    "press",
    ["", "nonsense", "entry", "entry:housing/castle", "region:xx", "status:xx", "topic:magic", "topic:housing:x",
     "language:xx", "delete:maybe", "menu:1:2:3", "services:no/such", "services:housing:²", "topic:housing:²",
     "wrong:x", ":::", "url"],
)  # fmt: skip
async def test_an_unknown_button_brings_the_menu(press: str, sandbox: SandboxClient, amina: Person) -> None:
    chat, sender = {"id": amina.id, "type": "private"}, {"id": amina.id, "is_bot": False, "first_name": "A"}
    query = {"id": "forged", "from": sender, "chat_instance": "1", "data": press, "message": {"message_id": 1, "chat": chat}}
    await sandbox.forges({"callback_query": query})
    menu = await amina.hears("This button is from an older message")
    assert "topic:housing" in [button.data for button in menu.buttons]


async def test_an_answer_asks_for_the_region_and_is_completed_in_its_place(amina: Person, running: House) -> None:
    entry = next(one for one in running.composer.content.entries.values() if one.asks_region and one.text_for("en"))
    await amina.starts(entry.id.replace("/", "-"))
    asking = await amina.hears("Where do you live?")
    await amina.presses(f"region:br:{entry.id}", asking)
    answer = await amina.hears()
    assert answer.id == asking.id and "Where do you live?" not in answer.text
    assert (await running.people.get(running.vault.pseudonym(amina.id))).region == "brussels"


async def test_an_answer_turns_to_what_can_go_wrong_and_back(amina: Person, running: House) -> None:
    entries = running.composer.content.entries.values()
    entry = next(one for one in entries if (text := one.text_for("en")) and text.goes_wrong and not one.asks_region)
    await amina.starts(entry.id.replace("/", "-"))
    answer = await amina.hears()
    await amina.presses(f"wrong:{entry.id}", answer)
    wrong = await amina.hears("if it goes wrong")
    await amina.presses(f"entry:{entry.id}", wrong)
    back = await amina.hears()
    assert answer.id == wrong.id == back.id and back.text == answer.text


async def test_an_answer_stays_when_the_menu_is_pressed_under_it(amina: Person) -> None:
    await amina.starts("housing-lease")
    answer = await amina.hears()
    await amina.presses("menu", answer)
    assert (await amina.hears("What is your question about?")).id != answer.id


async def test_two_misses_bring_a_caseworker_who_knows_the_entry(amina: Person, running: House) -> None:
    entries = running.composer.content.entries.values()
    entry = next(one for one in entries if one.text_for("en") and not one.asks_region and not one.asks_status)
    await amina.starts(entry.id.replace("/", "-"))
    answer = await amina.hears()
    await amina.presses(f"missed:{entry.id}", answer)
    await amina.hears("I am sorry")
    await amina.presses(f"missed:{entry.id}", answer)
    await agrees(amina)
    case = await running.cases.open_of(running.vault.pseudonym(amina.id))
    assert case and case.reason == "missed" and case.entry == entry.id


async def test_a_case_is_cancelled_and_said_to_be(amina: Person, running: House) -> None:
    handoff = await asks_for_a_person(amina)
    await amina.presses("cancel", handoff)
    await amina.hears("Your case is closed")
    await amina.presses("cancel", handoff)
    await amina.hears("You have no open case")
    assert await running.cases.open_of(running.vault.pseudonym(amina.id)) is None


async def test_asking_for_a_person_twice_makes_one_case(amina: Person, running: House) -> None:
    await asks_for_a_person(amina)
    await amina.says("/human")
    await amina.hears("is already with our caseworkers")
    assert (await running.cases.counts())["waiting"] == 1


async def test_an_open_case_follows_what_the_person_chooses_later(amina: Person, running: House) -> None:
    await asks_for_a_person(amina)
    person = running.vault.pseudonym(amina.id)
    for press in ("/language", "language:ti", "/region", "region:br"):
        await (amina.presses(press) if ":" in press else amina.says(press))
        await amina.hears()

    async def known() -> bool:
        case = await running.cases.open_of(person)
        return case is not None and (case.language, case.region) == ("ti", "brussels")

    await until(known)


async def test_a_button_of_an_action_is_pressed_like_any_other(amina: Person, rasa: StandIn, running: House) -> None:
    message = await shows(amina, rasa, running, "helped:housing/lease")
    await amina.presses("helped:housing/lease", message)
    await amina.hears("Good to know")


async def test_what_is_said_of_an_answer_is_counted_by_entry_and_language(amina: Person, rasa: StandIn, running: House) -> None:
    for press in ("helped:housing/lease", "missed:housing/lease", "helped:no/entry"):
        message = await shows(amina, rasa, running, press)
        await amina.presses(press, message)
        await amina.hears()
    counted = await counts(running)
    assert {name: count for name, count in counted.items() if not name.startswith("bot:")} == {
        "helped:housing/lease:en": 1,
        "missed:housing/lease:en": 1,
    }


async def test_who_asks_for_a_person_while_one_is_there_hears_nothing_from_the_bot(amina: Person, running: House) -> None:
    await asks_for_a_person(amina)
    case = await running.cases.open_of(running.vault.pseudonym(amina.id))
    assert case and await running.cases.claim(case.id, "amal", "Amal")
    await amina.sees("is here now")
    await amina.says("/human")
    await amina.hears_nothing()
