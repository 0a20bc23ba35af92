"""Worker: takes updates from the inbox, and leaves their replies in the outbox.

Promise: each update has exactly one outcome. One that cannot be handled is tried three times, then set aside where the
operator sees it, and the person is told and offered a caseworker.
"""

from __future__ import annotations

import asyncio
import json
import logging
from dataclasses import dataclass

from redis.exceptions import RedisError

import meters
from bot.converse import Converse
from bot.incoming import Incoming, read_update
from bot.lanes import Lanes
from bot.leases import Leases
from bot.outbox import Outgoing, message_of
from bot.people import People
from bot.streams import INBOX, Entry, Streams
from content.compose import Composer
from vault import Vault, VaultError

logger = logging.getLogger(__name__)

TRIES = 3
BETWEEN_TRIES_SECONDS = 0.1


@dataclass(frozen=True)
class Worker:
    """One process's share of the work; start as many as there is work for."""

    streams: Streams
    vault: Vault
    people: People
    composer: Composer
    converse: Converse

    async def run(self) -> None:
        await Leases(self.streams.redis, "work", self.streams.partitions, self.serve).run()

    async def serve(self, part: int, token: str, leave: asyncio.Event) -> None:
        async def handle(entry: Entry) -> None:
            await self.handle(part, token, entry)

        async def may_be_tried(entry: Entry) -> bool:
            return await self.may_be_tried(part, token, entry)

        await Lanes(self.streams, part, INBOX, handle).run(leave, may_be_tried)

    async def handle(self, part: int, token: str, entry: Entry) -> None:
        """Answer the update; once more when its case was claimed meanwhile: words are the caseworker's then."""
        finished = ""
        for last in (False, True):
            calls = await self.calls_of(entry)
            if calls is None:
                return await self.set_aside(part, token, entry)
            sealed = [(entry.person, call.seal(self.vault)) for call in calls]
            may_wait = bool(calls) and not any(call.outcome == "crisis" for call in calls)
            finished = await self.streams.finish(part, token, entry, sealed, unless_held=may_wait and not last)
            if finished != "held":
                break
        meters.INBOX_SECONDS.observe(meters.since_entry(entry.id))
        if finished != "done":
            logger.warning("update was another's", extra={"entry_id": entry.id, "reason": finished})

    async def calls_of(self, entry: Entry) -> list[Outgoing] | None:
        """What is to be sent; None when that cannot be found out."""
        for attempt in range(1, TRIES + 1):
            try:
                return await self.converse.turn(self.read(entry), entry.person, entry.id)
            except RedisError:
                raise  # the lane waits for Redis; that is no fault of the update
            except VaultError as error:
                logger.error("update sealed with a key that is not here", exc_info=error, extra={"entry_id": entry.id})
                return None
            except Exception as error:
                where = {"entry_id": entry.id, "person": entry.person, "attempt": attempt}
                logger.error("update not handled", exc_info=error, extra=where)
                await asyncio.sleep(BETWEEN_TRIES_SECONDS * attempt)
        return None

    async def may_be_tried(self, part: int, token: str, entry: Entry) -> bool:
        """False, and set aside, when workers have died over it again and again."""
        if not entry.body or await self.streams.tried(part, entry) > TRIES:
            await self.set_aside(part, token, entry)
            return False
        return True

    async def set_aside(self, part: int, token: str, entry: Entry) -> None:
        calls = await self.told(entry) if entry.body else []
        await self.streams.finish(part, token, entry, [(entry.person, call.seal(self.vault)) for call in calls], aside=True)
        meters.SET_ASIDE.inc()
        logger.error("update set aside", extra={"partition": part, "entry_id": entry.id, "person": entry.person})

    async def told(self, entry: Entry) -> list[Outgoing]:
        """What the person hears of an update that was set aside."""
        try:
            incoming = self.read(entry)
            person = await self.people.get(entry.person, incoming.chat)
        except (VaultError, ValueError, TypeError):
            return []
        if incoming.kind in ("nothing", "blocked", "left", "group"):
            return []
        reply = self.composer.phrase(person.asker, "message.failed")
        return message_of(reply, incoming.chat, callback=incoming.callback)

    def read(self, entry: Entry) -> Incoming:
        return read_update(json.loads(self.vault.open_bytes(entry.body)))
