"""A caseworker's browser for the tests: headless Chromium on the real desk, with axe and a camera."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, BrowserContext, Page, Playwright, expect

from settings import Settings
from tests.conftest import free_port, wait_for_port

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SCREENSHOTS = Path("docs/screenshots")
PHONE, WIDE = {"width": 360, "height": 740}, {"width": 1280, "height": 860}
PASSWORD = "correct horse battery"
# Zoomed: a window of 1280 pixels at 200 %.
SCREENS: list[tuple[str, dict[str, Any]]] = [
    ("phone-dark", {"viewport": PHONE, "color_scheme": "dark"}),
    ("wide-light", {"viewport": {"width": 1600, "height": 900}, "color_scheme": "light"}),
    ("zoomed", {"viewport": {"width": 640, "height": 430}, "device_scale_factor": 2}),
]


@contextmanager
def running_desk(settings: Settings, cache_dir: Path, **changed: Any) -> Iterator[str]:
    """`wegwijs desk` as its own process, open at all hours; yields its address."""
    known = {"telegram_token": "1:test", "opening_hours": "Mon-Sun 00:00-23:59", "cache_dir": cache_dir, **changed}
    running = replace(settings, desk_port=free_port(), **known)
    process = subprocess.Popen([sys.executable, "-m", "wegwijs", "desk"], env={**os.environ, **running.environment()})
    try:
        wait_for_port(running.desk_port, 30)
        yield f"http://127.0.0.1:{running.desk_port}"
    finally:
        process.terminate()
        process.wait(15)


async def launch(playwright: Playwright) -> Browser:
    return await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)


class Caseworker:
    """Somebody at the desk: a browser of their own, and every script error and refused script of it."""

    def __init__(self, context: BrowserContext, page: Page, address: str) -> None:
        self.context = context
        self.page = page
        self.address = address
        self.errors: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", lambda message: self.errors.append(message.text) if "Content Security" in message.text else None)
        page.on("dialog", self.dialog)

    async def dialog(self, dialog: object) -> None:
        self.errors.append("a script opened a dialog")

    async def sign_in(self, name: str) -> None:
        await self.page.goto(f"{self.address}/sign-in")
        await self.page.get_by_label("Name").fill(name)
        await self.page.get_by_label("Password").fill(PASSWORD)
        await self.page.get_by_role("button", name="Sign in").click()
        await expect(self.page.get_by_role("heading", name="Cases", exact=True)).to_be_visible()

    async def open(self, path: str) -> None:
        await self.page.goto(self.address + path)

    async def photograph(self, name: str) -> None:
        """Into docs/screenshots when SCREENSHOTS=1; `caret`: Playwright would hide it by a style that the policy refuses."""
        if os.environ.get("SCREENSHOTS") and "zoomed" not in name:
            SCREENSHOTS.mkdir(parents=True, exist_ok=True)
            await self.page.screenshot(path=SCREENSHOTS / f"desk-{name}.png", full_page=True, caret="initial")

    async def unfold(self) -> None:
        """Open all that can be opened."""
        for details in await self.page.locator("main details").all():
            await details.evaluate("one => { one.open = true }")

    async def check_accessible(self) -> None:
        """No axe violation, no sideways scrolling, as the page stands."""
        results = await Axe().run(self.page)
        assert results.violations_count == 0, results.generate_report()
        overflow = await self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert overflow <= 0, f"{self.page.url} scrolls {overflow} px sideways"


async def caseworker(browser: Browser, address: str, name: str, **options: object) -> Caseworker:
    context = await browser.new_context(**{"viewport": WIDE, "locale": "en-GB", **options})  # type: ignore[arg-type]
    someone = Caseworker(context, await context.new_page(), address)
    if name:
        await someone.sign_in(name)
    return someone
