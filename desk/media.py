"""Media: the voice messages, photos and documents that came with a case.

Promise: bytes and file names are sealed, expire with the case, and go when the person is forgotten.
"""

from __future__ import annotations

import secrets
from dataclasses import asdict

from desk.keys import media_key, media_of_key
from desk.model import Media, MediaNotFound
from store import Redis
from vault import Vault


class MediaShelf:
    """Keeps files for keep_seconds after they came."""

    def __init__(self, redis: Redis, vault: Vault, keep_seconds: int) -> None:
        self.redis = redis
        self.vault = vault
        self.keep_seconds = keep_seconds

    async def store_media(self, person: str, content: bytes, kind: str, name: str, mime: str) -> Media:
        media = Media(secrets.token_urlsafe(12), kind, name, mime, len(content))
        index, key = media_of_key(person), media_key(media.id)
        await self.redis.sadd(index, media.id)
        await self.redis.expire(index, self.keep_seconds)
        await self.redis.hset(key, mapping={"about": self.vault.seal_json(asdict(media)), "content": self.vault.seal(content)})
        await self.redis.expire(key, self.keep_seconds)
        # The person may be forgotten between index and file; the forgetting then saw no file to delete.
        if not await self.redis.sismember(index, media.id):
            await self.redis.delete(key)
        return media

    async def media(self, media_id: str) -> tuple[Media, bytes]:
        """What it is, and its bytes. Raises MediaNotFound."""
        about, content = await self.redis.hmget(media_key(media_id), "about", "content")
        if not about or not content:
            raise MediaNotFound(media_id)
        return Media(**self.vault.open_json(about)), self.vault.open_bytes(content)
