"""Streams: the inbox of updates and the outbox of replies in Redis, partitioned by chat.

Promise: an update that was stored is handled; it leaves the inbox in the same moment as its replies enter the outbox,
and only by the hand of the worker that holds the partition. Bodies are sealed; a chat has one partition, so it has an order.
"""

from __future__ import annotations

import zlib
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from redis.exceptions import ResponseError

from store import Redis, StoreError
from vault import Vault

GROUP = "bot"
PARTITIONS = "ww:{chats}:partitions"
# One name for whoever holds the partition: what a dead holder left is the next one's to finish.
CONSUMER = "holder"
INBOX, OUTBOX, SET_ASIDE, TRIES = "inbox", "outbox", "set-aside", "tries"
# Telegram keeps an update for 24 hours; it cannot come again later than that.
SEEN_SECONDS = 25 * 3600
SET_ASIDE_SECONDS = 30 * 24 * 3600
PAGE = 500

# A repeated or forged update_id finds its mark and is not stored again. KEYS: mark, inbox.
STORE = """
if not redis.call('SET', KEYS[1], 1, 'NX', 'EX', ARGV[3]) then return false end
return redis.call('XADD', KEYS[2], '*', 'person', ARGV[1], 'body', ARGV[2])
"""
# A worker that slept through its lease must not answer what another has answered since: the lease is asked first, then
# whether the update is still unanswered. A case may have been claimed while the worker thought: once the person was told so,
# an answer that does not know of it stays unsaid. KEYS: lease, inbox, outbox, set-aside, tries, held.
# ARGV: token, entry id, "1" to set it aside, seconds to keep that, "1" for "not once it is held", then person and body of each
# reply.
FINISH = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 'lost' end
if ARGV[5] == '1' and redis.call('EXISTS', KEYS[6]) == 1 then return 'held' end
local entry = redis.call('XRANGE', KEYS[2], ARGV[2], ARGV[2])[1]
redis.call('XACK', KEYS[2], 'bot', ARGV[2])
if not entry then return 'gone' end
if ARGV[3] == '1' then
  redis.call('XADD', KEYS[4], '*', unpack(entry[2]))
  redis.call('EXPIRE', KEYS[4], ARGV[4])
