"""The inbox and the outbox in Redis."""

from __future__ import annotations

import asyncio

import pytest

from bot.lanes import Lanes
from bot.streams import CONSUMER, GROUP, INBOX, OUTBOX, SET_ASIDE, Entry, Streams, key
from store import Redis, StoreError
from tests.bot.waiting import until
from vault import Vault


async def stored(streams: Streams, redis: Redis, person: str = "p1", update: int = 1, body: bytes = b"{}") -> int:
    """Store an update whose partition a worker `me` holds; the partition."""
    await streams.store([(person, update, body)])
    part = streams.partition(person)
    await redis.set(key(part, "lease:work"), "me")
    return part


async def test_a_repeated_update_is_stored_once(streams: Streams) -> None:
    assert await streams.store([("p1", 7, b"{}")]) == [True]
    assert await streams.store([("p1", 7, b"{}"), ("p1", 8, b"{}")]) == [False, True]
    assert (await streams.waiting())[INBOX] == 2


async def test_a_person_has_one_partition_and_updates_keep_their_order(streams: Streams, redis: Redis) -> None:
    await streams.store([("p1", number, str(number).encode()) for number in range(1, 6)])
    part = streams.partition("p1")
    await streams.read(part, INBOX, 10, 1)
    entries = await streams.read(part, INBOX, 10, 1) or await streams.unfinished(part, INBOX)
    assert [streams.vault.open_bytes(entry.body) for entry in entries] == [b"1", b"2", b"3", b"4", b"5"]


async def test_words_lie_sealed_in_redis(streams: Streams, redis: Redis) -> None:
    part = await stored(streams, redis, body=b'{"text": "my secret"}')
    assert b"secret" not in (await redis.dump(key(part, INBOX)) or b"")


async def test_an_update_leaves_the_inbox_when_its_replies_enter_the_outbox(streams: Streams, redis: Redis) -> None:
    part = await stored(streams, redis)
    await streams.read(part, INBOX, 1, 1)
    [entry] = await streams.read(part, INBOX, 1, 1) or await streams.unfinished(part, INBOX)
    assert await streams.finish(part, "me", entry, [("p1", b"one"), ("p1", b"two")]) == "done"
    assert await streams.waiting() == {INBOX: 0, OUTBOX: 2, SET_ASIDE: 0}
    assert await streams.finish(part, "me", entry, [("p1", b"again")]) == "gone"
    assert (await streams.waiting())[OUTBOX] == 2


async def test_a_worker_that_lost_its_lease_says_nothing(streams: Streams, redis: Redis) -> None:
    part = await stored(streams, redis)
    await streams.read(part, INBOX, 1, 1)
    [entry] = await streams.read(part, INBOX, 1, 1) or await streams.unfinished(part, INBOX)
    assert await streams.finish(part, "somebody else", entry, [("p1", b"stale")]) == "lost"
    assert await streams.waiting() == {INBOX: 1, OUTBOX: 0, SET_ASIDE: 0}


async def test_what_one_holder_read_and_did_not_finish_is_there_for_the_next(streams: Streams, redis: Redis) -> None:
    part = await stored(streams, redis)
    await streams.read(part, INBOX, 1, 1)
    await streams.read(part, INBOX, 1, 1)
    assert len(await streams.unfinished(part, INBOX)) == 1
    assert await streams.read(part, INBOX, 1, 1) == []


async def test_an_announcement_is_made_once(streams: Streams) -> None:
    assert await streams.say("p1", "case-1", [b"claimed"])
    assert not await streams.say("p1", "case-1", [b"claimed"])
    assert (await streams.waiting())[OUTBOX] == 1


async def test_forgetting_spares_updates_that_came_after_it(streams: Streams, redis: Redis) -> None:
    await streams.store([("p1", 1, b"old"), ("p1", 2, b"delete me"), ("p1", 3, b"new")])
    await streams.say("p1", "mark", [b"reply"])
    asked = (await streams.of("p1"))[1][1]
    await streams.forget("p1", asked.id)
    left = [streams.vault.open_bytes(entry.body) for _, entry in await streams.of("p1")]
    assert left == [b"delete me", b"new"]


async def test_an_answer_that_does_not_know_of_a_claim_stays_unsaid(streams: Streams, redis: Redis) -> None:
    part = await stored(streams, redis)
    await streams.read(part, INBOX, 10, 1)
    [entry] = await streams.read(part, INBOX, 10, 1)
    await streams.say("p1", "case-1", [b"claimed"], holds=True)
    assert await streams.finish(part, "me", entry, [("p1", b"answer")], unless_held=True) == "held"
    assert (await streams.waiting())[INBOX] == 1 and (await streams.waiting())[OUTBOX] == 1
    await streams.say("p1", "case-2", [b"closed"], holds=False)
    assert await streams.finish(part, "me", entry, [("p1", b"answer")], unless_held=True) == "done"


async def test_another_number_of_partitions_is_refused_while_messages_wait(
    redis: Redis, vault: Vault, streams: Streams
) -> None:
    await streams.agree_on_partitions()
    await streams.store([("p1", 1, b"{}")])
    more = Streams(redis, vault, 9)
    with pytest.raises(StoreError, match="WEGWIJS_INBOX_PARTITIONS was 4 and messages wait there: set it back to 4"):
        await more.agree_on_partitions()
    await streams.agree_on_partitions()


async def test_another_number_of_partitions_is_refused_while_a_bot_runs(redis: Redis, vault: Vault, streams: Streams) -> None:
    await streams.agree_on_partitions()
    await redis.set(key(3, "lease:send"), "somebody", px=6000)
    with pytest.raises(StoreError, match="a bot still works with that"):
        await Streams(redis, vault, 2).agree_on_partitions()


async def test_with_nothing_waiting_the_number_changes_and_what_was_set_aside_comes_along(
    redis: Redis, vault: Vault, streams: Streams
) -> None:
    await streams.agree_on_partitions()
    for number in range(8):
        person = f"p{number}"
        await redis.xadd(key(streams.partition(person), SET_ASIDE), {"person": person, "body": b"x"})
    fewer = Streams(redis, vault, 3)
    await fewer.agree_on_partitions()
    assert (await fewer.waiting())[SET_ASIDE] == 8
    for number in range(8):
        assert len(await fewer.of(f"p{number}")) == 1
    await fewer.agree_on_partitions()


async def test_an_answer_of_redis_that_was_lost_changes_no_order(streams: Streams, redis: Redis) -> None:
    part, handled = streams.partition("p1"), list[str]()
    inbox = key(part, INBOX)

    async def handle(entry: Entry) -> None:
        handled.append(entry.id)
        await redis.xack(inbox, GROUP, entry.id)

    leave = asyncio.Event()
    reading = asyncio.create_task(Lanes(streams, part, INBOX, handle).run(leave))
    await asyncio.sleep(0.5)
    async with redis.pipeline(transaction=True) as at_once:
        at_once.xadd(inbox, {"person": "p1", "body": "first"})
        at_once.xreadgroup(GROUP, CONSUMER, {inbox: ">"}, 10)  # given, and lost on the way
        first, _ = await at_once.execute()
    second = await redis.xadd(inbox, {"person": "p1", "body": "second"})
    await until(lambda: finished(handled, 2))
    leave.set()
    await reading
    assert handled == [first.decode(), second.decode()]


async def finished(handled: list[str], count: int) -> bool:
    return len(handled) == count
