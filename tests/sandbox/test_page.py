"""The chat page in a real browser: left to right and right to left, by keyboard, on a small screen, without barriers."""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, Route, async_playwright, expect

from sandbox.app import create_app
from sandbox.client import Person, SandboxClient
from sandbox.serving import running
from tests.sandbox.bots import BotApi

BROWSER_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest_asyncio.fixture
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=BROWSER_ARGUMENTS)
        yield chromium
        await chromium.close()


async def opened(browser: Browser, url: str, **screen: Any) -> Page:
    """The chat page, with everything that goes wrong in it as an error of the test."""
    page = await browser.new_page(**{"viewport": {"width": 1280, "height": 900}, **screen})
    page.set_default_timeout(10_000)
    page.on("pageerror", lambda error: pytest.fail(f"the page's script failed: {error}"))
    await page.goto(url)
    await expect(page.get_by_text("A sandbox, not Telegram")).to_be_visible()
    return page


async def add_person(page: Page, name: str, language: str) -> None:
    await page.get_by_label("Name").fill(name)
    await page.get_by_label("Language").select_option(language)
    await page.get_by_role("button", name="Add a person").click()
    await expect(page.get_by_role("log", name=f"Chat of {name}")).to_be_visible()


async def assert_no_barriers(page: Page) -> None:
    results = await Axe().run(page)
    assert results.violations_count == 0, results.generate_report()


@pytest.mark.parametrize(
    ("language", "button", "answer", "direction"),
    [("nl", "Nederlands", "Welkom. Schrijf uw vraag.", "ltr"), ("ar", "العربية", "أهلاً بك", "rtl")],
)
async def test_a_person_starts_presses_a_button_and_writes(
    browser: Browser,
    url: str,
    bot: object,
    sandbox: SandboxClient,
    language: str,
    button: str,
    answer: str,
    direction: str,
) -> None:
    page = await opened(browser, url)
    await assert_no_barriers(page)

    await add_person(page, "Amina", language)
    await expect(page.get_by_role("button", name="Start", exact=True)).to_be_focused()
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name=button, exact=True).click()
    bubble = page.locator(".message:not(.mine) .bubble").first
    await expect(bubble).to_contain_text(answer)
    assert await bubble.evaluate("bubble => getComputedStyle(bubble).direction") == direction
    await expect(page.get_by_text("Saved")).to_be_visible()

    await page.get_by_role("textbox", name="Message from Amina").fill("سؤال" if direction == "rtl" else "a question")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("You said:")).to_be_visible()
    await assert_no_barriers(page)
    await sandbox.settles()


async def test_everything_can_be_attached_and_the_menu_sends_commands(browser: Browser, url: str, bot: object) -> None:
    page = await opened(browser, url)
    await add_person(page, "Bahar", "fa")
    await page.get_by_role("button", name="Start", exact=True).click()
    for kind in ("Photo", "Document", "Sticker", "Location", "Contact", "Voice"):
        await page.get_by_role("button", name="Attach").click()
        await page.get_by_role("button", name=kind, exact=True).click()
    await expect(page.get_by_text("Your voice")).to_be_visible()
    await expect(page.locator(".mine")).to_have_count(7)
    await page.get_by_role("button", name="Menu").click()
    await page.get_by_role("button", name="/language Choose a language").click()
    await expect(page.get_by_text("You said: /language")).to_be_visible()
    await assert_no_barriers(page)


async def test_a_link_box_opens_deep_links_and_a_block_can_be_undone(browser: Browser, url: str, bot: object) -> None:
    page = await opened(browser, url)
    await add_person(page, "Oleh", "uk")
    await page.get_by_role("button", name="Link", exact=True).click()
    await page.get_by_label("t.me/").fill("gent")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Welcome gent")).to_be_visible()
    await page.get_by_role("button", name="Block", exact=True).click()
    await expect(page.get_by_role("textbox", name="Message from Oleh")).to_be_hidden()
    await page.get_by_role("button", name="Unblock").click()
    await expect(page.get_by_role("textbox", name="Message from Oleh")).to_be_visible()


async def test_on_a_small_dark_screen_one_phone_shows_at_a_time(browser: Browser, url: str, bot: object) -> None:
    page = await opened(browser, url, viewport={"width": 360, "height": 740}, color_scheme="dark")
    await add_person(page, "Amina", "ar")
    await page.get_by_role("button", name="Start", exact=True).click()
    await add_person(page, "Bahar", "fa")
    await expect(page.locator(".phone:visible")).to_have_count(1)
    await page.get_by_role("navigation", name="People").get_by_role("button", name="Amina").click()
    await expect(page.get_by_role("log", name="Chat of Amina")).to_be_visible()
    width = await page.evaluate("document.documentElement.scrollWidth")
    assert width == 360
    await assert_no_barriers(page)


