"""Drafts: what caseworkers answered that no entry answered, for the editors.

Promise: a draft is what a caseworker wrote for editors, nothing is taken from the thread by itself; it expires.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime

from desk.model import moment
from store import Redis
from vault import Vault

DRAFTS = "ww:{drafts}"
KEEP_DAYS = 180


@dataclass(frozen=True)
class Draft:
    """A question, as the person put it, and a caseworker's answer in this language; `asked_in`: the person's.

    entry: the likeliest one, if any.
    """

    id: str
    at: datetime
    question: str
    answer: str
    language: str
    entry: str
    by: str
    asked_in: str = ""


class Drafts:
    """A Redis stream with sealed bodies."""

    def __init__(self, redis: Redis, vault: Vault) -> None:
        self.redis = redis
        self.vault = vault

    async def add(self, question: str, answer: str, language: str, entry: str, by: str, asked_in: str = "") -> None:
        about = {"language": language, "entry": entry, "by": by, "asked_in": asked_in}
        body = {"question": question, "answer": answer, **about}
        oldest = int((time.time() - KEEP_DAYS * 86400) * 1000)
        await self.redis.xadd(DRAFTS, {"body": self.vault.seal_json(body)}, minid=oldest)
        await self.redis.expire(DRAFTS, KEEP_DAYS * 86400)

    async def all(self) -> list[Draft]:
        """The newest first."""
        lines = await self.redis.xrevrange(DRAFTS)
        return [
            Draft(line_id.decode(), moment(line_id.decode().partition("-")[0]), **self.vault.open_json(fields[b"body"]))
            for line_id, fields in lines
        ]

    async def remove(self, draft_id: str) -> None:
        await self.redis.xdel(DRAFTS, draft_id)
