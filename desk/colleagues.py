"""Colleagues: who is at the desk now, who speaks what, who holds how much.

Promise: somebody counts as present only while one of their pages is open.
"""

from __future__ import annotations

import time
from collections import Counter

from desk.accounts import Accounts
from desk.cases import Cases
from desk.routing import Colleague
from store import Redis

PRESENCE = "ww:{presence}"
PRESENT_SECONDS = 45


class Colleagues:
    """Presence is a Redis sorted set: name by the time a page of theirs was last seen."""

    def __init__(self, redis: Redis, accounts: Accounts, cases: Cases) -> None:
        self.redis = redis
        self.accounts = accounts
        self.cases = cases

    async def seen(self, name: str) -> None:
        await self.redis.zadd(PRESENCE, {name: time.time()})
        await self.redis.expire(PRESENCE, PRESENT_SECONDS * 10)

    async def present(self) -> set[str]:
        names = await self.redis.zrangebyscore(PRESENCE, time.time() - PRESENT_SECONDS, "+inf")
        return {name.decode() for name in names}

    async def caseworkers(self) -> list[Colleague]:
        """Everybody who may hold cases."""
        present = await self.present()
        holding = Counter(case.caseworker for case in await self.cases.held())
        accounts = [account for account in await self.accounts.all() if account.may("caseworker") and account.password_hash]
        return [Colleague(account, account.name in present, holding[account.name]) for account in accounts]

    async def teams(self) -> list[str]:
        """Teams that somebody belongs to who may hold cases."""
        return sorted({one.account.team for one in await self.caseworkers() if one.account.team})

    async def others(self, name: str, language: str = "") -> list[Colleague]:
        """Colleagues of this caseworker: who speaks the language first, then who has room, then who is here."""
        others = [one for one in await self.caseworkers() if one.account.name != name]

        def rank(one: Colleague) -> tuple[bool, bool, bool, str]:
            return language not in one.account.languages, not one.has_room, not one.present, one.account.name

        return sorted(others, key=rank)
