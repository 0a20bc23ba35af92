"""A full house: 1,000 waiting cases and twelve caseworkers at work."""

from __future__ import annotations

import time

from desk.accounts import Account, Accounts
from desk.cases import Case, Cases
from desk.colleagues import Colleagues
from desk.keys import case_key
from store import Redis
from tests.desk.test_accounts import PASSWORD, QUICK

LANGUAGES = ("ar", "ti", "uk", "fa", "so")
WAITING = 1000
TEAMS = "ABC"


async def fill(redis: Redis, cases: Cases) -> None:
    """Every case is old enough to be offered to somebody; the caseworkers are one0 to one11."""
    accounts = Accounts(redis, QUICK)
    for turn in range(12):
        account = Account(f"one{turn}", f"One {turn}", languages=LANGUAGES[turn % 3 : turn % 3 + 3], team=TEAMS[turn % 3])
        await accounts.add(account, PASSWORD)
        await Colleagues(redis, accounts, cases).seen(account.name)
    for turn in range(WAITING):
        given = {"entry": "housing/lease" if turn % 2 else None, "region": "brussels" if turn % 3 else None}
        case = await cases.open(f"person{turn}", LANGUAGES[turn % 5], "asked", urgent=turn % 50 == 0, **given)
        team = TEAMS[turn % 3] if turn % 4 == 0 else ""
        await waits(cases, case, minutes=33)
        await redis.hset(case_key(case.id), "team", team)


async def waits(cases: Cases, case: Case, minutes: float) -> None:
    """As if it had waited so long."""
    await cases.redis.hset(case_key(case.id), "waiting_since", int((time.time() - minutes * 60) * 1000))
