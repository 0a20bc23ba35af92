"""News: what caseworkers should hear although no page of theirs is open.

Promise: a case id and a kind, nothing of the person; old news are dropped when nobody reads them.
"""

from __future__ import annotations

from dataclasses import dataclass

from desk.groups import Group
from desk.keys import NEWS, NEWS_TURN
from store import Redis


@dataclass(frozen=True)
class Piece:
    """kind: opened (a case waits), urgent (a case became so), late (a promise was missed)."""

    id: str
    kind: str
    case_id: str


class News:
    def __init__(self, redis: Redis) -> None:
        self.redis = redis
        self.group = Group(redis, NEWS)

    async def turn(self, seconds: float) -> bool:
        """True for one reader in so many seconds; who told nothing gives the turn back."""
        return bool(await self.redis.set(NEWS_TURN, "1", nx=True, px=int(seconds * 1000)))

    async def give_back(self) -> None:
        await self.redis.delete(NEWS_TURN)

    async def read(self, count: int = 16, block_ms: int = 1000) -> list[Piece]:
        """What others left undone, else what is new, waiting up to block_ms for it."""
        entries = await self.group.read(count, block_ms)
        return [Piece(entry_id.decode(), fields[b"kind"].decode(), fields[b"case"].decode()) for entry_id, fields in entries]

    async def done(self, piece: Piece) -> None:
        await self.group.done(piece.id)
