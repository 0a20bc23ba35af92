"""The desk's pages without a browser: who may see and do what, and what is said when something is wrong."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timezone

import httpx
import pytest
import pytest_asyncio
from argon2 import PasswordHasher
from cryptography.fernet import Fernet
from starlette.applications import Starlette

from desk.accounts import Account, Accounts
from desk.app import create_app
from desk.cases import Cases
from desk.colleagues import Colleagues
from desk.queue import SHOWN
from desk.sessions import COOKIE
from settings import Settings
from store import Redis, connect
from tests.desk.crowd import fill, waits
from vault import Vault

QUICK = PasswordHasher(1, 1024, 1)
PASSWORD = "correct horse battery"
PERSON = "abcdefghij0123456789"


@pytest.fixture
def app(settings: Settings, redis: Redis, vault: Vault) -> Starlette:
    return create_app(settings, redis, vault)


@pytest_asyncio.fixture
async def accounts(redis: Redis) -> Accounts:
    accounts = Accounts(redis, QUICK)
    await accounts.add(Account("amal", "Amal"), PASSWORD)
    await accounts.add(Account("edith", "Edith", ("editor",)), PASSWORD)
    return accounts


@pytest_asyncio.fixture
async def browser(app: Starlette, accounts: Accounts) -> AsyncIterator[httpx.AsyncClient]:
    """Not signed in; errors become pages as they do on a server."""
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://desk") as client:
        yield client


async def sign_in(browser: httpx.AsyncClient, name: str = "amal", password: str = PASSWORD) -> httpx.Response:
    browser.cookies.clear()
    page = await browser.get("/sign-in")
    return await browser.post("/sign-in", data={"csrf": token(page), "name": name, "password": password})


def token(page: httpx.Response) -> str:
    found = re.search(r'name="csrf" value="([0-9a-f]+)"', page.text)
    assert found, page.text
    return found.group(1)


async def test_nobody_sees_a_page_without_signing_in(browser: httpx.AsyncClient, cases: Cases) -> None:
    case = await cases.open(PERSON, "ar", "asked")
    for path in ("/", "/closed", f"/cases/{case.id}", "/media/x", "/changes", "/mine"):
        answer = await browser.get(path)
        assert answer.status_code == 303 and answer.headers["location"] == "/sign-in", path


async def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(browser: httpx.AsyncClient) -> None:
    answer = await sign_in(browser)
    cookie = next(value for value in answer.headers.get_list("set-cookie") if value.startswith(COOKIE))
    assert "HttpOnly" in cookie and "SameSite=strict" in cookie and "Secure" not in cookie
    assert (await browser.get("/")).status_code == 200


async def test_cookies_are_secure_behind_https(settings: Settings, redis: Redis, vault: Vault, accounts: Accounts) -> None:
    app = create_app(replace(settings, secure_cookies=True), redis, vault)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="https://desk") as browser:
        answer = await sign_in(browser)
        assert all("Secure" in value for value in answer.headers.get_list("set-cookie") if "Max-Age=0" not in value)
        assert answer.headers["strict-transport-security"]


async def test_signing_in_gives_a_new_session_and_ends_the_old(browser: httpx.AsyncClient) -> None:
    await sign_in(browser)
    old = browser.cookies[COOKIE]
    page = await browser.get("/mine")
    await browser.post("/mine/password", data={"csrf": token(page), "now": PASSWORD, "new": "another long password"})
    assert browser.cookies[COOKIE] != old
    assert (await browser.get("/")).status_code == 200
    browser.cookies.set(COOKIE, old, domain="desk")
    browser.cookies.delete(COOKIE)
    assert (await browser.get("/", headers={"cookie": f"{COOKIE}={old}"})).status_code == 303


async def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(browser: httpx.AsyncClient) -> None:
    wrong, unknown = await sign_in(browser, password="wrong password"), await sign_in(browser, "nobody")
    assert wrong.status_code == unknown.status_code == 403
    assert "do not go together" in wrong.text and "do not go together" in unknown.text


async def test_guessing_is_stopped_by_account_even_when_the_password_comes_at_last(browser: httpx.AsyncClient) -> None:
    answers = [await sign_in(browser, password=f"guess {turn}") for turn in range(9)]
    assert [answer.status_code for answer in answers] == [403] * 8 + [429]
    assert (await sign_in(browser)).status_code == 429
    assert (await sign_in(browser, "edith")).status_code == 303


async def test_a_session_ends_when_its_account_is_removed(browser: httpx.AsyncClient, accounts: Accounts) -> None:
    await sign_in(browser)
    await accounts.remove("amal")
    assert (await browser.get("/")).status_code == 303


async def test_watching_does_not_count_as_work(settings: Settings, redis: Redis, vault: Vault, accounts: Accounts) -> None:
    app = create_app(settings, redis, vault, idle_seconds=100)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://desk") as browser:
        await sign_in(browser)
        [key] = [one async for one in redis.scan_iter(match="ww:{session:*")]
        await redis.expire(key, 50)
        await browser.get("/", headers={"X-Live": "1", "HX-Request": "true"})
        assert await redis.ttl(key) <= 50
        await browser.get("/")
        assert await redis.ttl(key) > 90
        await redis.delete(key)
        part = await browser.get("/", headers={"X-Live": "1", "HX-Request": "true"})
        assert part.status_code == 401 and part.headers["hx-redirect"].startswith("/sign-in")


async def test_a_form_without_its_token_changes_nothing_and_gives_the_words_back(
    browser: httpx.AsyncClient, cases: Cases
) -> None:
    case = await cases.open(PERSON, "ar", "asked")
    await cases.claim(case.id, "amal")
    await sign_in(browser)
    for fields in ({}, {"csrf": "f" * 64}):
        answer = await browser.post(f"/cases/{case.id}/reply", data={"words": "half an hour of work", **fields})
        assert answer.status_code == 403 and "half an hour of work" in answer.text
    page = await browser.get(f"/cases/{case.id}")
    foreign = await browser.post(
        f"/cases/{case.id}/release", data={"csrf": token(page)}, headers={"origin": "https://evil.example"}
    )
    assert foreign.status_code == 403
    assert await cases.thread(case.id) == [] and (await cases.get(case.id)).held


async def test_a_form_sent_twice_is_done_once(browser: httpx.AsyncClient, cases: Cases) -> None:
    case = await cases.open(PERSON, "ar", "asked")
    await sign_in(browser)
    page = await browser.get(f"/cases/{case.id}")
    for _ in range(2):
        assert (await browser.post(f"/cases/{case.id}/claim", data={"csrf": token(page)})).status_code == 303
        fields = {"csrf": token(page), "once": "a1", "words": "Good morning"}
        assert (await browser.post(f"/cases/{case.id}/reply", data=fields)).status_code == 303
    assert [line.words for line in await cases.thread(case.id)] == ["Good morning"]
    for _ in range(2):
        assert (await browser.post(f"/cases/{case.id}/close", data={"csrf": token(page)})).status_code == 303
    assert (await cases.get(case.id)).closed


async def test_a_reply_to_a_case_that_is_not_held_is_refused_and_the_words_are_shown(
    browser: httpx.AsyncClient, cases: Cases
) -> None:
    case = await cases.open(PERSON, "ar", "asked")
    await sign_in(browser)
    page = await browser.get(f"/cases/{case.id}")
    answer = await browser.post(f"/cases/{case.id}/reply", data={"csrf": token(page), "words": "too early"})
    assert answer.status_code == 409 and "too early" in answer.text
    assert await cases.thread(case.id) == []


async def test_a_colleague_who_holds_as_many_cases_as_agreed_is_marked_in_the_list_for_handing_over(
    browser: httpx.AsyncClient, cases: Cases, accounts: Accounts
) -> None:
    await accounts.add(Account("bart", "Bart", limit=1), PASSWORD)
    case, other = await cases.open(PERSON, "ar", "asked"), await cases.open("person2", "ar", "asked")
    await cases.claim(case.id, "amal", "Amal")
    await sign_in(browser)
    assert "full (" not in (await browser.get(f"/cases/{case.id}")).text
    await cases.claim(other.id, "bart", "Bart")
    assert "Bart · full (1)" in (await browser.get(f"/cases/{case.id}")).text


async def test_a_case_is_handed_to_a_colleague_with_a_note(
    browser: httpx.AsyncClient, cases: Cases, accounts: Accounts
) -> None:
    await accounts.add(Account("bart", "Bart"), PASSWORD)
    case = await cases.open(PERSON, "ar", "asked")
    await cases.claim(case.id, "amal", "Amal")
    await sign_in(browser)
    fields = {"csrf": token(await browser.get(f"/cases/{case.id}")), "words": "speaks Dari too", "once": "h1"}
    for nobody in ("edith", "amal", "nobody"):
        refused = await browser.post(f"/cases/{case.id}/hand", data={**fields, "colleague": nobody})
        assert "no_colleague" in refused.headers["location"]
    for _ in range(2):
        await browser.post(f"/cases/{case.id}/hand", data={**fields, "colleague": "bart"})
    handed = await cases.get(case.id)
    assert (handed.caseworker, handed.caseworker_name) == ("bart", "Bart")
    assert [(line.author, line.words) for line in await cases.thread(case.id)] == [("note", "speaks Dari too")]


async def test_tags_and_urgency_are_kept_and_can_be_searched(browser: httpx.AsyncClient, cases: Cases) -> None:
    case = await cases.open(PERSON, "ar", "asked")
    await sign_in(browser)
    fields = {"csrf": token(await browser.get(f"/cases/{case.id}")), "tags": " night,  three children , night", "urgent": "1"}
    await browser.post(f"/cases/{case.id}/mark", data=fields)
    marked = await cases.get(case.id)
    assert marked.tags == ("night", "three children") and marked.urgent
    assert case.alias in (await browser.get("/?words=CHILDREN")).text
    assert case.alias not in (await browser.get("/?words=zebra")).text
    assert case.alias not in (await browser.get("/?language=fr")).text


@pytest.mark.parametrize("asked", ["topic=housing", "language=ti", "region=brussels", "words=lease"])
async def test_the_queue_is_filtered_and_counts_all(browser: httpx.AsyncClient, cases: Cases, asked: str) -> None:
    fits = await cases.open("person1", "ti", "missed", entry="housing/lease", region="brussels")
    other = await cases.open("person2", "uk", "missed", entry="jobs/permit", region="wallonia")
    await sign_in(browser)
    page = await browser.get(f"/?{asked}")
    assert fits.alias in page.text and other.alias not in page.text and 'data-waiting="2"' in page.text


async def test_colleagues_who_have_a_page_open_are_named(
    browser: httpx.AsyncClient, cases: Cases, accounts: Accounts, redis: Redis
) -> None:
    await accounts.add(Account("bart", "Bart B"), PASSWORD)
    await sign_in(browser)
    assert "Bart B" not in (await browser.get("/")).text
    await Colleagues(redis, accounts, cases).seen("bart")
    assert "Bart B" in (await browser.get("/")).text


async def test_the_thread_says_what_was_understood_and_which_answer_was_shown(browser: httpx.AsyncClient, cases: Cases) -> None:
    case = await cases.open(PERSON, "ar", "crisis", crisis="violence", region="brussels", status="refugee", urgent=True)
    about = {"entry": "housing/lease", "confidence": "0.62", "runner_ups": "housing/eviction,jobs/permit", "crisis": "violence"}
    await cases.add(case.id, "person", "words", language="ar", about=about)
    await cases.add(case.id, "bot", "answer", language="ar", about={"entry": "housing/lease", "outcome": "answer"})
    await sign_in(browser)
    page = " ".join(re.sub("<[^>]+>", " ", (await browser.get(f"/cases/{case.id}")).text).split())
    assert "Understood as: Danger housing/lease 62% or: housing/eviction · jobs/permit" in page
    assert "Answer shown: housing/lease" in page
    for fact in ("Brussels", "Recognised refugee", "Arabic", "Urgent: Danger"):
        assert fact in page


async def test_what_was_said_before_the_case_keeps_its_time_and_a_correction_says_so(
    browser: httpx.AsyncClient, cases: Cases
) -> None:
    case = await cases.open(PERSON, "ar", "asked")
    noon = datetime(2026, 11, 20, 12, tzinfo=timezone.utc)
    await cases.add(case.id, "person", "before", about={"earlier": "1", "said_at": str(int(noon.timestamp()))})
    await cases.add(case.id, "person", "corrected words", about={"edited": "1", "said_at": "0"})
    await sign_in(browser)
    page = await browser.get(f"/cases/{case.id}")
    first, second = page.text.split('<li class="line')[1:]
    assert f'datetime="{noon.isoformat()}"' in first and "Corrected" not in first
    assert "1970" not in second and "Corrected by the person" in second


async def test_every_case_of_colleagues_can_be_listed(browser: httpx.AsyncClient, cases: Cases) -> None:
    for turn in range(SHOWN + 2):
        case = await cases.open(f"person{turn}", "ti", "asked")
        await cases.claim(case.id, "bart", "Bart")
    await sign_in(browser)
    page = await browser.get("/")
    assert page.text.count('<li class="row') == SHOWN and "Show 2 more" in page.text
    assert (await browser.get("/?shown=160")).text.count('<li class="row') == SHOWN + 2


async def test_every_closed_case_that_is_kept_is_found(browser: httpx.AsyncClient, cases: Cases) -> None:
    for turn in range(SHOWN + 2):
        case = await cases.open(f"person{turn}", "ti", "asked", region="wallonia" if turn else "brussels")
        await cases.cancel(case.person)
    await sign_in(browser)
    page = await browser.get("/closed")
    assert page.text.count('<li class="row') == SHOWN and 'href="/closed?shown=160"' in page.text
    assert (await browser.get("/closed?shown=160")).text.count('<li class="row') == SHOWN + 2
    assert (await browser.get("/closed?region=brussels")).text.count('<li class="row') == 1


async def test_earlier_cases_of_the_alias_are_linked_with_their_outcome(browser: httpx.AsyncClient, cases: Cases) -> None:
    before = await cases.open(PERSON, "ar", "asked")
    await cases.claim(before.id, "amal")
    await cases.close(before.id, "amal", "went to the town hall")
    now = await cases.open(PERSON, "ar", "asked")
    assert now.alias == before.alias
    await sign_in(browser)
    page = await browser.get(f"/cases/{now.id}")
    assert f'href="/cases/{before.id}"' in page.text and "went to the town hall" in page.text


@pytest.mark.parametrize(
    ("minutes", "stage", "said"), [(5, "fresh", ""), (40, "soon", "Answer promised by"), (90, "late", "Promise missed")]
)
async def test_the_queue_says_in_words_and_colour_how_a_case_waits(
    settings: Settings, redis: Redis, vault: Vault, cases: Cases, accounts: Accounts, minutes: int, stage: str, said: str
) -> None:
    case = await cases.open(PERSON, "ar", "asked")
    await waits(cases, case, minutes)
    app = create_app(replace(settings, opening_hours="Mon-Sun 00:00-23:59"), redis, vault)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://desk") as browser:
        await sign_in(browser)
        page = await browser.get("/")
    assert f'class="time {stage}"' in page.text and said in page.text


async def test_who_holds_as_many_cases_as_agreed_takes_no_more(
    browser: httpx.AsyncClient, cases: Cases, accounts: Accounts
) -> None:
    await accounts.add(Account("lia", "Lia", limit=1), PASSWORD)
    first, second = [await cases.open(f"person{turn}", "ar", "asked") for turn in range(2)]
    await sign_in(browser, "lia")
    fields = {"csrf": token(await browser.get(f"/cases/{first.id}"))}
    await browser.post(f"/cases/{first.id}/claim", data=fields)
    answer = await browser.post(f"/cases/{second.id}/claim", data=fields)
    assert "limit_reached" in answer.headers["location"]
    assert (await cases.get(second.id)).waiting


async def test_an_editor_sees_no_case(browser: httpx.AsyncClient, cases: Cases) -> None:
    case = await cases.open(PERSON, "ar", "asked")
    await sign_in(browser, "edith")
    assert (await browser.get("/")).headers["location"] == "/figures"
    for path in (f"/cases/{case.id}", "/closed"):
        assert (await browser.get(path)).status_code == 403


async def test_every_answer_carries_a_policy_without_inline_scripts(browser: httpx.AsyncClient) -> None:
    for path in ("/sign-in", "/nothing-here", "/static/desk.css"):
        headers = (await browser.get(path)).headers
        assert "unsafe" not in headers["content-security-policy"] and "script-src 'self'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff" and headers["x-frame-options"] == "DENY"
    assert (await browser.get("/sign-in")).headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("name", "mime", "served_as", "way"),
    [
        ("voice.ogg", "audio/ogg", "audio/ogg", "inline"),
        ("card.jpg", "image/jpeg", "image/jpeg", "inline"),
        ("letter.pdf", "application/pdf", "application/octet-stream", "attachment"),
        ("evil.svg", "image/svg+xml", "application/octet-stream", "attachment"),
        ("evil.html", "text/html", "application/octet-stream", "attachment"),
        ('../x"\r\nSet-Cookie: a=b.txt', "text/plain\r\nx: y", "application/octet-stream", "attachment"),
    ],
)
async def test_a_file_never_runs_at_the_desk(
    browser: httpx.AsyncClient, cases: Cases, name: str, mime: str, served_as: str, way: str
) -> None:
    media = await cases.store_media(PERSON, b"<script>alert(1)</script>", "document", name, mime)
    await sign_in(browser)
    headers = (await browser.get(f"/media/{media.id}")).headers
    assert headers["content-type"] == served_as and headers["content-disposition"].startswith(way)
    assert headers["x-content-type-options"] == "nosniff" and "sandbox" in headers["content-security-policy"]
    assert "set-cookie" not in headers


async def test_a_file_name_cannot_be_read_backwards(browser: httpx.AsyncClient, cases: Cases) -> None:
    case = await cases.open(PERSON, "ar", "asked")
    media = await cases.store_media(PERSON, b"MZ", "document", "letter\u202efdp.exe", "application/pdf")
    await cases.add(case.id, "person", "", media=media)
    await sign_in(browser)
    page = await browser.get(f"/cases/{case.id}")
    assert "letterfdp.exe" in page.text and "\u202e" not in page.text


async def test_a_huge_request_is_refused(browser: httpx.AsyncClient) -> None:
    await sign_in(browser)
    answer = await browser.post("/mine/language", data={"csrf": "x" * 400_000})
    assert answer.status_code == 413


async def test_unknown_cases_and_pages_get_a_kind_page(browser: httpx.AsyncClient) -> None:
    await sign_in(browser)
    for path in ("/cases/none", "/media/none", "/nothing"):
        answer = await browser.get(path, headers={"accept-language": "fr-BE,fr"})
        assert answer.status_code == 404 and "Traceback" not in answer.text and "<h1>" in answer.text


async def test_without_redis_the_desk_says_so(settings: Settings, vault: Vault) -> None:
    gone = connect(replace(settings, redis_url="redis://127.0.0.1:1/0"))
    app = create_app(settings, gone, vault)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://desk") as browser:
        assert (await browser.get("/healthz")).status_code == 200
        assert (await browser.get("/readyz")).status_code == 503
        for language, words in (("nl", "bereikt haar opslag niet"), ("en", "cannot reach its storage")):
            page = await browser.get(
                "/", headers={"accept-language": language, "cookie": f"{COOKIE}={vault.seal('x').decode()}"}
            )
            assert page.status_code == 503 and words in page.text and "Traceback" not in page.text


async def test_words_of_a_lost_key_are_explained_to_the_operator(
    browser: httpx.AsyncClient, redis: Redis, cases: Cases
) -> None:
    case = await cases.open(PERSON, "ar", "asked")
    await Cases(redis, Vault(Fernet.generate_key().decode())).add(case.id, "person", "words")
    await sign_in(browser)
    page = await browser.get(f"/cases/{case.id}")
    assert page.status_code == 500 and "WEGWIJS_KEY" in page.text


async def test_the_interface_speaks_the_caseworkers_language(browser: httpx.AsyncClient) -> None:
    assert "Se connecter" in (await browser.get("/sign-in?language=fr")).text
    await sign_in(browser)
    for language, words in (
        ("nl", "Er wacht niemand"),
        ("de", "Niemand wartet"),
        ("fr", "Personne n&#39;attend"),
        ("en", "Nobody is"),
    ):
        page = await browser.get("/")
        await browser.post("/mine/language", data={"csrf": token(page), "language": language, "back": "/"})
        assert words in (await browser.get("/")).text


async def test_every_language_of_the_interface_has_every_phrase(app: Starlette) -> None:
    phrases = app.state.desk.pages.phrases
    assert phrases.problems == () and phrases.missing() == {}


async def test_a_thousand_waiting_cases_are_a_light_page(settings: Settings, vault: Vault, cases: Cases, redis: Redis) -> None:
    """How fast it is, `make bench` measures."""
    await fill(redis, cases)
    app = create_app(replace(settings, opening_hours="Mon-Sun 00:00-23:59"), redis, vault)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://desk") as browser:
        await sign_in(browser, "one0")
        page = await browser.get("/")
    assert len(page.content) < 150_000 and page.text.count('<li class="row') == 60
    assert "Offered to you" in page.text and "Answer promised by" in page.text
