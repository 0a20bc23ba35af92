"""A share of the work that passes from one holder to the next."""

from __future__ import annotations

import asyncio

from bot.lanes import Lanes
from bot.streams import GROUP, INBOX, Entry, Streams, key
from vault import Vault


async def test_what_a_dead_holder_left_is_looked_at_one_by_one_before_anything_new(streams: Streams, vault: Vault) -> None:
    part = streams.partition("amina")
    await streams.store([("amina", 1, b"old")])
    while not await streams.read(part, INBOX, 10, 1):
        pass  # the first read makes the group
    await streams.store([("amina", 2, b"new")])
    seen, leave = [], asyncio.Event()

    async def before(entry: Entry) -> bool:
        seen.append(("before", vault.open_bytes(entry.body)))
        return True

    async def handle(entry: Entry) -> None:
        seen.append(("handled", words := vault.open_bytes(entry.body)))
        await streams.redis.xack(key(part, INBOX), GROUP, entry.id)
        await streams.redis.xdel(key(part, INBOX), entry.id)
        if words == b"new":
            leave.set()

    await asyncio.wait_for(Lanes(streams, part, INBOX, handle).run(leave, before), 10)
    assert seen == [("before", b"old"), ("handled", b"old"), ("handled", b"new")]
