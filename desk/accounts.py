"""Accounts: who may work at the desk, as what, in which languages.

Promise: nobody can read a password here, and a changed password or a removed account ends every session of it.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

from anyio import CapacityLimiter, to_thread
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from store import Redis

T = TypeVar("T")
ACCOUNTS = "ww:{accounts}"
ROLES = ("caseworker", "editor", "admin")
NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,31}")
SHORTEST_PASSWORD = 10
DEMO = "demo"
# One hash takes 64 MB and a core for 50 ms: at most two at once, or sign-in could starve the desk.
HASHES_AT_ONCE = 2
# The hash of a password that nobody knows: an unknown name costs the same time as a known one.
NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$5CtGOKrS8a4VovqkD44QTQ$8kWHCh5tflj4hqAvSc2GmQuHL8ydgNJ8vg86h4etN50"


class AccountError(Exception):
    """A name is taken, unknown or malformed, a role is unknown, or a password is too short. `key` names the phrase."""

    def __init__(self, key: str, message: str) -> None:
        super().__init__(message)
        self.key = key


@dataclass(frozen=True)
class Account:
    """`name` signs in, `shown_name` is told to people; `language` is the interface's, `languages` those spoken.

    hours: as in the opening hours, empty for the organisation's; limit: cases held at once, 0 for no limit.
    team: whatever the organisation calls it, empty for none; a case can be handed to all of a team.
    """

    name: str
    shown_name: str
    roles: tuple[str, ...] = ("caseworker",)
    password_hash: str = ""
    language: str = "en"
    languages: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    hours: str = ""
    limit: int = 0
    team: str = ""
    totp: str = ""

    def may(self, role: str) -> bool:
        return role in self.roles

    @property
    def stamp(self) -> str:
        """Changes with the password; sessions carry it."""
        return sha256(self.password_hash.encode()).hexdigest()[:16]


class Accounts:
    """All accounts in one Redis hash. They do not expire: they hold no word of a person."""

    def __init__(self, redis: Redis, hasher: PasswordHasher | None = None) -> None:
        self.redis = redis
        self.hasher = hasher or PasswordHasher()
        self.limiter = CapacityLimiter(HASHES_AT_ONCE)

    async def add(self, account: Account, password: str) -> Account:
        """Raises AccountError."""
        return await self.create(replace(account, password_hash=await self.hashed(password)))

    async def create(self, made: Account) -> Account:
        """Write a new account; one without a password waits for its invitation. Raises AccountError."""
        check_name(made.name)
        check_roles(made.roles)
        if not await self.redis.hsetnx(ACCOUNTS, made.name, as_json(made)):
            raise AccountError("account.taken", f"there is an account {made.name!r} already")
        return made

    async def find(self, name: str) -> Account | None:
        found = await self.redis.hget(ACCOUNTS, name)
        return from_json(found) if found else None

    async def all(self) -> list[Account]:
        return sorted(map(from_json, await self.redis.hvals(ACCOUNTS)), key=lambda account: account.name)

    async def change(self, account: Account) -> None:
        """Write an account that exists."""
        check_roles(account.roles)
        await self.redis.hset(ACCOUNTS, account.name, as_json(account))

    async def set_password(self, name: str, password: str) -> Account:
        account = await self.find(name)
        if account is None:
            raise AccountError("account.unknown", f"there is no account {name!r}")
        changed = replace(account, password_hash=await self.hashed(password))
        await self.change(changed)
        return changed

    async def remove(self, name: str) -> bool:
        return bool(await self.redis.hdel(ACCOUNTS, name))

    async def verify(self, name: str, password: str) -> Account | None:
        """The account when the password is its own. An unknown name takes as long as a wrong password."""
        account = await self.find(name)
        known = account.password_hash if account and account.password_hash else NOBODY
        right = await self.aside(lambda: matches(self.hasher, known, password))
        return account if account and account.password_hash and right else None

    async def hashed(self, password: str) -> str:
        if len(password) < SHORTEST_PASSWORD:
            raise AccountError("account.password_short", f"a password has at least {SHORTEST_PASSWORD} characters")
        return await self.aside(lambda: self.hasher.hash(password))

    async def aside(self, work: Callable[[], T]) -> T:
        """Off the event loop."""
        return await to_thread.run_sync(work, limiter=self.limiter)


async def ensure_demo_user(accounts: Accounts, data_dir: Path) -> tuple[str, str]:
    """Name and password of the caseworker for trying, made once; only for the sandbox."""
    path = data_dir / "demo-caseworker"
    name, _, password = path.read_text().strip().partition(" ") if path.exists() else (DEMO, "", "")
    if password and await accounts.verify(name, password):
        return name, password
    password = password or secrets.token_urlsafe(9)
    await accounts.remove(DEMO)
    await accounts.add(Account(DEMO, "Demo", ROLES), password)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.touch(mode=0o600)
    path.write_text(f"{DEMO} {password}\n")
    return DEMO, password


def check_name(name: str) -> None:
    if not NAME.fullmatch(name):
        raise AccountError("account.name", f"{name!r}: a name has lower-case letters, digits, dot, dash, at most 32")


def check_roles(roles: tuple[str, ...]) -> None:
    if not roles or not set(roles) <= set(ROLES):
        raise AccountError("account.roles", f"roles are {', '.join(ROLES)}")


def matches(hasher: PasswordHasher, known: str, password: str) -> bool:
    try:
        return hasher.verify(known, password)
    except (VerificationError, InvalidHashError):
        return False


def as_json(account: Account) -> str:
    return json.dumps(asdict(account))


def from_json(text: bytes) -> Account:
    fields: dict[str, Any] = json.loads(text)
    values: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in fields.items()}
    return Account(**values)
