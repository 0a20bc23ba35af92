"""Events: what the bot must tell people about their cases.

Promise: each event stays until somebody says done; what a dead reader left is taken over within seconds. One that cannot be
opened (its key is gone) is set aside and holds up no other.
"""

from __future__ import annotations

import logging
from typing import Any

from redis.exceptions import ResponseError

from desk.keys import EVENTS, EVENTS_ASIDE, EVENTS_GROUP
from desk.model import CaseEvent, texts
from store import Redis
from vault import Vault, VaultError

logger = logging.getLogger(__name__)

TAKE_OVER_MS = 10_000
ASIDE_SECONDS = 30 * 86400


class Events:
    """Reads the events stream as one of any number of consumers. An event may come twice when its reader died."""

    def __init__(self, redis: Redis, vault: Vault, take_over_ms: int = TAKE_OVER_MS) -> None:
        self.redis = redis
        self.vault = vault
        self.take_over_ms = take_over_ms

    async def read_events(self, consumer: str, count: int = 16, block_ms: int = 1000) -> list[CaseEvent]:
        """What others left undone, else what is new, waiting up to block_ms for it."""
        try:
            left = await self.redis.xautoclaim(EVENTS, EVENTS_GROUP, consumer, self.take_over_ms, "0-0", count)
            if left[1]:
                return await self.opened(left[1])
            new = await self.redis.xreadgroup(EVENTS_GROUP, consumer, {EVENTS: ">"}, count, block_ms or None)
        except ResponseError as error:
            if "NOGROUP" not in str(error):
                raise
            await self.make_group()
            return []
        return [event for _, entries in new for event in await self.opened(entries)]

    async def done(self, event: CaseEvent) -> None:
        """The person has been told, or will be by the outbox."""
        async with self.redis.pipeline(transaction=True) as both:
            both.xack(EVENTS, EVENTS_GROUP, event.id)
            both.xdel(EVENTS, event.id)
            await both.execute()

    async def make_group(self) -> None:
        """From 0: events written before the first reader came are read too."""
        try:
            await self.redis.xgroup_create(EVENTS, EVENTS_GROUP, "0", mkstream=True)
        except ResponseError as error:
            if "BUSYGROUP" not in str(error):
                raise

    async def opened(self, entries: list[tuple[bytes, dict[bytes, bytes] | None]]) -> list[CaseEvent]:
        events: list[CaseEvent] = []
        for entry_id, fields in entries:
            if fields is None:
                continue
            try:
                events.append(self.event(entry_id.decode(), texts(fields)))
            except (VaultError, KeyError, TypeError, ValueError) as error:
                where = {"case": fields.get(b"case", b"").decode("ascii", "replace"), "reason": type(error).__name__}
                logger.error("a case event cannot be opened and is set aside", extra=where)
                await self.set_aside(entry_id, fields)
        return events

    async def set_aside(self, entry_id: bytes, fields: dict[bytes, bytes]) -> None:
        """Out of the way, kept for an operator who finds the key."""
        async with self.redis.pipeline(transaction=True) as all_of_it:
            all_of_it.xadd(EVENTS_ASIDE, fields)
            all_of_it.expire(EVENTS_ASIDE, ASIDE_SECONDS)
            all_of_it.xack(EVENTS, EVENTS_GROUP, entry_id)
            all_of_it.xdel(EVENTS, entry_id)
            await all_of_it.execute()

    def event(self, entry_id: str, fields: dict[str, str]) -> CaseEvent:
        body: dict[str, Any] = self.vault.open_json(fields["body"])
        return CaseEvent(entry_id, fields["kind"], fields["case"], fields["person"], **body)
