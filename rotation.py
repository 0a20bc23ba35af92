"""Rotation: a new key for people's words, and the old one out of use.

Promise: at every step everything that is stored can be opened, nobody's name changes, and the old key is dropped only when it
seals nothing any more.
"""

from __future__ import annotations

import asyncio
import os
import re
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

import click
from cryptography.fernet import Fernet

from settings import Settings
from store import Redis, check_reachable, connect
from vault import Vault, VaultError, key_file, open_vault

T = TypeVar("T")
SEALED = re.compile(rb"gAAAAA[\w-]{60,}={0,2}")
EVERYTHING = "ww:*"
UNKNOWN = -1

# Somebody may write in between: what is not any more as it was read is left alone, and found at the next walk.
IN_STRING = "if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('SET', KEYS[1], ARGV[2], 'KEEPTTL') return 1 end return 0"
IN_HASH = """
if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
return 1
"""
# An entry of a stream cannot be changed: the stream is written anew in one step, with its ids and its expiry. A line that was
# added after it was read is kept as it is. ARGV: id and body of each entry that is sealed anew.
IN_STREAM = """
local bodies, expires = {}, redis.call('PTTL', KEYS[1])
for place = 1, #ARGV, 2 do bodies[ARGV[place]] = ARGV[place + 1] end
local entries = redis.call('XRANGE', KEYS[1], '-', '+')
redis.call('DEL', KEYS[1])
for _, entry in ipairs(entries) do
  local fields = entry[2]
  for place = 1, #fields, 2 do
    if fields[place] == 'body' and bodies[entry[1]] then fields[place + 1] = bodies[entry[1]] end
  end
  redis.call('XADD', KEYS[1], entry[1], unpack(fields))
end
if expires > 0 then redis.call('PEXPIRE', KEYS[1], expires) end
return 1
"""


class Walk:
    """Every sealed value in Redis: counted by the key that sealed it, or sealed anew with the first key."""

    def __init__(self, redis: Redis, vault: Vault) -> None:
        self.redis = redis
        self.vault = vault
        self._in_string = redis.register_script(IN_STRING)
        self._in_hash = redis.register_script(IN_HASH)
        self._in_stream = redis.register_script(IN_STREAM)

    async def count(self) -> Counter[int]:
        """How many values each key seals, by its place; UNKNOWN for those that no key here opens."""
        found: Counter[int] = Counter()
        async for _, _, value in self.values():
            for token in SEALED.findall(value):
                place = self.vault.sealed_by(token)
                found[UNKNOWN if place is None else place] += 1
        return found

    async def reseal(self) -> None:
        """What other processes wait for in a stream is left to them: they open it and delete it in a moment."""
        streams: dict[bytes, list[bytes]] = {}
        async for key, place, value in self.values():
            fresh = self.fresh(value)
            if fresh == value:
                continue
            kind = await self.redis.type(key)  # type: ignore[no-untyped-call]
            if kind == b"string":
                await self._in_string(keys=[key], args=[value, fresh])
            elif kind == b"hash":
                await self._in_hash(keys=[key], args=[place, value, fresh])
            elif kind == b"stream" and not await self.redis.xinfo_groups(key):  # type: ignore[no-untyped-call]
                streams.setdefault(key, []).extend((place, fresh))
        for key, bodies in streams.items():
            await self._in_stream(keys=[key], args=bodies)

    def fresh(self, value: bytes) -> bytes:
        return SEALED.sub(lambda found: self.anew(found[0]), value)

    def anew(self, token: bytes) -> bytes:
        place = self.vault.sealed_by(token)
        return token if place in (None, 0) else self.vault.rotate(token)

    async def values(self) -> AsyncIterator[tuple[bytes, bytes, bytes]]:
        """Key, place within it (a hash's field, a stream's entry), value."""
        async for key in self.redis.scan_iter(match=EVERYTHING, count=500):
            kind = await self.redis.type(key)  # type: ignore[no-untyped-call]
            if kind == b"string":
                yield key, b"", await self.redis.get(key) or b""
            elif kind == b"hash":
                for name, value in (await self.redis.hgetall(key)).items():
                    yield key, name, value
            elif kind == b"stream":
                for entry_id, fields in await self.redis.xrange(key):
                    yield key, entry_id, fields.get(b"body", b"")


