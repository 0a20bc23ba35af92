"""What pages look like on a bad day: late cases, files, translations, handed cases, refusals, a lost line. No axe violation."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, expect

from desk.accounts import Accounts
from desk.cases import Cases
from settings import Settings
from tests.desk.browsers import SCREENS, Caseworker, caseworker, running_desk
from tests.desk.crowd import waits
from tests.desk.test_browser import arabic_case, chromium, desk_address, run_out
from tests.desk.test_translation import engine

__all__ = ["chromium", "desk_address", "engine"]
on_every_screen = pytest.mark.parametrize(("kind", "screen"), SCREENS)


async def look_at(one: Caseworker, path: str) -> None:
    await one.open(path)
    await one.unfold()
    await one.check_accessible()


async def send_past_htmx(one: Caseworker, form: str) -> None:
    """As a browser without scripts would."""
    async with one.page.expect_navigation():
        await one.page.locator(form).evaluate("form => form.submit()")


@on_every_screen
async def test_the_queue_in_every_colour(
    desk_address: str, chromium: Browser, cases: Cases, kind: str, screen: dict[str, Any]
) -> None:
    amal = await caseworker(chromium, desk_address, "amal", **screen)
    for path in ("/", "/closed", "/figures", "/editing", "/?topic=jobs&words=nothing"):
        await look_at(amal, path)
    soon, late, team, away, mine, handed = [
        await cases.open(f"person0000000000000{turn}", language, "asked", entry="housing/lease", region="brussels")
        for turn, language in enumerate(("ar", "ti", "uk", "fa", "fr", "so"))
    ]
    await cases.open(late.person, "ti", "crisis", urgent=True, crisis="violence")
    for case, minutes in ((soon, 40), (late, 90), (team, 5)):
        await waits(cases, case, minutes)
    await cases.set_unreachable(away.person)
    for case, name in ((team, "amal"), (mine, "amal"), (handed, "amal")):
        await cases.claim(case.id, name, name.title())
    await cases.release(team.id, "amal", "Legal help")
    await cases.hand(handed.id, "amal", "bart", "Bart")
    await cases.add(mine.id, "person", "Bonjour", language="fr")

    await amal.open("/")
    for words in ("Answer promised by", "Promise missed", "For team Legal help", "New message", "with Bart", "Offered to you"):
        await expect(amal.page.get_by_text(words).first).to_be_visible()
    for part in ("mark.soon", "mark.late", "time.soon", "time.late"):
        await expect(amal.page.locator(f".{part}").first).to_be_visible()
    await amal.check_accessible()
    for case in (soon, late, team, away, handed):
        await look_at(amal, f"/cases/{case.id}")
    await amal.open(f"/cases/{mine.id}")
    await amal.page.get_by_role("button", name="Give it back").click()
    await expect(amal.page.get_by_text("The case waits again.")).to_be_visible()
    await amal.check_accessible()
    assert amal.errors == []


@on_every_screen
async def test_a_case_with_files_translated_and_inserted(
    redis_server: Settings, engine: str, tmp_path: Path, chromium: Browser, cases: Cases, kind: str, screen: dict[str, Any]
) -> None:
    arabic = await arabic_case(cases)
    tigrinya = await cases.open("person00000000000009", "ti", "asked")
    for case in (arabic, tigrinya):
        await cases.claim(case.id, "amal", "Amal")
    with running_desk(redis_server, tmp_path, translate_url=engine) as address:
        amal = await caseworker(chromium, address, "amal", **screen)
        await look_at(amal, f"/cases/{arabic.id}")
        await expect(amal.page.get_by_role("heading", name="Answers the assistant thought of")).to_be_visible()
        await amal.page.get_by_role("button", name="Translate", exact=True).first.click()
        await expect(amal.page.get_by_text("Machine translation:")).to_be_visible()
        await amal.page.get_by_label("Reply to the person").fill("You may stay.")
        await amal.page.get_by_role("button", name="Translate before sending").click()
        await expect(amal.page.get_by_role("heading", name="Translated back, to compare")).to_be_visible()
        await amal.check_accessible()
        await amal.page.get_by_role("button", name="Send in Arabic").last.click()
        await expect(amal.page.get_by_text("Translated by machine from:")).to_be_visible()
        await amal.page.get_by_role("link", name="The rental contract").first.click()
        await expect(amal.page.get_by_text("Not yet reviewed by a speaker of Arabic.")).to_be_visible()
        await amal.check_accessible()
        await look_at(amal, f"/cases/{arabic.id}/entries/housing/lease")
        await look_at(amal, f"/cases/{arabic.id}/phrases/appointment.propose?day=")
        await expect(amal.page.get_by_text("Fill in:")).to_be_visible()
        await amal.open(f"/cases/{tigrinya.id}")
        await amal.page.get_by_label("Reply to the person").fill("You may stay.")
        await amal.page.get_by_role("button", name="Translate before sending").click()
        await expect(amal.page.get_by_text("The translation engine gave no answer.")).to_be_visible()
        await amal.check_accessible()
        assert amal.errors == []


@on_every_screen
async def test_what_is_refused_or_lost(
    desk_address: str, chromium: Browser, cases: Cases, kind: str, screen: dict[str, Any]
) -> None:
    accounts = Accounts(cases.redis)
    case = await cases.open("person00000000000001", "uk", "asked")
    await cases.claim(case.id, "amal", "Amal")
    amal = await caseworker(chromium, desk_address, "", **screen)
    await look_at(amal, "/invitation/used")
    await amal.open("/sign-in")
    await amal.page.get_by_label("Name").fill("amal")
    await amal.page.get_by_label("Password").fill("wrong")
    await amal.page.get_by_role("button", name="Sign in").click()
    await expect(amal.page.locator(".banner.problem")).to_be_visible()
    await amal.check_accessible()
    await amal.sign_in("amal")

    await amal.open(f"/cases/{case.id}")
    await amal.page.get_by_label("Reply to the person").fill("written in the tram")
    await amal.context.set_offline(True)
    await amal.page.get_by_role("button", name="Send to the person").click()
    await expect(amal.page.get_by_text("No connection to the desk.")).to_be_visible()
    await amal.check_accessible()
    await amal.context.set_offline(False)
    await run_out(cases, case)
    await expect(amal.page.get_by_text("Your draft is kept")).to_be_visible(timeout=10_000)
    await amal.check_accessible()
    await cases.claim(case.id, "amal", "Amal")
    await amal.open(f"/cases/{case.id}")
    await cases.hand(case.id, "amal", "bart", "Bart")
    await send_past_htmx(amal, "#reply")
    await expect(amal.page.get_by_role("textbox")).to_have_value("written in the tram")
    await amal.check_accessible()

    await amal.open("/mine")
    await amal.page.get_by_label("Password now").fill("wrong")
    await amal.page.get_by_label("New password").fill("another long password")
    await amal.page.get_by_role("button", name="Change and sign in anew").click()
    await expect(amal.page.locator(".banner.problem")).to_be_visible()
    await amal.check_accessible()
    await amal.open("/mine/two-steps")
    await amal.page.get_by_label("Code of six digits").fill("000000")
    await amal.page.get_by_role("button", name="Switch on").click()
    await expect(amal.page.locator(".banner.problem")).to_be_visible()
    await amal.check_accessible()

    await amal.open("/accounts")
    await amal.unfold()
    await amal.page.get_by_role("button", name="Remove Amal").click()
    await expect(amal.page.get_by_text("another administrator")).to_be_visible()
    await amal.check_accessible()
    await amal.page.get_by_label("Sign-in name").last.fill("carla")
    await amal.page.get_by_label("Name people are told").last.fill("Carla")
    await amal.page.get_by_role("button", name="Add and make a link").click()
    await expect(amal.page.get_by_label("Invitation link")).to_be_visible()
    await amal.check_accessible()

    account = await accounts.find("amal")
    assert account
    await accounts.change(replace(account, totp="sealed", roles=("caseworker",)))
    for path in ("/mine/two-steps", "/accounts", "/nothing-here"):
        await look_at(amal, path)
    assert amal.errors == []
