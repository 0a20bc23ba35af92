"""Redis in growth: a cluster of real processes, TLS, a failover by a sentinel, and an address that says which."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest
from redis.exceptions import RedisError

from bot.leases import Leases
from bot.rewrite import Rewriter, want_rewrite
from bot.streams import INBOX, OUTBOX, Streams
from desk.cases import Cases
from desk.changes import Changes
from desk.throttle import Throttle
from settings import Settings
from store import Redis, StoreError, check_reachable, connect, read_address
from tests.conftest import free_port, wait_for_port
from tests.servers import PASSWORD, Watched, behind_tls, cluster, ending, quoted, start, watched
from vault import Vault


@asynccontextmanager
async def client(settings: Settings, url: str) -> AsyncIterator[Redis]:
    redis = connect(replace(settings, redis_url=url))
    try:
        yield redis
    finally:
        await redis.close(close_connection_pool=True)


async def until(condition: Callable[[], Awaitable[bool]], seconds: float = 20.0) -> None:
    end = asyncio.get_running_loop().time() + seconds
    while True:
        with suppress(RedisError, OSError):
            if await condition():
                return
        assert asyncio.get_running_loop().time() < end, "waited in vain"
        await asyncio.sleep(0.05)


def test_an_address_says_kind_hosts_and_secrets():
    address = read_address("rediss+cluster://me:a%40b@one:7000,two:7001?ssl_ca_certs=/ca.pem")
    assert (address.kind, address.tls, address.hosts) == ("cluster", True, (("one", 7000), ("two", 7001)))
    assert (address.username, address.password) == ("me", "a@b")
    assert address.options == {"ssl_ca_certs": "/ca.pem"}
    watched_by = read_address("redis+sentinel://one,two:5/cases/3")
    assert (watched_by.hosts, watched_by.path) == ((("one", 26379), ("two", 5)), ("cases", "3"))


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("redis+magic://a", "REDIS_URL begins with"),
        ("redis+cluster://a:b", "'a:b' is not host:port"),
        ("redis+sentinel://a:1", "sentinels need the name"),
    ],
)
def test_a_wrong_address_is_one_clear_line(url: str, says: str):
    with pytest.raises(StoreError, match=says):
        connect(Settings(redis_url=url))


async def test_a_cluster_that_is_not_there_is_one_clear_line(settings: Settings):
    async with client(settings, f"redis+cluster://:{'secret'}@127.0.0.1:{free_port()}") as redis:
        with pytest.raises(StoreError, match=r"Redis at cluster 127\.0\.0\.1:\d+ does not answer"):
            await check_reachable(redis, patience_seconds=0)


async def test_a_message_goes_its_whole_way_through_a_cluster(settings: Settings, vault: Vault, tmp_path: Path):
    """Every kind of operation: scripts, transactions and pipelines over many slots, groups, a subscription, leases."""
    with cluster(tmp_path, free_port) as url:
        async with client(settings, url) as redis:
            streams, cases = Streams(redis, vault, 8), Cases(redis, vault)
            await stored_and_finished(redis, streams)
            await a_case_from_opening_to_closing(redis, cases)
            assert await Throttle(redis).allows("amal", "127.0.0.1")
            await want_rewrite(redis)
            assert await Rewriter(redis, settled_seconds=0).look()


async def stored_and_finished(redis: Redis, streams: Streams) -> None:
    people = [f"person{number}" for number in range(40)]
    assert all(await streams.store([(one, number + 1, b"{}") for number, one in enumerate(people)]))
    assert not any(await streams.store([(one, number + 1, b"{}") for number, one in enumerate(people)]))
    assert (await streams.waiting())[INBOX] == 40
    slots = {redis.keyslot(f"ww:{{chats:{part}}}:inbox") for part in range(8)}  # type: ignore[attr-defined]
    assert len({redis.nodes_manager.get_node_from_slot(slot).name for slot in slots}) == 3  # type: ignore[attr-defined]
    done: list[str] = []

    async def serve(part: int, token: str, leave: asyncio.Event) -> None:
        for _ in range(2):  # the first makes the group
            await streams.read(part, INBOX, 100, 1)
        for entry in await streams.unfinished(part, INBOX):
            assert await streams.finish(part, token, entry, [(entry.person, b"reply")]) == "done"
            done.append(entry.person)
        await leave.wait()

    holding = asyncio.create_task(Leases(redis, "work", 8, serve).run())
    await until(lambda: all_done(done, people))
    holding.cancel()
    await asyncio.gather(holding, return_exceptions=True)
    assert (await streams.waiting()) == {INBOX: 0, OUTBOX: 40, "set-aside": 0}
    part = streams.partition(people[0])
    await streams.read(part, OUTBOX, 1, 1)
    [first, *_] = await streams.read(part, OUTBOX, 1, 1) or await streams.unfinished(part, OUTBOX)
    await streams.refuse(part, first)
    assert (await streams.waiting())["set-aside"] == 1
    for one in people:
        await streams.forget(one)
    assert (await streams.waiting()) == {INBOX: 0, OUTBOX: 0, "set-aside": 0}


async def all_done(done: list[str], people: list[str]) -> bool:
    return sorted(done) == sorted(people)


async def a_case_from_opening_to_closing(redis: Redis, cases: Cases) -> None:
    changes = Changes(redis)
    listening = asyncio.create_task(changes.listen())
    with changes.follow() as heard:
        assert await asyncio.wait_for(heard.get(), 10) == "*"
        case = await cases.open("p1", "ar", "asked")
        assert await asyncio.wait_for(heard.get(), 10) == case.id
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)
    media = await cases.store_media("p1", b"OggS", "voice", "voice", "audio/ogg")
    await cases.add(case.id, "person", "my words", media=media, key="1")
    assert await cases.claim(case.id, "amal", "Amal")
    await cases.reply(case.id, "amal", "Come on Monday")
    await cases.read_events(block_ms=1)
    events = await cases.read_events(block_ms=1)
    assert [event.kind for event in events] == ["claimed", "reply"]
    for event in events:
        await cases.done(event)
    await cases.figures.count("bot:answer")
    assert (await cases.queue(), [one.id for one in await cases.held()]) == ([], [case.id])
    assert await cases.close(case.id, "amal", "done")
    assert (await cases.counts())["closed"] == 1
    await cases.look()
    await cases.forget("p1")
    assert await redis.exists(f"ww:{{media:{media.id}}}") == 0 and await cases.cases_of("p1") == []


async def test_redis_is_reached_over_tls_and_only_with_a_certificate_that_is_trusted(settings: Settings, tmp_path: Path):
    inner, secret = free_port(), quoted(PASSWORD)
    with ending([start(tmp_path, inner, "--requirepass", PASSWORD)]):
        wait_for_port(inner)
        async with behind_tls(tmp_path, inner) as (port, authority):
            async with client(settings, f"rediss://:{secret}@127.0.0.1:{port}/0?ssl_ca_certs={authority}") as redis:
                await check_reachable(redis)
                assert await redis.set("ww:{tls}", "1", ex=5)
            async with client(settings, f"rediss://:{secret}@127.0.0.1:{port}/0") as stranger:
                with pytest.raises(StoreError):
                    await check_reachable(stranger, patience_seconds=0)


async def test_a_cluster_is_asked_over_tls_too(settings: Settings, tmp_path: Path):
    """A single server behind TLS is none, and says so: by then the handshake is over."""
    inner = free_port()
    with ending([start(tmp_path, inner, "--requirepass", PASSWORD)]):
        wait_for_port(inner)
        async with behind_tls(tmp_path, inner) as (port, authority):
            url = f"rediss+cluster://:{quoted(PASSWORD)}@127.0.0.1:{port}?ssl_ca_certs={authority}"
            async with client(settings, url) as redis:
                with pytest.raises(RedisError, match="Cluster mode is not enabled"):
                    await redis.ping()


async def sentinels_answer_over_tls(settings: Settings, folder: Path, servers: Watched) -> None:
    async with behind_tls(folder, servers.sentinel) as (port, authority):
        url = f"rediss+sentinel://127.0.0.1:{port}/cases?ssl_ca_certs={authority}"
        redis = connect(replace(settings, redis_url=url))
        found = await redis.connection_pool.sentinel_manager.discover_master("cases")
        assert found == ("127.0.0.1", servers.ports[0])
        await redis.close(close_connection_pool=True)


async def test_after_a_failover_the_new_master_has_the_cases_and_takes_new_ones(
    settings: Settings, vault: Vault, tmp_path: Path
):
    with watched(tmp_path, free_port) as servers:
        await sentinels_answer_over_tls(settings, tmp_path, servers)
        async with client(settings, servers.url) as redis:
            cases = Cases(redis, vault)
            before = await cases.open("p1", "ar", "asked")
            await redis.wait(1, 2000)
            servers.master.kill()
            await until(lambda: opened(cases))
            assert {case.id for case in await cases.queue()} > {before.id}
            assert PASSWORD not in str(read_address(servers.url))


async def opened(cases: Cases) -> bool:
    return (await cases.open("p2", "uk", "asked")).waiting
