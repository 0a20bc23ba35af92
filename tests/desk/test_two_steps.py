"""The second step: on only after a right code, each code once."""

from __future__ import annotations

import base64
import html
import re
import time

import httpx
import pytest

from desk.accounts import Accounts
from desk.totp import STEP_SECONDS, accepts, code_at
from store import Redis
from tests.desk.test_pages import PASSWORD, accounts, app, browser, sign_in, token

__all__ = ["accounts", "app", "browser"]
RFC_SECRET = base64.b32encode(b"12345678901234567890").decode()


@pytest.mark.parametrize(("moment", "code"), [(59, "287082"), (1111111109, "081804"), (20000000000, "353130")])
def test_codes_are_those_of_the_standard(moment: int, code: str) -> None:
    """RFC 6238 appendix B, last six digits."""
    assert code_at(RFC_SECRET, moment // 30) == code


async def test_a_code_works_once_and_only_around_its_time(redis: Redis) -> None:
    now = int(time.time()) // STEP_SECONDS
    assert await accepts(redis, RFC_SECRET, code_at(RFC_SECRET, now))
    assert not await accepts(redis, RFC_SECRET, code_at(RFC_SECRET, now))
    assert not await accepts(redis, RFC_SECRET, code_at(RFC_SECRET, now + 4))
    for wrong in ("", "abc", "１２３４５６"):
        assert not await accepts(redis, RFC_SECRET, wrong)


async def test_with_two_steps_the_password_alone_is_not_enough(
    browser: httpx.AsyncClient, accounts: Accounts, redis: Redis
) -> None:
    await sign_in(browser)
    page = await browser.get("/mine/two-steps")
    secret, sealed = (re.search(pattern, page.text) for pattern in (r"<code>(\w+)</code>", r'name="sealed" value="([^"]+)"'))
    assert secret and sealed
    fields = {"csrf": token(page), "sealed": html.unescape(sealed.group(1))}
    assert (await browser.post("/mine/two-steps", data={**fields, "code": "000000x"})).status_code == 400
    forged = {**fields, "sealed": "forged", "code": "000000"}
    assert (await browser.post("/mine/two-steps", data=forged)).status_code == 400
    now = int(time.time()) // STEP_SECONDS
    begun = await browser.post("/mine/two-steps", data={**fields, "code": code_at(secret.group(1), now - 1)})
    assert begun.status_code == 303
    assert secret.group(1) not in repr(await redis.hgetall("ww:{accounts}"))
    assert (await sign_in(browser)).status_code == 403
    login = {"csrf": token(await browser.get("/sign-in")), "name": "amal", "password": PASSWORD}
    assert (await browser.post("/sign-in", data={**login, "code": code_at(secret.group(1), now)})).status_code == 303
    page = await browser.get("/mine/two-steps")
    assert (await browser.post("/mine/two-steps/end", data={"csrf": token(page), "now": "wrong"})).status_code == 403
    await browser.post("/mine/two-steps/end", data={"csrf": token(page), "now": PASSWORD})
    amal = await accounts.find("amal")
    assert amal and not amal.totp