end
redis.call('XDEL', KEYS[2], ARGV[2])
redis.call('HDEL', KEYS[5], ARGV[2])
for i = 6, #ARGV, 2 do redis.call('XADD', KEYS[3], '*', 'person', ARGV[i], 'body', ARGV[i + 1]) end
return 'done'
"""
# Something to say that no update asked for; the same mark twice says it once. KEYS: mark, outbox, held.
# ARGV: seconds, "1" when a caseworker holds the case from now on, "0" when nobody does, "" when that does not change.
SAY = """
if not redis.call('SET', KEYS[1], 1, 'NX', 'EX', ARGV[1]) then return 0 end
if ARGV[2] == '1' then redis.call('SET', KEYS[3], 1, 'EX', ARGV[1]) end
if ARGV[2] == '0' then redis.call('DEL', KEYS[3]) end
for i = 3, #ARGV, 2 do redis.call('XADD', KEYS[2], '*', 'person', ARGV[i], 'body', ARGV[i + 1]) end
return 1
"""


@dataclass(frozen=True)
class Entry:
    """One line of a stream; `body` is sealed."""

    id: str
    person: str
    body: bytes


class Streams:
    """All partitions. Every key of one partition has the same hash tag, so that a script may touch them together."""

    def __init__(self, redis: Redis, vault: Vault, partitions: int) -> None:
        self.redis = redis
        self.vault = vault
        self.partitions = partitions
        self._store = redis.register_script(STORE)
        self._finish = redis.register_script(FINISH)
        self._say = redis.register_script(SAY)

    def partition(self, person: str) -> int:
        return zlib.crc32(person.encode()) % self.partitions

    async def store(self, updates: Sequence[tuple[str, int, bytes]]) -> list[bool]:
        """Keep updates (person, update_id, body) in this order; False for each that was stored before."""
        if len(updates) == 1:
            return [bool(await self._store_one(*updates[0], self.redis))]
        async with self.redis.pipeline(transaction=False) as batch:
            for update in updates:
                await self._store_one(*update, batch)
            return [bool(stored) for stored in await batch.execute()]

    def _store_one(self, person: str, update: int, body: bytes, client: Any) -> Awaitable[Any]:
        part = self.partition(person)
        keys = [key(part, f"seen:{update}"), key(part, INBOX)]
        return self._store(keys=keys, args=[person, self.vault.seal(body), SEEN_SECONDS], client=client)

    async def finish(
        self,
        part: int,
        token: str,
        entry: Entry,
        replies: Iterable[tuple[str, bytes]],
        aside: bool = False,
        unless_held: bool = False,
    ) -> str:
        """Replace an update by its replies. `done`; `lost`: the lease is another's; `gone`: it was finished before; `held`,
        only when `unless_held`: nothing was done, for the person has been told meanwhile that a caseworker is here."""
        names = ("lease:work", INBOX, OUTBOX, SET_ASIDE, TRIES, f"held:{entry.person}")
        arguments = [token, entry.id, int(aside), SET_ASIDE_SECONDS, int(unless_held), *flat(replies)]
        finished: bytes = await self._finish(keys=[key(part, name) for name in names], args=arguments)
        return finished.decode()

    async def say(self, person: str, mark: str, bodies: Sequence[bytes], holds: bool | None = None) -> bool:
        """Put replies into the outbox that no update asked for; False when this mark was said before.

        holds: whether the person knows from them that a caseworker holds their case; None when they do not tell.
        """
        part = self.partition(person)
        keys = [key(part, f"said:{mark}"), key(part, OUTBOX), key(part, f"held:{person}")]
        held = "" if holds is None else int(holds)
        return bool(await self._say(keys=keys, args=[SEEN_SECONDS, held, *flat((person, body) for body in bodies)]))

    async def sent(self, part: int, entry: Entry, note: Callable[[Any], None] | None = None) -> None:
        """Telegram has it; `note` may add to the same round trip."""
        async with self.redis.pipeline(transaction=False) as changes:
            if note:
                note(changes)
            changes.xack(key(part, OUTBOX), GROUP, entry.id)
            changes.xdel(key(part, OUTBOX), entry.id)
            await changes.execute()

    async def refuse(self, part: int, entry: Entry) -> None:
        """Telegram will never take it: set it aside, where the operator can see that it was."""
        async with self.redis.pipeline(transaction=True) as all_of_it:
            all_of_it.xadd(key(part, SET_ASIDE), {"person": entry.person, "body": entry.body})
            all_of_it.expire(key(part, SET_ASIDE), SET_ASIDE_SECONDS)
            all_of_it.xack(key(part, OUTBOX), GROUP, entry.id)
            all_of_it.xdel(key(part, OUTBOX), entry.id)
            await all_of_it.execute()

    # --- how many partitions

    async def agree_on_partitions(self) -> None:
        """Write down how many there are, or take over a changed number when nothing could be left behind by it.

        A chat's partition follows from the number: with another one, what waits would be read by nobody, and a chat's
        messages would overtake each other. Raises StoreError.
        """
        if await self.redis.set(PARTITIONS, self.partitions, nx=True):
            return
        before = int(await self.redis.get(PARTITIONS) or self.partitions)
        if before == self.partitions:
            return
        old = Streams(self.redis, self.vault, before)
        advice = f"set it back to {before}, let the bot catch up, stop all of its processes, then change it"
        if await self.held(before):
            raise StoreError(f"WEGWIJS_INBOX_PARTITIONS was {before} and a bot still works with that: {advice}")
        waiting = await old.waiting()
        if waiting[INBOX] or waiting[OUTBOX]:
            raise StoreError(f"WEGWIJS_INBOX_PARTITIONS was {before} and messages wait there: {advice}")
        await self.bring_set_aside(old)
        await self.redis.set(PARTITIONS, self.partitions)

    async def held(self, partitions: int) -> bool:
        leases = [key(part, f"lease:{role}") for part in range(partitions) for role in ("work", "send", "receive", "listen")]
        async with self.redis.pipeline(transaction=False) as asked:
            for lease in leases:
                asked.exists(lease)
            return any(await asked.execute())

    async def bring_set_aside(self, old: Streams) -> None:
        """So that the operator goes on seeing it, and a person who wants to be forgotten is."""
        for part in range(old.partitions):
            left = key(part, SET_ASIDE)
            for entry in await self._all(left):
                where = key(self.partition(entry.person), SET_ASIDE)
                if where != left:
                    await self.redis.xadd(where, {"person": entry.person, "body": entry.body})
                    await self.redis.expire(where, SET_ASIDE_SECONDS)
                    await self.redis.xdel(left, entry.id)

    # --- reading

    async def read(self, part: int, stream: str, count: int, block_ms: int) -> list[Entry]:
        """What is new in a partition, waiting up to block_ms for it."""
        return await self._read_group(part, stream, ">", count, block_ms)

    async def unfinished(self, part: int, stream: str) -> list[Entry]:
        """What was read by a holder and is not finished: its own, or that of one who died."""
        entries: list[Entry] = []
        while page := await self._read_group(part, stream, entries[-1].id if entries else "0", PAGE, None):
            entries += page
        return entries

    async def pending(self, part: int, stream: str) -> set[str]:
        """The ids of what was read and is not finished."""
        found = await self.redis.xpending_range(key(part, stream), GROUP, "-", "+", PAGE)
        return {one["message_id"].decode() for one in found}

    async def _read_group(self, part: int, stream: str, since: str, count: int, block_ms: int | None) -> list[Entry]:
        try:
            found = await self.redis.xreadgroup(GROUP, CONSUMER, {key(part, stream): since}, count, block_ms)
        except ResponseError as error:
            if "NOGROUP" not in str(error):
                raise
            await self._make_group(part, stream)
            return []
        return [read_entry(entry_id, fields) for _, entries in found for entry_id, fields in entries]

    async def _make_group(self, part: int, stream: str) -> None:
        try:
            await self.redis.xgroup_create(key(part, stream), GROUP, "0", mkstream=True)
        except ResponseError as error:
            if "BUSYGROUP" not in str(error):
                raise

    async def tried(self, part: int, entry: Entry) -> int:
        """How often a holder has begun this update after another died over it, this time included."""
        return int(await self.redis.hincrby(key(part, TRIES), entry.id, 1))

    # --- the operator's and the person's view

    async def waiting(self) -> dict[str, int]:
        """Lengths of all inboxes, outboxes and of what was set aside."""
        names = (INBOX, OUTBOX, SET_ASIDE)
        async with self.redis.pipeline(transaction=False) as asked:
            for part in range(self.partitions):
                for name in names:
                    asked.xlen(key(part, name))
            lengths = await asked.execute()
        return {name: sum(lengths[place :: len(names)]) for place, name in enumerate(names)}

    async def of(self, person: str) -> list[tuple[str, Entry]]:
        """Every entry of a person, with the stream it is in."""
        part = self.partition(person)
        return [
            (name, entry)
            for name in (INBOX, OUTBOX, SET_ASIDE)
            for entry in await self._all(key(part, name))
            if entry.person == person
        ]

    async def forget(self, person: str, up_to: str | None = None) -> None:
        """Delete what is left of a person: replies not sent, updates set aside, updates up to the one that asked for it."""
        part = self.partition(person)
        await self.redis.delete(key(part, f"held:{person}"))
        for name, entry in await self.of(person):
            if name == INBOX and (up_to is None or order(entry.id) > order(up_to)):
                continue
            if name == INBOX and entry.id == up_to:
                continue  # its worker finishes it
            async with self.redis.pipeline(transaction=True) as both:
                both.xack(key(part, name), GROUP, entry.id)
                both.xdel(key(part, name), entry.id)
                await both.execute()

    async def _all(self, stream: str) -> list[Entry]:
        entries: list[Entry] = []
        since = "-"
        while page := await self.redis.xrange(stream, since, "+", PAGE):
            entries += [read_entry(entry_id, fields) for entry_id, fields in page]
            since = "(" + entries[-1].id
        return entries


def key(part: int, name: str) -> str:
    return f"ww:{{chats:{part}}}:{name}"


def flat(replies: Iterable[tuple[str, bytes]]) -> list[str | bytes]:
    return [one for reply in replies for one in reply]


def order(entry_id: str) -> tuple[int, int]:
    milliseconds, _, place = entry_id.partition("-")
    return int(milliseconds), int(place)


def read_entry(entry_id: bytes, fields: dict[bytes, Any] | None) -> Entry:
    """An entry; one that was deleted after it was read has no fields, and nothing is to be done with it."""
    known = fields or {}
    return Entry(entry_id.decode(), known.get(b"person", b"").decode(), known.get(b"body", b""))
