"""Teams: a case is handed to all of them, and whoever is first has it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import httpx

from desk.accounts import Account, Accounts
from desk.cases import Cases
from desk.colleagues import Colleagues
from desk.routing import offered
from store import Redis
from tests.desk.test_pages import PASSWORD, PERSON, accounts, app, browser, sign_in, token
from tests.desk.test_routing import CASE, MONDAY, colleague

__all__ = ["accounts", "app", "browser"]
LEGAL = replace(CASE, team="Legal help")


def test_a_case_for_a_team_is_offered_to_all_of_it_at_once() -> None:
    able = [colleague("amal", team="Legal help"), colleague("bart", team="Legal help"), colleague("carl")]
    offers = [one.account.name for one in able if offered(LEGAL, one.account, able, MONDAY)]
    assert offers == ["amal", "bart"]


def test_when_nobody_of_the_team_is_there_it_is_offered_like_any_other() -> None:
    able = [colleague("carl", team="Housing")]
    assert offered(LEGAL, able[0].account, able, MONDAY + timedelta(minutes=1))


async def test_a_case_handed_to_a_team_waits_for_it_until_somebody_claims(
    browser: httpx.AsyncClient, cases: Cases, accounts: Accounts, redis: Redis
) -> None:
    await accounts.add(Account("bart", "Bart", team="Legal help"), PASSWORD)
    await accounts.add(Account("ed", "Ed", ("editor",), team="Editors"), PASSWORD)
    case = await cases.open(PERSON, "ti", "asked")
    await cases.claim(case.id, "amal", "Amal")
    await sign_in(browser)
    page = await browser.get(f"/cases/{case.id}")
    assert 'value="team:Legal help"' in page.text and "team:Editors" not in page.text
    fields = {"csrf": token(page), "words": "needs a lawyer", "once": "one"}
    answer = await browser.post(f"/cases/{case.id}/hand", data={**fields, "colleague": "team:Editors"})
    assert answer.headers["location"].endswith("no_colleague") and (await cases.get(case.id)).held
    await browser.post(f"/cases/{case.id}/hand", data={**fields, "colleague": "team:Legal help"})
    handed = await cases.get(case.id)
    assert (handed.waiting, handed.team) == (True, "Legal help")
    assert [line.words for line in await cases.thread(case.id)] == ["needs a lawyer"]
    await sign_in(browser, "bart")
    await Colleagues(redis, accounts, cases).seen("bart")
    board = await browser.get("/")
    assert "For team Legal help" in board.text and "Offered to you" in board.text
    assert await cases.claim(case.id, "bart", "Bart")
    assert (await cases.get(case.id)).team == ""


async def test_an_administrator_sets_the_team_of_an_account(browser: httpx.AsyncClient, accounts: Accounts) -> None:
    await accounts.add(Account("ada", "Ada", ("admin",)), PASSWORD)
    await sign_in(browser, "ada")
    page = await browser.get("/accounts")
    fields = {"name": "amal", "shown_name": "Amal", "roles": "caseworker", "team": "  Legal   help "}
    await browser.post("/accounts/change", data={"csrf": token(page), **fields})
    changed = await accounts.find("amal")
    assert changed and changed.team == "Legal help"
