"""Events: what the bot must tell people about their cases.

Promise: each event stays until somebody says done; one that cannot be opened (its key is gone) is set aside and holds up no
other.
"""

from __future__ import annotations

import logging
from typing import Any

from desk.groups import Fields, Group
from desk.keys import EVENTS, EVENTS_ASIDE, EVENTS_GROUP
from desk.model import CaseEvent, texts
from store import Redis
from vault import Vault, VaultError

logger = logging.getLogger(__name__)

ASIDE_SECONDS = 30 * 86400


class Events:
    """Reads the events stream as one of any number of consumers."""

    def __init__(self, redis: Redis, vault: Vault) -> None:
        self.redis = redis
        self.vault = vault
        self.events = Group(redis, EVENTS)

    async def read_events(self, count: int = 16, block_ms: int = 1000) -> list[CaseEvent]:
        """What others left undone, else what is new, waiting up to block_ms for it."""
        return await self.opened(await self.events.read(count, block_ms))

    async def left_events(self) -> list[CaseEvent]:
        """What was read and is not done; only for a reader who is alone."""
        return await self.opened(await self.events.left())

    async def done(self, event: CaseEvent) -> None:
        """The person has been told, or will be by the outbox."""
        await self.events.done(event.id)

    async def opened(self, entries: list[tuple[bytes, Fields]]) -> list[CaseEvent]:
        events: list[CaseEvent] = []
        for entry_id, fields in entries:
            try:
                events.append(self.event(entry_id.decode(), texts(fields)))
            except (VaultError, KeyError, TypeError, ValueError) as error:
                where = {"case": fields.get(b"case", b"").decode("ascii", "replace"), "reason": type(error).__name__}
                logger.error("a case event cannot be opened and is set aside", extra=where)
                await self.set_aside(entry_id, fields)
        return events

    async def set_aside(self, entry_id: bytes, fields: Fields) -> None:
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