@click.group()
def keys() -> None:
    """Change the key: add, restart, promote, restart, reseal, drop, restart.

    Where all processes restart together, add and promote may follow each other.
    """


@keys.command()
def show() -> None:
    """The keys in their order, by fingerprint, and how many stored values each seals."""
    settings = Settings.from_environment()
    vault = open_vault(settings)
    counted = on_redis(settings, lambda redis: Walk(redis, vault).count())
    for place, key in enumerate(vault.keys):
        role = "seals and opens" if place == 0 else "opens"
        click.echo(f"{fingerprint(key)}  {role}  {counted[place]} values")
    if counted[UNKNOWN]:
        click.echo(f"unknown   {counted[UNKNOWN]} values that no key here opens")


@keys.command()
def add() -> None:
    """A new key that only opens for now: every process must know it before one seals with it."""
    settings = Settings.from_environment()
    vault = open_vault(settings)
    hold(settings, [*vault.keys, Fernet.generate_key().decode()], vault)
    click.echo("Now restart every process, then: wegwijs keys promote")


@keys.command()
def promote() -> None:
    """The key that was added last seals from now on."""
    settings = Settings.from_environment()
    vault = open_vault(settings)
    if len(vault.keys) < 2:
        raise VaultError("there is one key only; `wegwijs keys add` makes another")
    *others, newest = vault.keys
    hold(settings, [newest, *others], vault)
    click.echo("Now restart every process, then: wegwijs keys reseal")


@keys.command()
def reseal() -> None:
    """Seal everything that is stored with the first key; may run as often as you like, beside a running Wegwijs."""
    settings = Settings.from_environment()
    vault = open_vault(settings)

    async def work(redis: Redis) -> Counter[int]:
        walk = Walk(redis, vault)
        await walk.reseal()
        return await walk.count()

    left = on_redis(settings, work)
    older = sum(count for place, count in left.items() if place > 0)
    click.echo(f"{left[0]} values are sealed with {fingerprint(vault.keys[0])}, {older} still with an older key")
    click.echo("Once more in a moment: they wait in a stream" if older else "Now: wegwijs keys drop")


@keys.command()
def drop() -> None:
    """Take the older keys out; refused while they seal anything."""
    settings = Settings.from_environment()
    vault = open_vault(settings)
    left = on_redis(settings, lambda redis: Walk(redis, vault).count())
    if older := sum(count for place, count in left.items() if place > 0):
        raise VaultError(f"older keys still seal {older} values; run `wegwijs keys reseal` first")
    hold(settings, vault.keys[:1], vault)
    click.echo("Now restart every process. Whoever is signed in at the desk signs in once more.")


def hold(settings: Settings, held: list[str], vault: Vault) -> None:
    """Into the key file; where the key comes from the environment, it is printed for whoever keeps that."""
    value = ",".join([*held, vault.names()])
    Vault(value)
    if settings.key:
        click.echo(f"WEGWIJS_KEY={value}")
        return
    path = settings.data_dir / "key"
    key_file(path)
    write_private(path, value)
    click.echo(f"{path} is written")


def write_private(path: Path, value: str) -> None:
    """Whole or not at all, for the owner only."""
    beside = path.with_name(f"{path.name}.new")
    beside.unlink(missing_ok=True)
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(value + "\n")
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


def fingerprint(key: str) -> str:
    """Tells keys apart, and nothing else of them."""
    return sha256(b"wegwijs key " + key.encode()).hexdigest()[:8]


def on_redis(settings: Settings, work: Callable[[Redis], Awaitable[T]]) -> T:
    async def within() -> T:
        redis = connect(settings)
        try:
            await check_reachable(redis)
            return await work(redis)
        finally:
            await redis.close(close_connection_pool=True)

    return asyncio.run(within())
