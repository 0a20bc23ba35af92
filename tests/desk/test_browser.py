"""Caseworkers in real browsers, on the real desk, with real Redis."""

from __future__ import annotations

import asyncio
import base64
import re
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
import pytest_asyncio
from argon2 import PasswordHasher
from playwright.async_api import Browser, async_playwright, expect

from desk.accounts import Account, Accounts
from desk.audit import Audit
from desk.cases import Case, Cases
from desk.drafts import Drafts
from desk.figures import Figures
from desk.invitations import Invitations
from desk.keys import HELD, case_key
from settings import Settings
from store import Redis
from tests.desk.browsers import PASSWORD, SCREENS, caseworker, launch, running_desk
from tests.desk.crowd import waits

ARABIC = "صاحب البيت يريد أن أخرج خلال أسبوع، ماذا أفعل؟"
HOSTILE = (
    "<script>alert(1)</script><img src=x onerror=alert(2)>\"' onmouseover=alert(3) {{7*7}} </textarea><svg onload=alert(4)>"
)
VOICE = b"OggS" + bytes(60)
PHOTO = base64.b64decode("R0lGODlhAQABAIAAAAUEBAAAACwAAAAAAQABAAACAkQBADs=")


@pytest.fixture(scope="module")
def desk_address(redis_server: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running_desk(redis_server, tmp_path_factory.mktemp("cache")) as address:
        yield address


@pytest_asyncio.fixture
async def chromium(redis: Redis) -> AsyncIterator[Browser]:
    accounts = Accounts(redis, PasswordHasher(1, 1024, 1))
    await accounts.add(Account("amal", "Amal", ("caseworker", "editor", "admin")), PASSWORD)
    await accounts.add(Account("bart", "Bart", languages=("fr", "nl")), PASSWORD)
    async with async_playwright() as playwright:
        browser = await launch(playwright)
        yield browser
        await browser.close()


async def run_out(cases: Cases, case: Case) -> None:
    """The lease of the case ends now."""
    await cases.redis.hset(case_key(case.id), "lease_until", "1")
    await cases.redis.zadd(HELD, {case.id: 1})


async def arabic_case(cases: Cases) -> Case:
    """A person who asked, saw an answer, sent a voice message, a photo and a letter."""
    case = await cases.open("arabicperson00000000", "ar", "missed", entry="housing/lease", region="brussels", status="refugee")
    about = {
        "entry": "housing/lease",
        "confidence": "0.62",
        "runner_ups": "housing/eviction,housing/rental_guarantee",
        "outcome": "answer",
    }
    await cases.add(case.id, "person", ARABIC, language="ar", about=about)
    await cases.add(
        case.id,
        "bot",
        "عقد الإيجار في بروكسل (CPAS/OCMW) ...",
        language="ar",
        about={"entry": "housing/lease", "outcome": "answer"},
    )
    for kind, name, mime, content in (
        ("voice", "voice.ogg", "audio/ogg", VOICE),
        ("photo", "photo.gif", "image/gif", PHOTO),
        ("document", "رسالة.pdf", "application/pdf", b"%PDF-1.4"),
    ):
        await cases.add(case.id, "person", "", media=await cases.store_media(case.person, content, kind, name, mime))
    return case


async def test_a_case_is_seen_live_claimed_answered_and_closed(desk_address: str, chromium: Browser, cases: Cases) -> None:
    amal, bart = [await caseworker(chromium, desk_address, name) for name in ("amal", "bart")]
    await expect(amal.page.get_by_text("Nobody is waiting.")).to_be_visible()
    case = await cases.open("person00000000000001", "fr", "crisis", urgent=True, crisis="violence", region="brussels")
    await cases.add(case.id, "person", "Je ne sais pas où dormir", language="fr")
    link = amal.page.get_by_role("link", name=case.alias)
    await expect(link).to_be_visible()
    await expect(amal.page.locator("#announce")).to_have_text("Cases waiting: 1, urgent: 1.")
    await expect(amal.page.locator(".row").get_by_text("Urgent")).to_be_visible()

    await link.click()
    await bart.open(f"/cases/{case.id}")
    await amal.page.get_by_role("button", name="Take this case").click()
    await expect(amal.page.get_by_label("Reply to the person")).to_be_visible()
    await expect(bart.page.get_by_text("Amal holds this case")).to_be_visible()
    assert await bart.page.get_by_label("Reply to the person").count() == 0

    await amal.page.get_by_label("Reply to the person").fill("Bonjour, je suis Amal.")
    await amal.page.get_by_role("button", name="Send to the person").click()
    for one in (amal, bart):
        await expect(one.page.locator(".line.caseworker").get_by_text("Bonjour, je suis Amal.")).to_have_count(1)
    await expect(amal.page.get_by_label("Reply to the person")).to_have_value("")
    await cases.add(case.id, "person", "Merci !", language="fr")
    await expect(amal.page.get_by_text("Merci !")).to_be_visible()

    await amal.page.get_by_role("button", name="Give it back").click()
    await expect(amal.page.get_by_text("The case waits again.")).to_be_visible()
    await bart.page.get_by_role("button", name="Take this case").click()
    await bart.page.get_by_text("Close the case").click()
    await bart.page.get_by_label("Outcome").fill("slept at the night shelter")
    await bart.page.get_by_role("button", name="Close now").click()
    await expect(bart.page.get_by_text("The case is closed.")).to_be_visible()
    assert (await cases.get(case.id)).outcome == "slept at the night shelter"
    assert amal.errors == bart.errors == []


async def test_two_who_claim_at_once_are_told_who_was_faster(desk_address: str, chromium: Browser, cases: Cases) -> None:
    case = await cases.open("person00000000000001", "fr", "asked")
    amal, bart = [await caseworker(chromium, desk_address, name) for name in ("amal", "bart")]
    for one in (amal, bart):
        await one.page.route("**/changes", lambda route: route.abort())
        await one.open(f"/cases/{case.id}")
    await amal.page.get_by_role("button", name="Take this case").click()
    await expect(amal.page.get_by_text("You hold this case now.")).to_be_visible()
    await bart.page.get_by_role("button", name="Take this case").click()
    await expect(bart.page.get_by_text("A colleague was faster")).to_be_visible()


async def test_an_arabic_thread_reads_from_right_to_left(desk_address: str, chromium: Browser, cases: Cases) -> None:
    case = await arabic_case(cases)
    await cases.claim(case.id, "amal", "Amal")
    amal = await caseworker(chromium, desk_address, "amal")
    await amal.open(f"/cases/{case.id}")
    words = amal.page.locator(".line.person .words").first
    await expect(words).to_have_text(ARABIC)
    assert await words.evaluate("one => [one.lang, getComputedStyle(one).direction]") == ["ar", "rtl"]
    await expect(amal.page.locator("audio")).to_have_count(1)
    await expect(amal.page.locator("img.photo")).to_have_js_property("naturalWidth", 1)
    await expect(amal.page.get_by_text("62%")).to_be_visible()
    await amal.page.get_by_text("رسالة.pdf").click()
    async with amal.page.expect_download() as download:
        await amal.page.get_by_role("link", name="Download").click()
    assert (await download.value).suggested_filename == "رسالة.pdf"
    await amal.page.get_by_label("Reply to the person, who reads Arabic").fill("مرحبا، أنا أمل (CPAS).")
    await amal.photograph("case-arabic")
    assert amal.errors == []


async def test_a_draft_outlives_the_lease(desk_address: str, chromium: Browser, cases: Cases) -> None:
    case = await cases.open("person00000000000001", "ti", "asked")
    amal = await caseworker(chromium, desk_address, "amal")
    await amal.open(f"/cases/{case.id}")
    await amal.page.get_by_role("button", name="Take this case").click()
    await amal.page.get_by_label("Reply to the person").fill("a long and careful answer")
    await run_out(cases, case)
    await expect(amal.page.get_by_text("Your draft is kept")).to_be_visible(timeout=10_000)
    await expect(amal.page.locator(".kept .words")).to_have_text("a long and careful answer")
    await amal.page.get_by_role("button", name="Take this case").click()
    await expect(amal.page.get_by_label("Reply to the person")).to_have_value("a long and careful answer")


async def test_what_is_typed_to_close_or_hand_over_outlives_lease_and_line(
    desk_address: str, chromium: Browser, cases: Cases
) -> None:
    case = await cases.open("person00000000000001", "ti", "asked")
    amal = await caseworker(chromium, desk_address, "amal")
    await amal.open(f"/cases/{case.id}")
    await amal.page.get_by_role("button", name="Take this case").click()
    await amal.page.locator("summary", has_text="Hand to a colleague").click()
    await amal.page.locator("summary", has_text="Close the case").click()
    await amal.page.locator("summary", has_text="There was no entry").click()
    typed = {"Note for the colleague": "reads slowly", "Outcome": "explained", "The question": "Who pays?", "Your answer": "He"}

    async def all_is_there() -> None:
        for label, words in typed.items():
            await expect(amal.page.get_by_label(label)).to_have_value(words)
            await expect(amal.page.get_by_label(label)).to_be_visible()

    async with amal.page.expect_response("**/renew"):
        for label, words in typed.items():
            await amal.page.get_by_label(label).fill(words)
    await run_out(cases, case)
    await amal.page.get_by_role("button", name="Take this case").click(timeout=10_000)
    await all_is_there()
    await amal.context.set_offline(True)
    await amal.page.get_by_role("button", name="Close now").click()
    await amal.context.set_offline(False)
    await amal.open(f"/cases/{case.id}")
    await all_is_there()
    await amal.page.get_by_role("button", name="Close now").click()
    await expect(amal.page.get_by_text("The case is closed.")).to_be_visible()
    assert (await cases.get(case.id)).outcome == "explained"
    assert await amal.page.evaluate("Object.keys(sessionStorage).filter(key => !key.startsWith('htmx'))") == []
    assert [draft.question for draft in await Drafts(cases.redis, cases.vault).all()] == ["Who pays?"]


async def test_writing_renews_the_lease(desk_address: str, chromium: Browser, cases: Cases) -> None:
    case = await cases.open("person00000000000001", "ti", "asked")
    amal = await caseworker(chromium, desk_address, "amal")
    await amal.open(f"/cases/{case.id}")
    await amal.page.get_by_role("button", name="Take this case").click()
    before = (await cases.get(case.id)).lease_until
    async with amal.page.expect_response("**/renew") as answer:
        await amal.page.get_by_label("Reply to the person").press_sequentially("abc", delay=300)
    assert (await answer.value).status == 204
    after = (await cases.get(case.id)).lease_until
    assert before and after and after > before


async def test_nothing_typed_is_lost_when_the_line_breaks(desk_address: str, chromium: Browser, cases: Cases) -> None:
    case = await cases.open("person00000000000001", "uk", "asked")
    await cases.claim(case.id, "amal", "Amal")
    amal = await caseworker(chromium, desk_address, "amal")
    await amal.open(f"/cases/{case.id}")
    reply = amal.page.get_by_label("Reply to the person")
    await reply.fill("written in the tram")
    await amal.context.set_offline(True)
    await amal.page.get_by_role("button", name="Send to the person").click()
    await expect(amal.page.get_by_text("No connection to the desk.")).to_be_visible()
    await expect(reply).to_have_value("written in the tram")
    await amal.context.set_offline(False)
    await cases.renew(case.id, "amal")
    await amal.page.get_by_role("button", name="Send to the person").click()
    await expect(amal.page.locator(".line.caseworker").get_by_text("written in the tram")).to_have_count(1)
    assert [line.words for line in await cases.thread(case.id)] == ["written in the tram"]


async def test_an_answer_chosen_in_english_reaches_the_person_in_arabic(
    desk_address: str, chromium: Browser, cases: Cases
) -> None:
    case = await arabic_case(cases)
    amal = await caseworker(chromium, desk_address, "amal")
    await amal.open(f"/cases/{case.id}")
    await amal.page.get_by_role("button", name="Take this case").click()
    await amal.page.locator("summary", has_text="Insert an answer").click()
    await expect(amal.page.get_by_role("heading", name="Answers the assistant thought of")).to_be_visible()
    await amal.page.get_by_label("Search in your language").fill("rental contract")
    await amal.page.get_by_role("button", name="Search").click()
    await expect(amal.page.get_by_role("heading", name="Answers found")).to_be_visible()
    await amal.page.get_by_role("link", name="The rental contract: rules and ending").click()
    await expect(amal.page.get_by_role("heading", name="For the person (Arabic)")).to_be_visible()
    await amal.check_accessible()
    await amal.photograph("insert-answer")
    await amal.page.get_by_role("button", name="Send in Arabic").click()
    line = amal.page.locator(".line.caseworker")
    await expect(line.locator(".words").first).to_have_attribute("lang", "ar")
    await expect(line.get_by_text("Answer sent: The rental contract")).to_be_visible()
    sent = (await cases.thread(case.id))[-1]
    assert sent.about == {"entry": "housing/lease"} and any("\u0600" < sign < "\u06ff" for sign in sent.words)
    assert amal.errors == []


async def test_a_phrase_is_filled_in_and_sent_in_the_persons_language(
    desk_address: str, chromium: Browser, cases: Cases
) -> None:
    case = await cases.open("person00000000000001", "fr", "asked")
    amal = await caseworker(chromium, desk_address, "amal")
    await amal.open(f"/cases/{case.id}")
    await amal.page.get_by_role("button", name="Take this case").click()
    await amal.page.locator("summary", has_text="Insert an answer").click()
    await amal.page.get_by_text("Appointments", exact=True).click()
    await amal.page.get_by_role("link", name="I can see you on").click()
    await amal.page.get_by_label("Day").fill("2026-11-23")
    await amal.page.get_by_label("Time").fill("14:05")
    await amal.page.get_by_label("Place", exact=True).fill("Rue du Charroi 33")
    await expect(amal.page.locator("#phrase-texts").get_by_text("lundi 23 novembre")).to_be_visible()
    await amal.check_accessible()
    await amal.photograph("insert-phrase")
    await amal.page.get_by_role("button", name="Send in French").click()
    await expect(amal.page.locator(".line.caseworker").get_by_text("I can see you on Monday")).to_be_visible()
    sent = (await cases.thread(case.id))[-1]
    assert sent.words.startswith("Je peux vous recevoir le lundi 23 novembre") and sent.language == "fr"
    assert amal.errors == []


async def test_a_case_is_handed_over_and_closed_with_a_draft_for_the_editors(
    desk_address: str, chromium: Browser, cases: Cases
) -> None:
    case = await cases.open("person00000000000001", "ti", "asked")
    amal, bart = [await caseworker(chromium, desk_address, name) for name in ("amal", "bart")]
    await amal.open(f"/cases/{case.id}")
    await expect(amal.page.get_by_text("No colleague answers in Tigrinya.")).to_be_visible()
    await amal.page.get_by_role("button", name="Take this case").click()
    await amal.page.locator("summary", has_text="Hand to a colleague").click()
    await expect(amal.page.locator("select[name=colleague]")).to_contain_text("here now")
    await amal.page.get_by_label("Note for the colleague").fill("asked for an interpreter")
    await amal.page.get_by_role("button", name="Hand it over").click()
    await bart.page.get_by_role("region", name="Mine").get_by_role("link", name=case.alias).click()
    await expect(bart.page.locator(".line.note").get_by_text("asked for an interpreter")).to_be_visible()
    await bart.page.locator("summary", has_text="Close the case").click()
    await bart.page.locator("summary", has_text="There was no entry").click()
    await bart.page.get_by_label("The question, for the editors").fill("Who pays the interpreter?")
    await bart.page.get_by_label("Your answer in short").fill("The court.")
    await bart.page.get_by_role("button", name="Close now").click()
    await amal.open("/editing")
    await expect(amal.page.get_by_role("heading", name="Who pays the interpreter?")).to_be_visible()
    assert amal.errors == bart.errors == []


async def test_the_person_who_cancels_is_gone_from_the_queue_at_once(
    desk_address: str, chromium: Browser, cases: Cases
) -> None:
    case = await cases.open("person00000000000001", "uk", "asked")
    amal, bart = [await caseworker(chromium, desk_address, name) for name in ("amal", "bart")]
    await bart.open(f"/cases/{case.id}")
    await expect(amal.page.get_by_role("link", name=case.alias)).to_be_visible()
    await cases.cancel(case.person)
    await expect(amal.page.get_by_role("link", name=case.alias)).to_have_count(0)
    await expect(bart.page.get_by_text("the person needed nobody any more")).to_be_visible()
    await expect(bart.page.get_by_role("button", name="Take this case")).to_have_count(0)


async def test_two_caseworkers_serve_three_people_at_once(desk_address: str, chromium: Browser, cases: Cases) -> None:
    amal, bart = [await caseworker(chromium, desk_address, name) for name in ("amal", "bart")]
    words = {"ar": "شكرا جزيلا", "ti": "የቐንየለይ ኣዝየ", "uk": "Щиро дякую"}
    opened = await asyncio.gather(*(cases.open(f"person-{language}", language, "asked") for language in words))
    await asyncio.gather(*(cases.add(case.id, "person", words[case.language], language=case.language) for case in opened))
    for one, mine in ((amal, opened[:2]), (bart, opened[2:])):
        for case in mine:
            await one.open("/")
            await one.page.get_by_role("link", name=case.alias).click()
            await one.page.get_by_role("button", name="Take this case").click()
            await one.page.get_by_label("Reply to the person").fill(f"for {case.alias}")
            await one.page.get_by_role("button", name="Send to the person").click()
            await expect(one.page.locator(".line.caseworker").get_by_text(f"for {case.alias}")).to_have_count(1)
    for case in opened:
        assert [line.words for line in await cases.thread(case.id)] == [words[case.language], f"for {case.alias}"]
    await amal.open("/")
    await expect(amal.page.get_by_role("region", name="Mine").get_by_role("listitem")).to_have_count(2)
    await expect(amal.page.get_by_text("with Bart")).to_be_visible()
    assert amal.errors == bart.errors == []


async def test_a_person_who_changes_the_language_is_answered_in_it(desk_address: str, chromium: Browser, cases: Cases) -> None:
    case = await cases.open("person00000000000001", "en", "asked")
    await cases.claim(case.id, "amal", "Amal")
    amal = await caseworker(chromium, desk_address, "amal")
    await amal.open(f"/cases/{case.id}")
    await amal.page.get_by_label("Reply to the person, who reads English").press_sequentially("abc")
    await cases.set(case.id, "language", "ti")
    await cases.set(case.id, "region", "brussels")
    reply = amal.page.get_by_label("Reply to the person, who reads Tigrinya")
    await expect(reply).to_have_value("abc")
    await expect(reply).to_be_focused()
    await expect(amal.page.locator("#about")).to_contain_text("Brussels")
    assert amal.errors == []


async def test_colleagues_see_that_somebody_writes(desk_address: str, chromium: Browser, cases: Cases) -> None:
    case = await cases.open("person00000000000001", "uk", "asked")
    await cases.claim(case.id, "amal", "Amal")
    amal, bart = [await caseworker(chromium, desk_address, name) for name in ("amal", "bart")]
    for one in (amal, bart):
        await one.open(f"/cases/{case.id}")
    await amal.page.get_by_label("Reply to the person").press_sequentially("abc")
    await expect(bart.page.get_by_text("Amal is writing")).to_be_visible()


async def test_who_asks_for_it_hears_of_new_cases_and_words_on_every_page(
    desk_address: str, chromium: Browser, cases: Cases
) -> None:
    amal = await caseworker(chromium, desk_address, "amal")
    await amal.context.add_init_script(
        "const note = words => { const told = document.documentElement.dataset; told.told = (told.told || '') + words; };"
        "const start = OscillatorNode.prototype.start;"
        "OscillatorNode.prototype.start = function () { note('♪'); start.call(this); };"
        "window.Notification = class { constructor(words) { note(words); } static permission = 'granted';"
        " static async requestPermission() {} };"
        "window.away = false; Object.defineProperty(document, 'hidden', { get: () => away });"
    )
    told = amal.page.locator("html")
    await amal.open("/")
    first = await cases.open("person00000000000001", "uk", "asked")
    await expect(amal.page.get_by_role("link", name=first.alias)).to_be_visible()
    await expect(told).not_to_have_attribute("data-told", re.compile("."))
    await amal.page.locator(".menu summary").click()
    await amal.page.get_by_label("Sound and notification for new cases").check()
    await amal.page.evaluate("away = true")
    await cases.open("person00000000000002", "ar", "asked")
    await expect(told).to_have_attribute("data-told", "A new case is waiting.♪")

    await cases.claim(first.id, "amal", "Amal")
    async with amal.page.expect_response("**/?counts=1"):
        await amal.open(f"/cases/{first.id}")
    await amal.page.evaluate("away = true")
    await cases.add(first.id, "person", "Ще одне питання")
    await expect(told).to_have_attribute("data-told", "New message♪")
    await cases.add(first.id, "person", "Ви ще тут?")
    await expect(told).to_have_attribute("data-told", "New message♪New message♪")
    await cases.open("person00000000000003", "ti", "asked")
    await expect(told).to_have_attribute("data-told", "New message♪New message♪A new case is waiting.♪")
    await cases.open("person00000000000003", "ti", "crisis", urgent=True)
    await expect(told).to_have_attribute("data-told", re.compile("Cases waiting: 2, urgent: 1.♪$"))
    assert amal.errors == []


async def test_eight_tabs_of_one_browser_share_one_line(desk_address: str, chromium: Browser, cases: Cases) -> None:
    amal = await caseworker(chromium, desk_address, "amal")
    tabs = [amal.page, *[await amal.context.new_page() for _ in range(7)]]
    for tab in tabs:
        await tab.goto(desk_address, timeout=5000)
    case = await cases.open("person00000000000001", "uk", "asked")
    for tab in tabs:
        await expect(tab.get_by_role("link", name=case.alias)).to_be_visible()
    await tabs[0].close()
    again = await cases.open("person00000000000002", "uk", "asked")
    for tab in tabs[1:]:
        await expect(tab.get_by_role("link", name=again.alias)).to_be_visible()


async def test_hostile_words_are_shown_and_do_nothing(desk_address: str, chromium: Browser, cases: Cases) -> None:
    case = await cases.open(
        "person00000000000001",
        'en"><script>alert(5)</script>',
        HOSTILE,
        entry=HOSTILE,
        region=None,
        crisis=HOSTILE,
        urgent=True,
    )
    media = await cases.store_media(case.person, b"x", "document", HOSTILE, HOSTILE)
    await cases.add(
        case.id,
        "person",
        HOSTILE,
        language='ar" onclick="alert(6)',
        media=media,
        about={"entry": HOSTILE, "runner_ups": HOSTILE, "confidence": HOSTILE, "crisis": HOSTILE},
    )
    await cases.add(case.id, "note", HOSTILE, caseworker="bart")
    await cases.set_tags(case.id, (HOSTILE,))
    await Drafts(cases.redis, cases.vault).add(HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE)
    await Figures(cases.redis).count(f"missed:{HOSTILE}:{HOSTILE}", f"fallback:{HOSTILE}")
    await Audit(cases.redis).note(HOSTILE, "refused", HOSTILE)  # whatever somebody typed as a name at the door
    await cases.claim(case.id, "amal", HOSTILE)
    amal = await caseworker(chromium, desk_address, "amal")
    await amal.open(f"/cases/{case.id}")
    await expect(amal.page.locator(".line.person .words")).to_have_text(HOSTILE)
    await amal.page.get_by_label("Reply to the person").fill(HOSTILE)
    await amal.page.get_by_role("button", name="Send to the person").click()
    await expect(amal.page.locator(".line.caseworker .words")).to_have_text(HOSTILE)
    await amal.page.get_by_text("Close the case").click()
    await amal.page.get_by_label("Outcome").fill(HOSTILE)
    await amal.page.get_by_role("button", name="Close now").click()
    await cases.open(case.person, HOSTILE, HOSTILE, entry=HOSTILE)
    pages = ("/", "/closed", f"/cases/{case.id}", f"/cases/{case.id}/insert", "/editing", "/figures", "/audit")
    for path in (*pages, "/?words=" + "%22%3E%3Cscript%3Ealert(7)%3C/script%3E"):
        await amal.open(path)
        assert await amal.page.locator("main script, main [onerror], main [onload], main [onclick]").count() == 0
    assert amal.errors == []


@pytest.mark.parametrize(("kind", "screen"), SCREENS)
async def test_every_page_is_accessible(
    desk_address: str, chromium: Browser, cases: Cases, kind: str, screen: dict[str, Any]
) -> None:
    arabic = await arabic_case(cases)
    urgent = await cases.open("person00000000000002", "fr", "crisis", urgent=True, crisis="violence", region="wallonia")
    mine = await cases.open("person00000000000003", "uk", "asked", region="flanders", entry="first_steps/travel_document")
    theirs, closed = [await cases.open(f"person0000000000000{turn}", "ti", "media") for turn in (4, 5)]
    for one, name in ((mine, "amal"), (theirs, "bart"), (closed, "amal")):
        await Cases(cases.redis, cases.vault).claim(one.id, name, name.title())
    await cases.add(mine.id, "note", "asked the interpreter", caseworker="bart")
    await cases.close(closed.id, "amal", "explained the annex 26")
    await cases.set_tags(urgent.id, ("night", "children"))
    for one, minutes in ((arabic, 40), (urgent, 75)):
        await waits(cases, one, minutes)
    for name in ("bot:answer", "bot:answer", "bot:clarify", "helped:housing/lease:ar", "missed:housing/lease:ar"):
        await Figures(cases.redis).count(name)
    await Drafts(cases.redis, cases.vault).add(
        "May my landlord read the meter?", "Yes, when announced.", "en", "housing/lease", "Bart"
    )
    link = await Invitations(cases.redis).make("bart")

    amal = await caseworker(chromium, desk_address, "", **screen)
    await amal.open("/sign-in")
    await amal.check_accessible()
    await amal.photograph(f"sign-in-{kind}")
    await amal.open(f"/invitation/{link}")
    await amal.check_accessible()
    await amal.photograph(f"invitation-{kind}")
    await amal.sign_in("amal")
    for name, path in (
        ("queue", "/"),
        ("closed", "/closed"),
        ("case-waiting", f"/cases/{arabic.id}"),
        ("case-mine", f"/cases/{mine.id}"),
        ("case-other", f"/cases/{theirs.id}"),
        ("case-closed", f"/cases/{closed.id}"),
        ("mine", "/mine"),
        ("two-steps", "/mine/two-steps"),
        ("problem", "/cases/none"),
        ("insert", f"/cases/{mine.id}/insert"),
        ("figures", "/figures"),
        ("editing", "/editing"),
        ("accounts", "/accounts"),
        ("audit", "/audit"),
    ):
        await amal.open(path)
        await amal.photograph(f"{name}-{kind}")
        await amal.unfold()
        await amal.check_accessible()
    await amal.open("/")
    await amal.page.locator(".menu summary").click()
    await amal.check_accessible()


async def test_the_desk_works_by_keyboard_alone(desk_address: str, chromium: Browser, cases: Cases) -> None:
    case = await cases.open("person00000000000001", "fr", "asked")
    amal = await caseworker(chromium, desk_address, "amal")
    await amal.page.keyboard.press("Tab")
    await expect(amal.page.get_by_role("link", name="Skip to the content")).to_be_focused()
    await amal.page.keyboard.press("Enter")
    for _ in range(3):
        if await amal.page.evaluate("document.activeElement.textContent") == case.alias:
            break
        await amal.page.keyboard.press("Tab")
    await amal.page.keyboard.press("Enter")
    await expect(amal.page.get_by_role("heading", name=case.alias)).to_be_visible()
    await amal.page.get_by_role("button", name="Take this case").press("Enter")
    await amal.page.get_by_label("Reply to the person").press_sequentially("Bonjour")
    await amal.page.keyboard.press("Control+Enter")
    await expect(amal.page.locator(".line.caseworker").get_by_text("Bonjour")).to_have_count(1)
    await amal.page.locator("summary", has_text="Insert an answer").press("Enter")
    await amal.page.get_by_label("Search in your language").press_sequentially("rental contract")
    await amal.page.keyboard.press("Enter")
    await amal.page.get_by_role("link", name="The rental contract: rules and ending").press("Enter")
    await expect(amal.page.get_by_role("heading", name="For the person (French)")).to_be_visible()
    await expect(amal.page.locator("#insert")).to_be_focused()
    for _ in range(2):
        await amal.page.keyboard.press("Tab")
    await expect(amal.page.get_by_role("button", name="Send in French")).to_be_focused()
    await amal.page.keyboard.press("Enter")
    await expect(amal.page.get_by_text("Answer sent: The rental contract")).to_be_visible()


async def test_an_answer_sent_from_a_page_of_its_own_is_seen_on_the_cases_page(
    desk_address: str, chromium: Browser, cases: Cases
) -> None:
    case = await cases.open("person00000000000001", "fr", "asked")
    amal = await caseworker(chromium, desk_address, "amal")
    await cases.claim(case.id, "amal", "Amal")
    await amal.open(f"/cases/{case.id}/insert?words=rental+contract")
    await amal.page.get_by_role("link", name="The rental contract: rules and ending").click()
    await amal.page.get_by_role("button", name="Send in French").click()
    await expect(amal.page.get_by_text("Answer sent: The rental contract")).to_be_visible()


async def test_what_comes_live_can_be_pressed_at_once(desk_address: str, chromium: Browser, cases: Cases) -> None:
    case = await cases.open("person00000000000001", "fr", "asked")
    await cases.claim(case.id, "amal", "Amal")
    amal = await caseworker(chromium, desk_address, "amal")
    await amal.open(f"/cases/{case.id}")
    await amal.page.evaluate(
        """new MutationObserver((changes, observer) => {
          const form = document.querySelector("#insert form");
          if (!form) return;
          observer.disconnect();
          form.elements.words.value = "rental contract";
          form.requestSubmit();
        }).observe(document.body, { childList: true, subtree: true })"""
    )
    await amal.page.locator("summary", has_text="Insert an answer").click()
    await expect(amal.page.get_by_role("link", name="The rental contract: rules and ending")).to_be_visible()
    await expect(amal.page.get_by_label("Reply to the person")).to_be_visible()


async def test_a_new_case_does_not_take_the_focus_from_the_case_somebody_is_on(
    desk_address: str, chromium: Browser, cases: Cases
) -> None:
    case = await cases.open("person00000000000001", "fr", "asked")
    amal = await caseworker(chromium, desk_address, "amal")
    link = amal.page.get_by_role("link", name=case.alias)
    await link.focus()
    other = await cases.open("person00000000000002", "ar", "asked")
    await expect(amal.page.get_by_role("link", name=other.alias)).to_be_visible()
    await expect(link).to_be_focused()


async def test_the_first_page_is_light(desk_address: str, chromium: Browser, cases: Cases) -> None:
    amal = await caseworker(chromium, desk_address, "amal")
    kinds = "[...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]"
    sizes = await amal.page.evaluate(f"{kinds}.map(one => one.encodedBodySize)")
    assert sum(sizes) < 100_000, sizes
