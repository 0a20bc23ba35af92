"""The desk at work: two caseworkers in browsers and people on their phones, all processes for real."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from os import environ

import pytest
import pytest_asyncio
from playwright.async_api import Page, async_playwright, expect

from content.compose import Asker, Composer
from content.open import open_composer
from content.phrases import BRUSSELS, say_clock, say_weekday
from desk.cases import Case, Cases
from desk.drafts import Drafts
from desk.keys import HELD, case_key
from sandbox.client import Person, SandboxClient
from settings import Settings
from store import connect
from tests.desk.browsers import PASSWORD, Caseworker, caseworker, launch
from tests.journeys.conftest import Running
from tests.journeys.test_journeys import newcomer
from vault import open_vault

PATIENT = 20.0
PATIENT_MS = 20_000
TAKE, REPLY, SEND = "Take this case", "Reply to the person", "Send to the person"


@dataclass(frozen=True)
class Office:
    """Two caseworkers at the desk, and a look into the register of cases."""

    amal: Caseworker
    bart: Caseworker
    cases: Cases

    async def case_of(self, person: Person) -> Case:
        pseudonym = self.cases.vault.pseudonym(person.id)
        for _ in range(int(PATIENT * 10)):
            if case := await self.cases.open_of(pseudonym):
                return case
            await asyncio.sleep(0.1)
        raise AssertionError(f"no case of {person.name}")


@pytest.fixture(scope="module")
def composer() -> Composer:
    return open_composer(Settings(opening_hours="Mon-Sun 00:00-23:59"))


@pytest.fixture(scope="module")
def accounts(wegwijs: Running) -> None:
    """As an operator makes them."""
    for name, options in (("amal", ["--role", "caseworker", "--role", "editor", "--language", "ar"]), ("bart", [])):
        subprocess.run(
            [sys.executable, "-m", "wegwijs", "desk", "add-user", name, *options, "--password-stdin"],
            input=f"{PASSWORD}\n",
            env={**environ, **wegwijs.settings.environment()},
            check=True,
            text=True,
            timeout=60,
        )


@pytest_asyncio.fixture
async def office(wegwijs: Running, accounts: None) -> AsyncIterator[Office]:
    redis = connect(wegwijs.settings)
    async with async_playwright() as playwright:
        browser = await launch(playwright)
        amal, bart = [await caseworker(browser, wegwijs.desk, name) for name in ("amal", "bart")]
        for one in (amal, bart):
            one.page.set_default_timeout(PATIENT_MS)
        yield Office(amal, bart, Cases(redis, open_vault(wegwijs.settings)))
        await browser.close()
    await redis.close(close_connection_pool=True)


async def asks_for_a_person(person: Person, office: Office) -> Case:
    await person.says("/human")
    await person.hears(within=PATIENT)
    await person.presses("send:yes")
    case = await office.case_of(person)
    await person.hears(case.alias, within=PATIENT)
    return case


async def sees(page: Page, words: str) -> None:
    await expect(page.get_by_text(words).first).to_be_visible(timeout=PATIENT_MS)


async def take(one: Caseworker, case: Case) -> None:
    await one.open(f"/cases/{case.id}")
    await one.page.get_by_role("button", name=TAKE).click()
    await expect(one.page.get_by_label(REPLY)).to_be_visible(timeout=PATIENT_MS)


async def write(one: Caseworker, words: str) -> None:
    await one.page.get_by_label(REPLY).fill(words)
    await one.page.get_by_role("button", name=SEND).click()
    await expect(one.page.locator(".line.caseworker").get_by_text(words)).to_have_count(1, timeout=PATIENT_MS)


async def test_two_caseworkers_serve_three_people_at_once(sandbox: SandboxClient, office: Office, composer: Composer) -> None:
    amina, tesfay, olena = await asyncio.gather(
        newcomer(sandbox, "Amina", "ar"), newcomer(sandbox, "Tesfay", "ti"), newcomer(sandbox, "Olena", "uk")
    )
    arabic, tigrinya, ukrainian = await asyncio.gather(*(asks_for_a_person(one, office) for one in (amina, tesfay, olena)))
    for case in (arabic, tigrinya, ukrainian):
        await expect(office.amal.page.get_by_role("link", name=case.alias)).to_be_visible(timeout=PATIENT_MS)

    first, second = await both_claim(office, arabic)
    await amina.hears(composer.say(Asker("ar"), "case.claimed", caseworker=first), within=PATIENT)
    holder, other = (office.amal, office.bart) if first == "Amal" else (office.bart, office.amal)
    await hand_over(holder, other, second, arabic)
    await amina.hears(composer.say(Asker("ar"), "case.claimed", caseworker=second), within=PATIENT)

    await asyncio.gather(
        voice_and_close(other, amina, arabic, office, composer),
        answer_from_the_faq_then_lose_the_lease(holder, (tesfay, tigrinya), (olena, ukrainian), office, composer),
    )
    assert office.amal.errors == office.bart.errors == []


async def both_claim(office: Office, case: Case) -> tuple[str, str]:
    """Both press at once, with pages that do not know of each other; the names of the faster and the slower."""
    both = (office.amal, office.bart)
    for one in both:
        await one.page.route("**/changes", lambda route: route.abort())
        await one.open(f"/cases/{case.id}")
    await asyncio.gather(*(one.page.get_by_role("button", name=TAKE).click() for one in both))
    for one in both:
        await expect(one.page.locator(".banner[role=status]").first).to_have_text(
            re.compile("You hold this case now|A colleague was faster"), timeout=PATIENT_MS
        )
    held = await office.cases.get(case.id)
    won = [await one.page.get_by_text("You hold this case now").count() for one in both]
    assert sorted(won) == [0, 1] and held.caseworker == ("amal" if won[0] else "bart")
    for one in both:
        await one.page.unroute("**/changes")
        await one.open("/")
    return ("Amal", "Bart") if won[0] else ("Bart", "Amal")


async def hand_over(holder: Caseworker, other: Caseworker, to: str, case: Case) -> None:
    await holder.open(f"/cases/{case.id}")
    await holder.page.locator("summary", has_text="Hand to a colleague").click()
    await holder.page.locator("select[name=colleague]").select_option(to.lower())
    await holder.page.get_by_label("Note for the colleague").fill("reads slowly, prefers voice")
    await holder.page.get_by_role("button", name="Hand it over").click()
    await other.page.get_by_role("region", name="Mine").get_by_role("link", name=case.alias).click()
    await sees(other.page, "reads slowly, prefers voice")


async def voice_and_close(one: Caseworker, amina: Person, case: Case, office: Office, composer: Composer) -> None:
    """A voice note, a photo and a letter reach the desk; the case ends with a draft for the editors."""
    await amina.sends_photo("صورة الرسالة")
    await expect(one.page.locator("img.photo")).to_have_count(1, timeout=PATIENT_MS)
    await expect(one.page.locator("img.photo")).not_to_have_js_property("naturalWidth", 0, timeout=PATIENT_MS)
    await amina.sends_document(name="رسالة.pdf", content=b"%PDF-1.4", mime_type="application/pdf")
    await one.page.get_by_text("رسالة.pdf").first.click()
    async with one.page.expect_download() as download:
        await one.page.get_by_role("link", name="Download").click()
    assert (await download.value).suggested_filename == "رسالة.pdf"
    await amina.sends_voice()
    voice = one.page.locator("audio")
    await expect(voice).to_have_count(1, timeout=PATIENT_MS)
    fetched = await one.page.request.get(await voice.evaluate("one => one.currentSrc || one.src || one.children[0].src"))
    assert fetched.ok and fetched.headers["content-type"].startswith("audio/")
    await amina.hears_nothing(during=1.0)
    await write(one, "أهلا، سمعت رسالتك (CPAS).")
    await amina.hears("أهلا، سمعت رسالتك", within=PATIENT)
    await one.page.locator("summary", has_text="Close the case").click()
    await one.page.get_by_label("Outcome").fill("explained")
    await one.page.locator("summary", has_text="There was no entry").click()
    question = f"Who may read the meter? {case.alias}"
    await one.page.get_by_label("The question, for the editors").fill(question)
    await one.page.get_by_label("Your answer in short").fill("The landlord, when announced.")
    await one.page.get_by_role("button", name="Close now").click()
    await amina.hears(composer.say(Asker("ar"), "case.closed"), within=PATIENT)
    drafts = await Drafts(office.cases.redis, office.cases.vault).all()
    assert question in [draft.question for draft in drafts]


async def answer_from_the_faq_then_lose_the_lease(
    one: Caseworker, first: tuple[Person, Case], second: tuple[Person, Case], office: Office, composer: Composer
) -> None:
    tesfay, tigrinya = first
    olena, ukrainian = second
    await take(one, tigrinya)
    await one.page.locator("summary", has_text="Insert an answer").click()
    await one.page.get_by_label("Search in your language").fill("rental contract")
    await one.page.get_by_role("button", name="Search").click()
    await one.page.get_by_role("link", name="The rental contract: rules and ending").click()
    await one.page.get_by_role("button", name="Send in Tigrinya").click()
    answer = composer.content.entries["housing/lease"].texts["ti"].answer.splitlines()[0]
    await tesfay.hears(answer, within=PATIENT)

    await take(one, ukrainian)
    await one.page.get_by_label(REPLY).fill("Добрий день, я читаю ваш лист")
    await run_out(office.cases, ukrainian)
    await sees(one.page, "Your draft is kept")
    await expect(one.page.locator(".kept .words")).to_have_text("Добрий день, я читаю ваш лист")
    await olena.hears(composer.say(Asker("uk"), "case.released"), within=PATIENT)
    await one.page.get_by_role("button", name=TAKE).click()
    await expect(one.page.get_by_label(REPLY)).to_have_value("Добрий день, я читаю ваш лист", timeout=PATIENT_MS)
    await one.page.get_by_role("button", name=SEND).click()
    await olena.hears("Добрий день, я читаю ваш лист", within=PATIENT)
    await olena.presses("cancel")
    await olena.hears(composer.say(Asker("uk"), "case.cancelled"), within=PATIENT)
    await sees(one.page, "the person needed nobody any more")
    await expect(one.page.get_by_label(REPLY)).to_have_count(0)


async def run_out(cases: Cases, case: Case) -> None:
    """The lease ends now, as if ten minutes had passed."""
    await cases.redis.hset(case_key(case.id), "lease_until", "1")
    await cases.redis.zadd(HELD, {case.id: 1})


async def test_a_phrase_with_a_date_reaches_a_person_in_persian(sandbox: SandboxClient, office: Office) -> None:
    nazanin = await newcomer(sandbox, "Nazanin", "fa")
    case = await asks_for_a_person(nazanin, office)
    amal = office.amal
    await take(amal, case)
    await amal.page.locator("summary", has_text="Insert an answer").click()
    await amal.page.get_by_text("Appointments", exact=True).click()
    await amal.page.get_by_role("link", name="I can see you on").click()
    await amal.page.get_by_label("Day").fill("2026-11-23")
    await amal.page.get_by_label("Time").fill("14:05")
    await amal.page.get_by_label("Place", exact=True).fill("CPAS, Rue du Charroi 33")
    day = datetime(2026, 11, 23, 14, 5, tzinfo=BRUSSELS)
    await sees(amal.page, say_weekday("fa", day))
    await amal.page.get_by_role("button", name="Send in Persian").click()
    heard = await nazanin.hears(say_weekday("fa", day), within=PATIENT)
    assert say_clock("fa", day) in heard.text and "\u2068CPAS, Rue du Charroi 33\u2069" in heard.text
    assert amal.errors == []


async def test_nothing_typed_is_lost_when_line_and_desk_go_away_and_come_back(
    sandbox: SandboxClient, office: Office, wegwijs: Running
) -> None:
    olena = await newcomer(sandbox, "Olena", "uk")
    case = await asks_for_a_person(olena, office)
    amal = office.amal
    await take(amal, case)
    reply = amal.page.get_by_label(REPLY)
    await reply.fill("written in the tram")
    await amal.context.set_offline(True)
    await amal.page.get_by_role("button", name=SEND).click()
    await sees(amal.page, "No connection to the desk.")
    await expect(reply).to_have_value("written in the tram")
    wegwijs.kill("desk")
    await amal.context.set_offline(False)
    await until_ready(amal)
    await expect(reply).to_have_value("written in the tram")
    await amal.page.get_by_role("button", name=SEND).click()
    await olena.hears("written in the tram", within=PATIENT)
    await expect(reply).to_have_value("", timeout=PATIENT_MS)
    assert len([line for line in await office.cases.thread(case.id) if line.words == "written in the tram"]) == 1


async def until_ready(one: Caseworker) -> None:
    """The supervisor has started the desk again, and this page knows."""
    for _ in range(int(PATIENT * 5)):
        try:
            if (await one.page.request.get(f"{one.address}/readyz")).ok:
                break
        except Exception:  # noqa: S110 - not there yet
            pass
        await asyncio.sleep(0.2)
    await expect(one.page.locator("#line")).to_be_hidden(timeout=PATIENT_MS)
