"""Inserting: what the caseworker chooses in their language, the person gets in theirs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date

import httpx
import pytest
import pytest_asyncio

from content.compose import Composer
from content.model import Content, Entry, Source, Text, Translation
from content.open import open_composer
from desk.accounts import Accounts
from desk.app import create_app
from desk.cases import Case, Cases
from settings import Settings
from store import Redis
from tests.desk.test_pages import PERSON, accounts, sign_in, token
from vault import Vault

__all__ = ["accounts"]
TIGRINYA = "ናይ ክራይ ውዕል ብጽሑፍ ክኸውን ኣለዎ።"


@pytest.fixture
def composer(settings: Settings) -> Composer:
    """The house of these settings with one entry in English and Tigrinya."""
    lease = Entry(
        "housing/lease",
        verified_on=date(2026, 11, 22),
        sources=(Source("Lease", "https://www.notaris.be/lease", date(2026, 11, 22)),),
        texts={
            "en": Text(
                "en", title="The lease", answer="A lease is in writing.", by_region={"brussels": "In Brussels: 2 months."}
            ),
            "ti": Text(
                "ti",
                title="ውዕል ክራይ",
                answer=TIGRINYA,
                by_region={"brussels": "ኣብ ብራሰልስ፦ 2 ወርሒ።"},
                translation=Translation("hash", "machine"),
            ),
            "uk": Text("uk", title="Оренда", answer="Договір письмовий.", translation=Translation("hash", "machine", "Olena")),
        },
    )
    opened = open_composer(settings)
    return Composer(Content({lease.id: lease}, {}, {}, {}, {}), opened.phrases, opened.house)


@pytest_asyncio.fixture
async def browser(
    settings: Settings, redis: Redis, vault: Vault, composer: Composer, accounts: Accounts
) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(create_app(settings, redis, vault, composer), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://desk") as client:
        await sign_in(client)
        yield client


@pytest_asyncio.fixture
async def case(cases: Cases) -> Case:
    """A person who reads Tigrinya and lives in Brussels; Amal holds the case."""
    case = await cases.open(PERSON, "ti", "missed", entry="housing/lease", region="brussels")
    await cases.claim(case.id, "amal", "Amal")
    return case


async def test_an_answer_goes_out_in_tigrinya_for_the_persons_region(
    browser: httpx.AsyncClient, case: Case, cases: Cases
) -> None:
    seen = await browser.get(f"/cases/{case.id}/entries/housing/lease")
    assert "A lease is in writing." in seen.text and "In Brussels: 2 months." in seen.text and TIGRINYA in seen.text
    fields = {"csrf": token(seen), "once": "e1", "entry": "housing/lease"}
    for _ in range(2):
        await browser.post(f"/cases/{case.id}/entries", data=fields)
    (sent,) = await cases.thread(case.id)
    assert TIGRINYA in sent.words and "ብራሰልስ" in sent.words and "A lease" not in sent.words
    assert (sent.language, sent.about) == ("ti", {"entry": "housing/lease"})
    await cases.events.make()
    assert [event.words for event in await cases.read_events(block_ms=1)] == ["", sent.words]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "Not yet reviewed by a speaker of Tigrinya."),
        ("nl", "Nog niet nagelezen door iemand die Tigrinya spreekt."),
        ("fr", "Pas encore relu par une personne qui parle tigrigna."),
        ("de", "Noch von niemandem gegengelesen, der Tigrinya spricht."),
    ],
)
async def test_a_text_that_no_speaker_has_reviewed_says_so_before_it_is_sent(
    browser: httpx.AsyncClient, case: Case, accounts: Accounts, language: str, said: str
) -> None:
    amal = await accounts.find("amal")
    assert amal
    await accounts.change(replace(amal, language=language))
    for path in ("entries/housing/lease", "phrases/wait.one_moment"):
        assert said in (await browser.get(f"/cases/{case.id}/{path}")).text


async def test_a_reviewed_or_original_text_carries_no_such_mark(browser: httpx.AsyncClient, cases: Cases) -> None:
    for language, path in (("uk", "entries/housing/lease"), ("en", "entries/housing/lease"), ("en", "phrases/wait.one_moment")):
        case = await cases.open(f"person-{language}", language, "asked")
        seen = await browser.get(f"/cases/{case.id}/{path}")
        assert "For the person" in seen.text and "Not yet reviewed" not in seen.text


async def test_an_answer_missing_in_the_persons_language_is_shown_and_kept_as_english(
    browser: httpx.AsyncClient, cases: Cases
) -> None:
    case = await cases.open("person-so", "so", "asked")
    await cases.claim(case.id, "amal", "Amal")
    seen = await browser.get(f"/cases/{case.id}/entries/housing/lease")
    assert "For the person (English)" in seen.text and "Send in English" in seen.text
    await browser.post(f"/cases/{case.id}/entries", data={"csrf": token(seen), "once": "e2", "entry": "housing/lease"})
    assert (await cases.thread(case.id))[-1].language == "en"


async def test_search_finds_entries_and_phrases_in_the_caseworkers_language(browser: httpx.AsyncClient, case: Case) -> None:
    found = await browser.get(f"/cases/{case.id}/insert?words=lease")
    assert "The lease" in found.text and "Nothing found." in found.text
    found = await browser.get(f"/cases/{case.id}/insert?words=lawyer")
    assert "Do you have a lawyer already?" in found.text and "The lease" not in found.text
    assert "The lease" in (await browser.get(f"/cases/{case.id}/insert")).text


async def test_a_phrase_that_is_missing_in_a_language_says_so_before_it_is_sent(
    browser: httpx.AsyncClient, cases: Cases
) -> None:
    case = await cases.open("person2", "xx", "asked")
    seen = await browser.get(f"/cases/{case.id}/phrases/wait.one_moment")
    assert "The person would get it in English" in seen.text


async def test_a_phrase_with_an_empty_slot_is_not_sent(browser: httpx.AsyncClient, case: Case, cases: Cases) -> None:
    fields = {"csrf": token(await browser.get("/mine")), "phrase": "wait.answer_by", "day": ""}
    answer = await browser.post(f"/cases/{case.id}/phrases", data=fields)
    assert answer.status_code == 400 and "Fill in: Day" in answer.text
    assert await cases.thread(case.id) == []


async def test_nothing_is_inserted_into_a_case_of_a_colleague(browser: httpx.AsyncClient, case: Case, cases: Cases) -> None:
    await cases.hand(case.id, "amal", "bart", "Bart")
    csrf = token(await browser.get("/mine"))
    for path, fields in (("entries", {"entry": "housing/lease"}), ("phrases", {"phrase": "wait.one_moment"})):
        answer = await browser.post(f"/cases/{case.id}/{path}", data={"csrf": csrf, **fields})
        assert answer.status_code == 409
    assert await cases.thread(case.id) == []


async def test_unknown_entries_and_phrases_are_not_found(browser: httpx.AsyncClient, case: Case) -> None:
    for path in ("entries/housing/nothing", "phrases/nothing"):
        assert (await browser.get(f"/cases/{case.id}/{path}")).status_code == 404


async def test_choosing_keeps_the_lease(browser: httpx.AsyncClient, case: Case, cases: Cases) -> None:
    before = (await cases.get(case.id)).lease_until
    await browser.get(f"/cases/{case.id}/insert")
    after = (await cases.get(case.id)).lease_until
    assert before and after and after > before


async def test_without_content_the_desk_still_has_its_phrases(
    settings: Settings, redis: Redis, vault: Vault, accounts: Accounts, case: Case
) -> None:
    app = create_app(replace(settings), redis, vault)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://desk") as client:
        await sign_in(client)
        assert "One moment, please" in (await client.get(f"/cases/{case.id}/insert?words=moment")).text
