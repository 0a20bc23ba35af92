"""People: what the bot remembers of a person between two messages.

Promise: no name, username or number is kept; the chat id is kept once, sealed; all of it expires by itself.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

from bot.incoming import FileOf
from content.compose import Asker
from content.model import FALLBACK_LANGUAGE, LANGUAGES, REGIONS, STATUSES
from content.reply import Reply
from store import Redis
from vault import Vault

HOUR_SECONDS = 3600
DAY_SECONDS = 24 * HOUR_SECONDS
TALK_KEPT = 10
TALK_CHARACTERS = 1000
FILES_KEPT = 10
# Telegram lets a bot delete messages for 48 hours.
SHOWN_SECONDS = 48 * HOUR_SECONDS
SHOWN_KEPT = 300


@dataclass(frozen=True)
class Said:
    """One line of the talk before a case: `key` keeps it from being added to the case twice."""

    author: str
    words: str
    key: str
    language: str = ""
    about: Mapping[str, str] = field(default_factory=dict)
    at: int = 0


@dataclass(frozen=True)
class Kept:
    """A file that waits at Telegram until the person agrees that a caseworker sees it; only where it lies is known."""

    file: FileOf
    words: str
    key: str
    at: int


@dataclass(frozen=True)
class Person:
    """What is known of somebody. `chosen`: they picked the language themselves; else it was understood or is unknown.

    agreed: caseworkers may read what is passed to them; asked: the last reply asked for that; wish: why, `reason:entry`.
    """

    pseudonym: str
    chat: int = 0
    language: str | None = None
    chosen: bool = False
    offered: bool = False
    region: str | None = None
    town: str | None = None
    status: str | None = None
    entry: str | None = None
    misses: int = 0
    pending: str | None = None
    album: str = ""
    agreed: bool = False
    asked: bool = False
    wish: str = ""
    files: tuple[Kept, ...] = ()
    talk: tuple[Said, ...] = ()
    unreachable: bool = False

    @property
    def asker(self) -> Asker:
        return Asker(self.language or FALLBACK_LANGUAGE, self.region, self.status, self.town, self.region)

    def chooses(self, language: str) -> Person:
        return replace(self, language=language, chosen=True, offered=True)

    def lives(self, region: str, town: str | None = None) -> Person:
        """In a region, and in a municipality (NIS code) of it when it is known."""
        return replace(self, region=region, town=town)

    def hears(self, reply: Reply) -> Person:
        """This person after a reply: what it tells the conversation to remember."""
        told = reply.remember
        known = replace(self, asked="asked" in told)
        if (language := told.get("language")) in LANGUAGES:
            known = known.chooses(str(language))
        if (region := told.get("region")) in REGIONS:
            known = known.lives(str(region))
        if town := told.get("town"):
            known = replace(known, town=town)
        if (status := told.get("status")) in STATUSES:
            known = replace(known, status=status)
        if "entry" in told:
            known = replace(known, entry=told["entry"] or None)
        if told.get("misses", "").isdigit():
            known = replace(known, misses=int(told["misses"]))
        return known

    def keeps(self, kept: Kept) -> Person:
        return replace(self, files=(*self.files, kept)[-FILES_KEPT:])

    def talked(self, *lines: Said) -> Person:
        kept = [replace(line, words=line.words[:TALK_CHARACTERS]) for line in lines]
        return replace(self, talk=(*self.talk, *kept)[-TALK_KEPT:])


class People:
    """The register in Redis: a hash a person (`state` sealed, `unreachable`), and the ids of the messages shown."""

    def __init__(self, redis: Redis, vault: Vault, keep_conversation_hours: int, keep_case_days: int) -> None:
        self.redis = redis
        self.vault = vault
        self.keep_seconds = keep_conversation_hours * HOUR_SECONDS
        # A caseworker may answer at any time while the case is open: the way back must still be known then.
        self.keep_case_seconds = keep_case_days * DAY_SECONDS + self.keep_seconds

    async def get(self, pseudonym: str, chat: int = 0) -> Person:
        """The person, new when nothing is known (any more)."""
        stored = await self.redis.hgetall(person_key(pseudonym))
        if not (sealed := stored.get(b"state")):
            return Person(pseudonym, chat)
        person = read_person(pseudonym, self.vault.open_json(sealed))
        return replace(person, chat=chat or person.chat, unreachable=b"unreachable" in stored)

    async def save(self, person: Person, shown: int = 0, has_case: bool = False) -> None:
        """Keep the person from now on for the length of a conversation, or of a case; note a message of theirs."""
        person_at, shown_at = person_key(person.pseudonym), shown_key(person.pseudonym)
        async with self.redis.pipeline(transaction=False) as changes:
            changes.hset(person_at, "state", self.vault.seal_json(written_person(person)))
            changes.expire(person_at, self.keep_case_seconds if has_case else self.keep_seconds)
            if shown:
                note_shown(changes, shown_at, shown)
            await changes.execute()

    async def keep(self, pseudonym: str, has_case: bool) -> None:
        """A case was opened, touched or closed without a word of the person."""
        await self.redis.expire(person_key(pseudonym), self.keep_case_seconds if has_case else self.keep_seconds)

    async def set_unreachable(self, pseudonym: str, unreachable: bool) -> None:
        if not unreachable:
            await self.redis.hdel(person_key(pseudonym), "unreachable")
        elif await self.redis.exists(person_key(pseudonym)):
            await self.redis.hset(person_key(pseudonym), "unreachable", "1")

    async def shown(self, pseudonym: str) -> list[int]:
        """Ids of the messages in the chat, the person's and ours, as far as Telegram lets them be deleted."""
        return [int(one) for one in await self.redis.lrange(shown_key(pseudonym), 0, -1)]

    async def nothing_shown(self, pseudonym: str) -> None:
        await self.redis.delete(shown_key(pseudonym))

    async def once(self, pseudonym: str, what: str, seconds: int) -> bool:
        """True the first time within so many seconds."""
        return bool(await self.redis.set(f"{person_key(pseudonym)}:{what}", 1, nx=True, ex=seconds))

    async def forget(self, pseudonym: str) -> None:
        await self.redis.delete(person_key(pseudonym), shown_key(pseudonym), f"{person_key(pseudonym)}:flood")


