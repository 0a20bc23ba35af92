"""Cases: one request for a human, from open to closed.

Promise: a case is never lost. Two caseworkers may see it; only one can hold it, and the person is told every change.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timezone
from typing import Any

import meters
from content.phrases import BRUSSELS
from desk.aliases import candidates
from desk.events import Events
from desk.figures import BOT_OUTCOMES, Figures
from desk.keys import (
    CHANGES,
    CLOSED,
    EVENTS,
    EVENTS_GROUP,
    HELD,
    WAITING,
    case_key,
    cases_of_key,
    lines_key,
    media_key,
    open_key,
    thread_key,
)
from desk.media import MediaShelf
from desk.model import (
    Case,
    CaseEvent,
    CaseNotFound,
    Media,
    MediaNotFound,
    Message,
    NotHeld,
    pairs,
    read_case,
    read_message,
    texts,
)
from desk.news import News, Piece
from desk.scripts import ALL, COMMON, URGENT_FIRST
from store import Redis
from vault import Vault

__all__ = [
    "BOT_OUTCOMES", "CHANGES", "EVENTS", "EVENTS_GROUP", "Case", "CaseEvent", "CaseNotFound", "Cases", "Media",
    "MediaNotFound", "Message", "NotHeld", "Piece",
]  # fmt: skip

DAY_SECONDS = 24 * 3600
CANCELLED = "cancelled"


class Cases(MediaShelf, Events):
    """The register of cases in Redis. Words are sealed; everything expires keep_days after its last change."""

    def __init__(self, redis: Redis, vault: Vault, lease_seconds: int = 600, keep_days: int = 30) -> None:
        MediaShelf.__init__(self, redis, vault, keep_days * DAY_SECONDS)
        Events.__init__(self, redis, vault)
        self.figures = Figures(redis)
        self.news = News(redis)
        self.lease_ms = lease_seconds * 1000
        self.scripts = {name: redis.register_script(COMMON + script) for name, script in ALL.items()}

    # --- reading

    async def get(self, case_id: str) -> Case:
        """Raises CaseNotFound."""
        fields = await self.redis.hgetall(case_key(case_id))
        if not fields:
            raise CaseNotFound(case_id)
        case = read_case(self.vault, case_id, texts(fields))
        if case.lapsed(datetime.now(timezone.utc)) and await self.put_back(case):
            return await self.get(case_id)
        return case

    async def open_of(self, person: str) -> Case | None:
        """The open case of a person."""
        case_id = await self.redis.get(open_key(person))
        try:
            return await self.get(case_id.decode()) if case_id else None
        except CaseNotFound:
            return None

    async def cases_of(self, person: str) -> list[Case]:
        """All kept cases of a person, the newest first."""
        found = []
        for case_id in await self.redis.smembers(cases_of_key(person)):
            try:
                found.append(await self.get(case_id.decode()))
            except CaseNotFound:
                await self.redis.srem(cases_of_key(person), case_id)
        return sorted(found, key=lambda case: case.opened_at, reverse=True)

    async def has_line(self, person: str, key: str) -> bool:
        """True when a line with this `key` stands in a case of the person, closed or not."""
        ids = await self.redis.smembers(cases_of_key(person))
        return any([await self.redis.hexists(lines_key(case_id.decode()), key) for case_id in ids])

    async def thread(self, case_id: str) -> list[Message]:
        lines = await self.redis.xrange(thread_key(case_id))
        return [read_message(self.vault, line_id.decode(), texts(fields)) for line_id, fields in lines]

    async def queue(self) -> list[Case]:
        """All waiting cases: urgent first, then longest waiting."""
        return await self.listed(WAITING)

    async def held(self) -> list[Case]:
        return await self.listed(HELD)

    async def closed(self, limit: int = 50) -> list[Case]:
        """The cases closed last."""
        return await self.listed(CLOSED, limit, reverse=True)

    async def listed(self, index: str, limit: int = 0, reverse: bool = False) -> list[Case]:
        encoded = await self.run("list", WAITING, index, 0, limit - 1, int(reverse))
        return [read_case(self.vault, case_id, fields) for case_id, fields in pairs(encoded)]

    async def counts(self) -> dict[str, int]:
        async with self.redis.pipeline(transaction=False) as asked:
            for index in (WAITING, HELD, CLOSED):
                asked.zcard(index)
            return dict(zip(("waiting", "held", "closed"), await asked.execute(), strict=True))

    async def look(self) -> None:
        """Set the gauges of Prometheus' page."""
        async with self.redis.pipeline(transaction=False) as asked:
            asked.zcount(WAITING, "-inf", "(0")  # urgent ones stand below zero
            asked.zrange(WAITING, 0, 0, withscores=True)
            asked.zrangebyscore(WAITING, 0, "+inf", 0, 1, withscores=True)
            urgent, *firsts = await asked.execute()
        for state, count in {**await self.counts(), "urgent": urgent}.items():
            meters.CASES.labels(state).set(count)
        since = [score + (URGENT_FIRST if score < 0 else 0) for first in firsts for _, score in first]
        meters.LONGEST_WAIT.set(max(0.0, time.time() - min(since) / 1000) if since else 0.0)

    # --- the person's side

    async def open(
        self,
        person: str,
        language: str,
        reason: str,
        *,
        urgent: bool = False,
        entry: str | None = None,
        crisis: str | None = None,
        region: str | None = None,
        status: str | None = None,
    ) -> Case:
        """The person's one open case, made when there is none; it may become urgent here, never less so."""
        given = (language, region or "", status or "", entry or "", crisis or "", reason, datetime.now(BRUSSELS).hour)
        case_id = new_id()
        opened = await self.run(
            "open", case_key(case_id), case_id, person, self.keep_seconds, int(urgent), *given, *candidates()
        )
        return await self.get(opened.decode())

    async def add(
        self,
        case_id: str,
        author: str,
        words: str,
        *,
        language: str = "",
        media: Media | None = None,
        about: Mapping[str, str] | None = None,
        caseworker: str = "",
        key: str = "",
    ) -> Message:
        """A line for the thread; the same `key` twice adds one. Raises CaseNotFound; for a closed case's person too."""
        body = self.body(words, media, about)
        added = await self.run("add", case_key(case_id), case_id, key, author, body, language, caseworker, self.keep_seconds)
        if added in (b"missing", b"closed"):
            raise CaseNotFound(case_id)
        return await self.line(case_id, added.decode())

    async def cancel(self, person: str) -> bool:
        """The person does not need anybody any more; False when no case was open."""
        case = await self.open_of(person)
        if case is None:
            return False
        outcome = self.vault.seal(CANCELLED)
        return bool(await self.run("cancel", case_key(case.id), case.id, outcome, self.keep_seconds, self.told(case)))

    async def set_unreachable(self, person: str, unreachable: bool = True) -> None:
        """The person has blocked the bot, or come back; shown at the desk."""
        if case := await self.open_of(person):
            await self.set(case.id, "unreachable", str(int(unreachable)))

    async def forget(self, person: str) -> None:
        """Delete everything of the person: cases, threads, media, events not yet told, the alias."""
        media = await self.run("forget", open_key(person), person)
        for media_id in media:
            await self.redis.delete(media_key(media_id.decode()))

    # --- the caseworker's side

    async def claim(self, case_id: str, caseworker: str, name: str = "") -> bool:
        """Hold the case for the length of a lease; False when a colleague holds it. `name`: what the person is told."""
        case = await self.get(case_id)
        told = self.told(case, name=name)
        given = (case_id, caseworker, name, self.lease_ms, self.keep_seconds, told)
        claimed = bool(await self.run("claim", case_key(case_id), *given))
        if claimed and case.waiting:
            meters.CASE_WAIT.observe(max(0.0, time.time() - case.waiting_since.timestamp()))
        return claimed

    async def renew(self, case_id: str, caseworker: str) -> bool:
        return bool(await self.run("renew", case_key(case_id), case_id, caseworker, self.lease_ms, self.keep_seconds))

    async def release(self, case_id: str, caseworker: str, team: str = "") -> bool:
        """Give it back to the queue, for a team or for all; False when this caseworker does not hold it."""
        told = self.told(await self.get(case_id))
        return bool(await self.run("release", case_key(case_id), case_id, caseworker, self.keep_seconds, told, team))

    async def hand(self, case_id: str, caseworker: str, colleague: str, name: str = "") -> bool:
        """Give it to a colleague without its waiting in between."""
        told = self.told(await self.get(case_id), name=name)
        given = (case_id, caseworker, colleague, name, self.lease_ms, self.keep_seconds, told)
        return bool(await self.run("hand", case_key(case_id), *given))

    async def reply(
        self,
        case_id: str,
        caseworker: str,
        words: str,
        *,
        language: str = "",
        about: Mapping[str, str] | None = None,
        key: str = "",
    ) -> Message:
        """Words for the person. Raises NotHeld, CaseNotFound."""
        case = await self.get(case_id)
        body, told = self.body(words, None, about), self.told(case, words, case.caseworker_name)
        replied = await self.run(
            "reply", case_key(case_id), case_id, key, body, language, caseworker, self.lease_ms, self.keep_seconds, told
        )
        if replied == b"missing":
            raise CaseNotFound(case_id)
        if replied == b"not held":
            raise NotHeld(case_id)
        return await self.line(case_id, replied.decode())

    async def close(self, case_id: str, caseworker: str, outcome: str = "") -> bool:
        """End the case with one line on how; False when this caseworker does not hold it."""
        told = self.told(await self.get(case_id))
        sealed = self.vault.seal(outcome) if outcome else b""
        return bool(await self.run("close", case_key(case_id), case_id, caseworker, sealed, self.keep_seconds, told))

    async def set_tags(self, case_id: str, tags: tuple[str, ...]) -> bool:
        return await self.set(case_id, "tags", self.vault.seal_json(list(tags)) if tags else b"")

    async def set_urgent(self, case_id: str, urgent: bool) -> bool:
        return await self.set(case_id, "urgent", str(int(urgent)))

    async def set(self, case_id: str, field: str, value: str | bytes) -> bool:
        return bool(await self.run("set", case_key(case_id), case_id, field, value, self.keep_seconds))

    # --- time

    async def expire_leases(self) -> list[Case]:
        """Put back every case whose lease ran out; those put back by this call. Safe to call by many at once."""
        now = int(datetime.now(timezone.utc).timestamp() * 1000)
        lapsed = await self.redis.zrangebyscore(HELD, "-inf", now)
        return [case for case in [await self.expired(case_id.decode()) for case_id in lapsed] if case]

    async def expired(self, case_id: str) -> Case | None:
        fields = await self.redis.hgetall(case_key(case_id))
        if not fields:
            await self.redis.zrem(HELD, case_id)
            return None
        case = read_case(self.vault, case_id, texts(fields))
        return await self.get(case_id) if await self.put_back(case) else None

    async def put_back(self, case: Case) -> bool:
        return bool(await self.run("expire", case_key(case.id), case.id, self.keep_seconds, self.told(case)))

    async def tell_late(self, case: Case) -> bool:
        """Tell the person, once, that nobody answered within the promised time."""
        return bool(await self.run("late", case_key(case.id), case.id, self.keep_seconds, self.told(case)))

    # --- figures

    async def count(self, *names: str) -> None:
        """One more each: `bot:<outcome>`, `fallback:<language>`, `helped:` or `missed:<entry>:<language>`."""
        await self.figures.count(*names)

    # --- within

    async def run(self, script: str, key: str, *arguments: str | int | bytes) -> Any:
        return await self.scripts[script](keys=[key], args=arguments)

    async def line(self, case_id: str, line_id: str) -> Message:
        found = await self.redis.xrange(thread_key(case_id), line_id, line_id)
        if not found:
            raise CaseNotFound(case_id)
        return read_message(self.vault, line_id, texts(found[0][1]))

    def body(self, words: str, media: Media | None, about: Mapping[str, str] | None) -> bytes:
        return self.vault.seal_json({"words": words, "media": asdict(media) if media else None, "about": dict(about or {})})

    def told(self, case: Case, words: str = "", name: str = "") -> bytes:
        """The sealed body of an event."""
        return self.vault.seal_json(
            {"words": words, "caseworker_name": name or case.caseworker_name, "language": case.language}
        )


def new_id() -> str:
    """Ids sort by time: of two cases opened in one millisecond the first stays first in the queue."""
    return f"{time.time_ns() // 1000:x}{secrets.token_hex(3)}"
