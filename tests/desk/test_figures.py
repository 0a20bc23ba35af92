"""Figures and drafts: counted with the change itself, shown without anybody's words."""

from __future__ import annotations

import csv
import io

import httpx
import pytest_asyncio
import yaml

from desk.accounts import Account, Accounts
from desk.cases import Cases
from desk.figures import Figures, Weak, figures_of, summed, weakest
from desk.figures_page import safe
from store import Redis
from tests.desk.test_pages import PASSWORD, accounts, app, browser, sign_in, token

__all__ = ["accounts", "app", "browser"]


@pytest_asyncio.fixture
async def lived(cases: Cases) -> None:
    """Three people: one answered and closed, one cancelled, one waits."""
    first, second, _ = [
        await cases.open(f"person{turn}", language, "missed", entry=entry)
        for turn, (language, entry) in enumerate((("ar", "housing/lease"), ("ar", "housing/lease"), ("ti", None)))
    ]
    await cases.open("person0", "ar", "asked")
    await cases.claim(first.id, "amal")
    for words in ("one", "two"):
        await cases.reply(first.id, "amal", words)
    await cases.close(first.id, "amal", "secret outcome")
    await cases.cancel(second.person)


async def test_each_change_counts_once(redis: Redis, lived: None) -> None:
    counts = summed((await Figures(redis).by_day(7)).values())
    hours = {name: counts.pop(name) for name in list(counts) if name.startswith("hour:")}
    assert sum(hours.values()) == 3
    assert counts == {
        "opened": 3,
        "language:ar": 2,
        "language:ti": 1,
        "topic:housing": 2,
        "topic:none": 1,
        "reason:missed": 3,
        "unanswered:housing/lease:ar": 2,
        "replied": 1,
        "wait:5": 1,
        "closed": 1,
        "cancelled": 1,
    }


async def test_plots_have_the_most_first_and_all_hours(redis: Redis, lived: None) -> None:
    figures = {figure.kind: figure for figure in figures_of(summed((await Figures(redis).by_day(7)).values()))}
    assert figures["language"].rows == (("ar", 2), ("ti", 1)) and figures["language"].largest == 2
    assert len(figures["hour"].rows) == 24 and figures["hour"].total == 3
    assert dict(figures["outcome"].rows) == {"closed": 1, "cancelled": 1, "expired": 0, "late": 0}


async def test_editors_see_which_answers_do_not_help_in_which_language(redis: Redis, lived: None) -> None:
    figures = Figures(redis)
    for name in ("missed:jobs/permit:uk", "missed:jobs/permit:uk", "missed:jobs/permit:uk", "helped:jobs/permit:uk"):
        await figures.count(name)
    rows = weakest(summed((await figures.by_day(1)).values()))
    assert rows == [Weak("jobs/permit", "uk", 3, 1, 0), Weak("housing/lease", "ar", 0, 0, 2)]


async def test_editors_see_how_many_questions_of_each_language_found_no_answer(
    browser: httpx.AsyncClient, cases: Cases, accounts: Accounts
) -> None:
    await accounts.add(Account("eva", "Eva", ("editor",)), PASSWORD)
    await sign_in(browser, "eva")
    assert "Every question found an answer." in (await browser.get("/editing")).text
    await cases.count("fallback:ti", "fallback:ti", "bot:fallback")
    page = await browser.get("/editing")
    assert '<th scope="row">Tigrinya</th><td>2</td>' in page.text
    assert "Questions without an answer, by language" in (await browser.get("/figures")).text


async def test_editors_take_the_list_away_as_csv(browser: httpx.AsyncClient, cases: Cases, lived: None) -> None:
    await cases.count("missed:jobs/permit:uk", "helped:jobs/permit:uk", "fallback:ti", "missed:=cmd():uk")
    await sign_in(browser, "edith")
    assert "/editing/questions.csv" in (await browser.get("/editing")).text
    rows = list(csv.reader(io.StringIO((await browser.get("/editing/questions.csv")).text)))
    assert rows == [
        ["entry", "language", "missed", "helped", "cases", "unanswered"],
        ["housing/lease", "ar", "0", "0", "2", "0"],
        ["'=cmd()", "uk", "1", "0", "0", "0"],
        ["jobs/permit", "uk", "1", "1", "0", "0"],
        ["", "ti", "0", "0", "0", "1"],
    ]
    await sign_in(browser)
    assert (await browser.get("/editing/questions.csv")).status_code == 403


async def test_the_share_that_the_assistant_answered_leaves_small_talk_out(browser: httpx.AsyncClient, cases: Cases) -> None:
    await sign_in(browser)
    assert "messages with a question" not in (await browser.get("/figures")).text
    await cases.count(*["bot:answer"] * 3, "bot:clarify", *["bot:dialogue"] * 5)
    assert "Of 4 messages with a question the assistant answered 75% at once." in (await browser.get("/figures")).text


async def test_figures_come_as_a_page_and_as_csv_without_words(browser: httpx.AsyncClient, lived: None) -> None:
    await sign_in(browser)
    page = await browser.get("/figures?days=7")
    assert "Cases opened: 3, answered: 1, closed: 1." in page.text and "<svg" in page.text and "style=" not in page.text
    answer = await browser.get("/figures.csv?days=7")
    rows = list(csv.reader(io.StringIO(answer.text)))
    assert rows[0] == ["date", "name", "count"] and [row[1:] for row in rows if row[1] == "opened"] == [["opened", "3"]]
    assert "secret" not in answer.text and "person0" not in answer.text
    assert safe("=cmd()") == "'=cmd()"


async def test_a_case_without_an_entry_leaves_a_draft_for_the_editors(
    browser: httpx.AsyncClient, cases: Cases, accounts: Accounts, redis: Redis
) -> None:
    await accounts.add(Account("eva", "Eva", ("editor",), language="nl"), PASSWORD)
    case = await cases.open("person1", "ti", "missed", entry="housing/lease")
    await cases.claim(case.id, "amal")
    await sign_in(browser)
    assert (await browser.get("/editing")).status_code == 403
    fields = {"question": "May my landlord read the meter?", "answer": "Yes, announced.", "outcome": "told"}
    await browser.post(f"/cases/{case.id}/close", data={"csrf": token(await browser.get("/mine")), **fields})
    assert all(b"landlord" not in str(value).encode() for value in await redis.xrange("ww:{drafts}"))
    await sign_in(browser, "eva")
    page = await browser.get("/editing")
    assert "May my landlord read the meter?" in page.text and "gesteld in het Tigrinya" in page.text
    exported = yaml.safe_load((await browser.get("/editing/drafts.yml")).text)
    about = {"language": "en", "asked_in": "ti", "near": "housing/lease"}
    assert exported == [{"question": fields["question"], "answer": "Yes, announced.", **about}]
    (draft,) = [line_id.decode() for line_id, _ in await redis.xrange("ww:{drafts}")]
    await browser.post("/editing/remove", data={"csrf": token(page), "draft": draft})
    assert "landlord" not in (await browser.get("/editing")).text
