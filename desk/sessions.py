"""Sessions: who is signed in, and the tokens that prove a form is theirs.

Promise: a session ends after idle_seconds without work, after day_seconds in any case, and at once with its account.
"""

from __future__ import annotations

import hmac
import json
import secrets
import time
from dataclasses import dataclass
from hashlib import sha256

from desk.accounts import Account, Accounts
from store import Redis
from vault import Vault, VaultError

COOKIE = "wegwijs_desk"
IDLE_SECONDS = 30 * 60
DAY_SECONDS = 12 * 3600


@dataclass(frozen=True)
class Session:
    """`id` is in the browser only, sealed; Redis knows its hash."""

    id: str
    account: str
    stamp: str
    began: int

    @property
    def csrf(self) -> str:
        return form_token(self.id)


class Sessions:
    """Kept in Redis, so that any desk of several knows them and signing out ends them everywhere."""

    def __init__(self, redis: Redis, vault: Vault, accounts: Accounts, idle_seconds: int = IDLE_SECONDS) -> None:
        self.redis = redis
        self.vault = vault
        self.accounts = accounts
        self.idle_seconds = idle_seconds

    async def start(self, account: Account) -> tuple[Session, str]:
        """A new session with a new id, and the cookie's signed value."""
        session = Session(secrets.token_urlsafe(32), account.name, account.stamp, int(time.time()))
        stored = json.dumps({"account": session.account, "stamp": session.stamp, "began": session.began})
        await self.redis.set(session_key(session.id), stored, ex=self.idle_seconds)
        return session, self.vault.seal(session.id).decode()

    async def find(self, cookie: str | None, at_work: bool = True) -> tuple[Session, Account] | None:
        """Session and account of a cookie. at_work: a person did this, so the idle clock starts anew."""
        if (session_id := self.session_id(cookie)) is None:
            return None
        stored = await self.redis.get(session_key(session_id))
        if stored is None:
            return None
        session = Session(session_id, **json.loads(stored))
        account = await self.accounts.find(session.account)
        if account is None or account.stamp != session.stamp or session.began + DAY_SECONDS < time.time():
            await self.end(session)
            return None
        if at_work:
            await self.redis.expire(session_key(session_id), self.idle_seconds)
        return session, account

    async def end(self, session: Session) -> None:
        await self.redis.delete(session_key(session.id))

    def session_id(self, cookie: str | None) -> str | None:
        try:
            return self.vault.open(cookie) if cookie else None
        except VaultError:
            return None


def session_key(session_id: str) -> str:
    return f"ww:{{session:{sha256(session_id.encode()).hexdigest()[:40]}}}"


def form_token(session_id: str) -> str:
    """The token every form of this session carries."""
    return hmac.new(session_id.encode(), b"form", sha256).hexdigest()
