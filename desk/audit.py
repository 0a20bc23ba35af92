"""Audit: who at the desk saw and did what.

Promise: every look into a case and every change leaves a line; no line holds a person's words.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime

from desk.model import moment, texts
from store import Redis

AUDIT = "ww:{audit}"
KEEP_DAYS = 365


@dataclass(frozen=True)
class Deed:
    """`what` is a verb of ours: signed_in, saw, claimed, replied ... `about` a case id or an account."""

    at: datetime
    who: str
    what: str
    about: str


class Audit:
    """A Redis stream that keeps a year."""

    def __init__(self, redis: Redis) -> None:
        self.redis = redis

    async def note(self, who: str, what: str, about: str = "") -> None:
        oldest = int((time.time() - KEEP_DAYS * 86400) * 1000)
        await self.redis.xadd(AUDIT, {"who": who, "what": what, "about": about}, minid=oldest)
        await self.redis.expire(AUDIT, KEEP_DAYS * 86400)

    async def latest(self, count: int = 200) -> list[Deed]:
        lines = await self.redis.xrevrange(AUDIT, count=count)
        return [Deed(moment(line_id.decode().partition("-")[0]), **texts(fields)) for line_id, fields in lines]