def person_key(pseudonym: str) -> str:
    return f"ww:{{person:{pseudonym}}}"


def shown_key(pseudonym: str) -> str:
    return f"{person_key(pseudonym)}:shown"


def note_shown(changes: Any, key: str, message: int) -> None:
    """Note a message on a pipeline."""
    changes.rpush(key, message)
    changes.ltrim(key, -SHOWN_KEPT, -1)
    changes.expire(key, SHOWN_SECONDS)


def read_person(pseudonym: str, stored: Mapping[str, Any]) -> Person:
    known = {one.name for one in fields(Person)} - {"pseudonym", "talk", "files", "unreachable"}
    talk = tuple(Said(**line) for line in stored.get("talk", ()))
    files = tuple(Kept(**{**one, "file": FileOf(**one["file"])}) for one in stored.get("files", ()))
    return Person(pseudonym, talk=talk, files=files, **{name: value for name, value in stored.items() if name in known})


def written_person(person: Person) -> dict[str, Any]:
    """The fields that differ from those of a new person; short, because it is sealed at every message."""
    new = Person("")
    state = {
        one.name: getattr(person, one.name)
        for one in fields(Person)
        if one.name not in ("pseudonym", "talk", "files", "unreachable") and getattr(person, one.name) != getattr(new, one.name)
    }
    talk = [{name: value for name, value in vars(line).items() if value} for line in person.talk]
    lists = {"talk": talk, "files": [asdict(one) for one in person.files]}
    return {**state, **{name: one for name, one in lists.items() if one}}


def now_seconds() -> int:
    return int(time.time())
