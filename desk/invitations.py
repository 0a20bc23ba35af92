"""Invitations: a link that lets somebody choose their own password, once.

Promise: whoever made the link never knows the password; the link works once and for a week.
"""

from __future__ import annotations

import secrets
from hashlib import sha256

from store import Redis

WEEK_SECONDS = 7 * 86400


class Invitations:
    """Redis knows only the hash of a link, and the account it is for."""

    def __init__(self, redis: Redis) -> None:
        self.redis = redis

    async def make(self, name: str) -> str:
        """The secret part of a new link."""
        secret = secrets.token_urlsafe(24)
        await self.redis.set(invitation_key(secret), name, ex=WEEK_SECONDS)
        return secret

    async def name_of(self, secret: str) -> str | None:
        """Whom the link is for; None when it is used or expired."""
        name = await self.redis.get(invitation_key(secret))
        return name.decode() if name else None

    async def use(self, secret: str) -> str | None:
        """The same, and the link is used up: of two at once one gets the name."""
        name = await self.redis.getdel(invitation_key(secret))
        return name.decode() if name else None


def invitation_key(secret: str) -> str:
    return f"ww:{{invitation:{sha256(secret.encode()).hexdigest()[:40]}}}"
