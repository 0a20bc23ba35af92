"""Administrators' pages: invitations work once, and nobody locks everybody out."""

from __future__ import annotations

import re

import httpx
import pytest
import pytest_asyncio
from starlette.applications import Starlette

from desk.accounts import Account, Accounts
from desk.audit import Audit
from desk.cases import Cases
from desk.invitations import Invitations
from store import Redis
from tests.desk.test_pages import PASSWORD, PERSON, accounts, app, browser, sign_in, token

__all__ = ["accounts", "app", "browser"]


@pytest_asyncio.fixture
async def admin(browser: httpx.AsyncClient, accounts: Accounts) -> httpx.AsyncClient:
    await accounts.add(Account("ada", "Ada", ("admin",)), PASSWORD)
    await sign_in(browser, "ada")
    return browser


async def test_only_administrators_see_accounts_and_log(browser: httpx.AsyncClient) -> None:
    await sign_in(browser)
    for path in ("/accounts", "/audit"):
        assert (await browser.get(path)).status_code == 403
    fields = {"csrf": token(await browser.get("/mine")), "name": "eve", "roles": "admin"}
    assert (await browser.post("/accounts", data=fields)).status_code == 403


async def test_who_is_invited_chooses_a_password_once(admin: httpx.AsyncClient, app: Starlette, accounts: Accounts) -> None:
    fields = {"csrf": token(await admin.get("/accounts")), "name": "Bart", "roles": ["caseworker"], "languages": ["fr", "xx"]}
    page = await admin.post("/accounts", data=fields)
    link = re.search(r"/invitation/[\w-]+", page.text)
    assert link
    bart = await accounts.find("bart")
    assert bart and bart.languages == ("fr",) and not bart.password_hash
    assert not await accounts.verify("bart", "")
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://desk") as guest:
        form = {"csrf": token(await guest.get(link.group())), "new": "short"}
        assert (await guest.post(link.group(), data=form)).status_code == 400
        form["new"] = "a password of my own"
        assert (await guest.post(link.group(), data={**form, "csrf": "x"})).status_code == 403
        assert (await guest.post(link.group(), data=form)).headers["location"] == "/"
        assert (await guest.get("/")).status_code == 200
        assert (await guest.post(link.group(), data=form)).status_code == 404
        assert (await guest.get(link.group())).status_code == 404
    assert await accounts.verify("bart", "a password of my own")


async def test_redis_does_not_know_the_link(redis: Redis) -> None:
    secret = await Invitations(redis).make("bart")
    assert all(secret.encode() not in key for key in await redis.keys("*"))


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"name": "ada"}, "another administrator"),
        ({"name": "amal", "roles": "caseworker", "hours": "whenever"}, "Write working hours"),
        ({"name": "amal", "roles": "chief"}, "at least one role"),
        ({"name": "nobody", "roles": "caseworker"}, "no such account"),
    ],
)
async def test_a_wrong_change_is_refused_with_its_reason(
    admin: httpx.AsyncClient, accounts: Accounts, changed: dict[str, str], words: str
) -> None:
    before = await accounts.all()
    fields = {"csrf": token(await admin.get("/accounts")), "roles": "caseworker", **changed}
    answer = await admin.post("/accounts/change", data=fields)
    assert answer.status_code == 400 and words in answer.text
    assert await accounts.all() == before


async def test_accounts_are_changed_and_removed(admin: httpx.AsyncClient, accounts: Accounts) -> None:
    csrf = token(await admin.get("/accounts"))
    fields = {"name": "amal", "shown_name": "Amal S.", "roles": "caseworker", "languages": ["ar", "fr"], "limit": "3"}
    await admin.post("/accounts/change", data={"csrf": csrf, **fields, "hours": "Mon-Fri 09:00-12:00"})
    amal = await accounts.find("amal")
    assert amal and (amal.shown_name, amal.languages, amal.limit, amal.hours) == (
        "Amal S.",
        ("fr", "ar"),
        3,
        "Mon-Fri 09:00-12:00",
    )
    assert await accounts.verify("amal", PASSWORD)
    await admin.post("/accounts/remove", data={"csrf": csrf, "name": "amal"})
    await admin.post("/accounts/remove", data={"csrf": csrf, "name": "ada"})
    assert [account.name for account in await accounts.all()] == ["ada", "edith"]


async def test_the_log_tells_who_saw_a_case_without_its_words(
    browser: httpx.AsyncClient, redis: Redis, cases: Cases, accounts: Accounts
) -> None:
    case = await cases.open(PERSON, "ar", "asked")
    await cases.add(case.id, "person", "secret words")
    await sign_in(browser)
    await browser.get(f"/cases/{case.id}")
    deeds = await Audit(redis).latest()
    assert [(deed.who, deed.what, deed.about) for deed in deeds] == [("amal", "saw", case.id), ("amal", "signed_in", "")]
    assert "secret" not in repr(deeds)