async def test_a_phone_that_opens_late_does_not_take_the_keyboard_from_somebody_typing(browser: Browser, url: str) -> None:
    page = await opened(browser, url)
    slow = asyncio.Event()

    async def hold(route: Route) -> None:
        await slow.wait()
        await route.continue_()

    await page.route("**/sandbox/people/*/messages", hold)
    await page.get_by_role("button", name="Add a person").click()
    await expect(page.get_by_role("log", name="Chat of Amina")).to_be_visible()
    await page.get_by_label("Name").focus()
    slow.set()
    await expect(page.locator(".phone.shown")).to_have_count(1)
    await page.keyboard.type("Bahar")
    await expect(page.get_by_label("Name")).to_have_value(re.compile("Bahar"))


async def test_a_start_that_arrives_late_does_not_either(browser: Browser, url: str, bot: object) -> None:
    page = await opened(browser, url)
    await add_person(page, "Amina", "ar")
    slow = asyncio.Event()

    async def hold(route: Route) -> None:
        await slow.wait()
        await route.continue_()

    await page.route("**/sandbox/people/*/text", hold)
    async with page.expect_request("**/sandbox/people/*/text"):
        await page.get_by_role("button", name="Start", exact=True).click()
    await page.get_by_label("Name").focus()
    async with page.expect_response("**/sandbox/people/*/text"):
        slow.set()
    await expect(page.locator(".mine")).to_contain_text("/start")
    await page.keyboard.type("Bahar")
    await expect(page.get_by_label("Name")).to_have_value(re.compile("Bahar"))


async def test_typing_and_a_reply_keyboard_are_shown(browser: Browser, url: str, api: BotApi, amina: Person) -> None:
    page = await opened(browser, url)
    await expect(page.get_by_role("textbox", name="Message from Amina")).to_be_visible()
    keyboard = {"keyboard": [["Yes", "No"]]}
    await api.result("sendMessage", chat_id=amina.id, text="Sure?", reply_markup=keyboard)
    await page.get_by_role("button", name="Yes").click()
    await expect(page.locator(".mine").last).to_contain_text("Yes")
    await api.result("sendChatAction", chat_id=amina.id, action="typing")
    await expect(page.get_by_text("The bot is typing")).to_be_visible()
    await assert_no_barriers(page)


async def test_somebody_created_elsewhere_can_be_opened_here(browser: Browser, url: str, sandbox: SandboxClient) -> None:
    page = await opened(browser, url)
    await add_person(page, "Amina", "ar")
    await expect(page.locator(".phone")).to_have_count(1)
    await sandbox.person("Oleh", "uk")
    await page.get_by_label("Others").select_option("Oleh")
    await expect(page.locator(".phone:visible")).to_have_count(2)
    await assert_no_barriers(page)


async def test_the_page_runs_only_its_own_script_and_style(browser: Browser, url: str) -> None:
    page = await browser.new_page()
    response = await page.goto(url)
    assert response
    policy = (await response.all_headers())["content-security-policy"]
    assert policy.startswith("default-src 'self'")
    assert "unsafe" not in policy


async def test_what_a_person_writes_is_never_markup(browser: Browser, url: str, sandbox: SandboxClient) -> None:
    page = await opened(browser, url)
    await add_person(page, "Eve", "en")
    await page.get_by_role("button", name="Start", exact=True).click()
    await page.get_by_role("textbox", name="Message from Eve").fill("<img src=x onerror=alert(1)>")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("<img src=x onerror=alert(1)>")).to_be_visible()
    assert await page.locator(".bubble img").count() == 0


async def test_phones_of_a_sandbox_that_was_started_again_are_closed(browser: Browser) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    async with running(create_app(), port) as url:
        page = await opened(browser, url)
        await add_person(page, "Amina", "ar")
        await expect(page.locator(".phone")).to_have_count(1)
    async with running(create_app(), port):
        await expect(page.get_by_role("heading", name="Try the bot")).to_be_visible(timeout=15_000)
        await add_person(page, "Oleh", "uk")
        await expect(page.get_by_role("button", name="Start", exact=True)).to_be_focused()
