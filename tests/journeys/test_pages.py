"""The chat page as a person sees it, left to right and right to left, with the real bot behind it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

from tests.journeys.conftest import Running

SCREENSHOTS = Path("docs/screenshots")
PHONES = {"width": 900, "height": 1000}


@pytest.mark.parametrize(
    ("name", "language", "button", "question"),
    [
        ("Amina", "ar", "العربية", "المؤجر ما بده يرجعلي الضمان تبع البيت"),
        ("Jan", "nl", "Nederlands", "hoe krijg ik mijn huurwaarborg terug van de verhuurder?"),
    ],
)
async def test_somebody_asks_on_the_chat_page(
    wegwijs: Running, page: Page, name: str, language: str, button: str, question: str
):
    await page.set_viewport_size(PHONES)  # type: ignore[arg-type]
    await page.goto(wegwijs.sandbox)
    await page.get_by_label("Name", exact=True).fill(name)
    await page.get_by_label("Language").select_option(language)
    await page.get_by_role("button", name="Add a person").click()
    chat = page.get_by_role("log", name=f"Chat of {name}")
    await page.get_by_role("button", name="Start", exact=True).last.click()
    await chat.get_by_role("button", name=button, exact=True).last.click()
    await expect(chat.locator(".message:not(.mine) .bubble").last).not_to_be_empty(timeout=10_000)
    await page.get_by_role("textbox", name=f"Message from {name}").fill(question)
    await page.keyboard.press("Enter")
    answer = chat.locator(".message.mine ~ .message:not(.mine) .bubble").last
    await expect(answer).to_contain_text("OCMW" if language == "nl" else "CPAS", timeout=15_000)
    direction = await answer.evaluate("bubble => getComputedStyle(bubble).direction")
    assert direction == ("rtl" if language == "ar" else "ltr")
    results = await Axe().run(page)
    assert results.violations_count == 0, results.generate_report()
    if os.environ.get("SCREENSHOTS"):
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        await page.screenshot(path=SCREENSHOTS / f"chat-{language}.png", caret="initial")
