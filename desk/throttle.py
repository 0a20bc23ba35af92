"""Throttle: how often somebody may try a password.

Promise: guessing is hopeless by account and by address; a right password from elsewhere soon works again.
"""

from __future__ import annotations

from hashlib import sha256

from store import Redis

WINDOW_SECONDS = 15 * 60
TRIES_BY_ACCOUNT = 8
TRIES_BY_ADDRESS = 30


class Throttle:
    """Counts tries before they are checked, so that a hundred at once do not slip through."""

    def __init__(self, redis: Redis) -> None:
        self.redis = redis

    async def allows(self, account: str, address: str) -> bool:
        """Count one try; False when this account or this address had too many."""
        by_account = await self.count(f"account:{account}")
        by_address = await self.count(f"address:{address}")
        return by_account <= TRIES_BY_ACCOUNT and by_address <= TRIES_BY_ADDRESS

    async def forgive(self, account: str) -> None:
        await self.redis.delete(throttle_key(f"account:{account}"))

    async def count(self, what: str) -> int:
        key = throttle_key(what)
        async with self.redis.pipeline(transaction=True) as both:
            both.incr(key)
            both.expire(key, WINDOW_SECONDS, nx=True)
            tries, _ = await both.execute()
        return int(tries)


def throttle_key(what: str) -> str:
    return f"ww:{{throttle:{sha256(what.encode()).hexdigest()[:32]}}}"
