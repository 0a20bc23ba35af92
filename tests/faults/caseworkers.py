"""Caseworkers without a browser: the desk's own pages and forms, sent again as a person would when a page does not come."""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx

from desk.accounts import Account, Accounts
from tests.desk.browsers import PASSWORD
from tests.faults.fleet import Fleet

PAGE_SECONDS = 30.0
AGAIN_SECONDS = 0.3
LOOK_SECONDS = 0.5
PATIENCE_SECONDS = 300.0
# Slower than everything that may still be on its way from the moment in which a case is opened.
CLAIM_AFTER_SECONDS = (4.0, 8.0)
CSRF = re.compile(r'name="csrf" value="([0-9a-f]+)"')
ONCE = re.compile(r'action="/cases/[^"]+/reply".*?name="once" value="([^"]+)"', re.S)
ROW = re.compile(r'href="/cases/([0-9a-f]+)"')
HELD = re.compile(r"held-(\d+)-(\d+)")


@dataclass
class Caseworker:
    """Takes what waits, answers twice, closes. `problems`: pages that were not there, with what stood in their place."""

    browser: httpx.AsyncClient
    name: str
    password: str
    chance: random.Random = field(default_factory=lambda: random.Random(0))
    seen: set[str] = field(default_factory=set)
    tasks: set[asyncio.Task[None]] = field(default_factory=set)
    problems: list[str] = field(default_factory=list)

    async def work(self) -> None:
        """Until cancelled; what was begun ends with it."""
        try:
            await self.look()
        finally:
            for task in self.tasks:
                task.cancel()

    async def look(self) -> None:
        while True:
            page = await self.page("/")
            for case_id in dict.fromkeys(ROW.findall(page.text)):
                if case_id not in self.seen:
                    self.seen.add(case_id)
                    task = asyncio.create_task(self.handle(case_id))
                    self.tasks.add(task)
                    task.add_done_callback(self.tasks.discard)
            await asyncio.sleep(LOOK_SECONDS)

    async def handle(self, case_id: str) -> None:
        where = f"/cases/{case_id}"
        await asyncio.sleep(self.chance.uniform(*CLAIM_AFTER_SECONDS))
        await self.sends(f"{where}/claim", await self.page(where))
        if not ONCE.search((await self.page(where)).text):
            return  # the colleague was quicker
        page = await self.sees(where, 2)
        number = HELD.findall(page.text)[0][0]
        await self.sends(f"{where}/reply", page, words=f"reply-{number}-1", once=once(page))
        page = await self.sees(where, 3)
        await self.sends(f"{where}/reply", page, words=f"reply-{number}-2", once=once(page))
        await self.sends(f"{where}/close", page, outcome="done")

    async def sees(self, where: str, count: int) -> httpx.Response:
        """The page once so many of the person's words stand on it."""
        end = asyncio.get_running_loop().time() + PATIENCE_SECONDS
        while True:
            page = await self.page(where)
            if len(set(HELD.findall(page.text))) >= count:
                return page
            assert asyncio.get_running_loop().time() < end, f"{where} does not show {count} words"
            await asyncio.sleep(LOOK_SECONDS)

    async def page(self, path: str) -> httpx.Response:
        while True:
            answer = await self.tried("GET", path)
            if answer is not None and answer.status_code == 200:
                return answer
            if answer is not None and answer.status_code == 303:
                await self.signs_in()
            await asyncio.sleep(AGAIN_SECONDS)

    async def sends(self, path: str, page: httpx.Response, **fields: str) -> None:
        """A form of this page, until the desk says what came of it."""
        while True:
            answer = await self.tried("POST", path, {"csrf": token(page), **fields})
            if answer is not None and answer.status_code < 500:
                assert answer.status_code == 303, f"{path}: {answer.status_code}"
                return
            await asyncio.sleep(AGAIN_SECONDS)

    async def signs_in(self) -> None:
        page = await self.tried("GET", "/sign-in")
        if page is not None and page.status_code == 200:
            await self.tried("POST", "/sign-in", {"csrf": token(page), "name": self.name, "password": self.password})

    async def tried(self, verb: str, path: str, form: dict[str, str] | None = None) -> httpx.Response | None:
        """The desk's answer; None when there was none."""
        try:
            answer = await self.browser.request(verb, path, data=form)
        except httpx.HTTPError as error:
            self.problems.append(type(error).__name__)
            return None
        if answer.status_code >= 500:
            self.problems.append(str(answer.status_code))
        return answer


@asynccontextmanager
async def caseworker(fleet: Fleet, accounts: Accounts, name: str) -> AsyncIterator[Caseworker]:
    """With an account, at the fleet's desk."""
    await accounts.add(Account(name, name.title()), PASSWORD)
    async with httpx.AsyncClient(base_url=fleet.running.desk, trust_env=False, timeout=PAGE_SECONDS) as browser:
        yield Caseworker(browser, name, PASSWORD)


def token(page: httpx.Response) -> str:
    found = CSRF.search(page.text)
    assert found, "a page without a form"
    return found.group(1)


def once(page: httpx.Response) -> str:
    found = ONCE.search(page.text)
    assert found, "a case that is not ours"
    return found.group(1)
