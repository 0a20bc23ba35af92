"""Staff: a short message to the caseworkers' own Telegram chat when a case waits, is urgent, or waits too long.

Promise: nothing of the person but alias and language; what is no longer so when it is read is not said; one message in
EVERY_SECONDS at most (what is urgent comes sooner), with all that came meanwhile.
"""

from __future__ import annotations

import asyncio
import logging

from babel import Locale
from redis.exceptions import RedisError

from bot.outbox import Outgoing
from bot.streams import Streams
from content.compose import Composer
from content.model import FALLBACK_LANGUAGE
from content.phrases import Phrases
from desk.cases import Case, CaseNotFound, Cases, Piece
from settings import Settings, SettingsError
from vault import Vault

logger = logging.getLogger(__name__)

LANGUAGES = ("en", "nl", "fr", "de")
BLOCK_MS = 1000
EVERY_SECONDS = 15.0
AT_ONCE = 500
LISTED = 6
REDIS_AWAY_SECONDS = 0.5


class Staff:
    """`chat` and `language` of the caseworkers' chat; `desk`: where the desk is reached, without a slash at its end."""

    def __init__(
        self,
        cases: Cases,
        streams: Streams,
        vault: Vault,
        composer: Composer,
        phrases: Phrases,
        chat: int,
        language: str,
        desk: str,
    ) -> None:
        self.cases = cases
        self.streams = streams
        self.vault = vault
        self.composer = composer
        self.phrases = phrases
        self.chat = chat
        self.language = language
        self.desk = desk

    async def run(self) -> None:
        """Until cancelled. Any number may run; each piece of news is told by one of them."""
        while True:
            try:
                if await self.cases.news.turn(EVERY_SECONDS):
                    await self.look()
                else:
                    await asyncio.sleep(min(1.0, EVERY_SECONDS))
            except RedisError as error:
                logger.warning("news not read", exc_info=error)
                await asyncio.sleep(REDIS_AWAY_SECONDS)

    async def look(self) -> None:
        """All that came since the last message, as one."""
        pieces = await self.cases.news.read(AT_ONCE, BLOCK_MS)
        if not await self.tell(pieces):
            await self.cases.news.give_back()
        for piece in pieces:
            await self.cases.news.done(piece)

    async def tell(self, pieces: list[Piece]) -> bool:
        """False when there was nothing to say."""
        # One line a case, about what happened last.
        kinds = {piece.case_id: piece.kind for piece in pieces}
        waiting = [case for case in [await self.case(case_id) for case_id in kinds] if case and case.waiting]
        if not waiting:
            return False
        first = sorted(waiting, key=lambda case: (not case.urgent, kinds[case.id] != "late"))
        lines = [self.sentence(kinds[case.id], case) for case in first[:LISTED]]
        if len(lines) > 1:
            lines.insert(0, await self.counts())
        # Forgotten at once: no list is kept of messages in this chat, and nobody could ask to have them deleted.
        call = Outgoing("text", self.chat, "\n".join(lines), forget=True)
        await self.streams.say(self.vault.pseudonym(self.chat), f"news-{pieces[0].id}", [call.seal(self.vault)])
        logger.info("staff told", extra={"count": len(waiting)})
        return True

    async def case(self, case_id: str) -> Case | None:
        try:
            return await self.cases.get(case_id)
        except CaseNotFound:
            return None

    async def counts(self) -> str:
        queue = await self.cases.queue()
        urgent = sum(case.urgent for case in queue)
        return f"{self.phrases.say(self.language, 'queue.announce', waiting=len(queue), urgent=urgent)} {self.desk}/"

    def sentence(self, kind: str, case: Case) -> str:
        key = "staff.late" if kind == "late" else "staff.urgent" if case.urgent else "staff.opened"
        language = str(Locale.parse(self.language).languages.get(case.language, case.language))
        link = f"{self.desk}/cases/{case.id}"
        crisis = self.crisis(case.crisis)
        return self.phrases.say(self.language, key, alias=case.alias, language=language, crisis=crisis, link=link)

    def crisis(self, crisis_id: str | None) -> str:
        crises = self.composer.content.crises
        known = crises.get(crisis_id or "") or crises.get(f"crisis/{crisis_id}")
        text = known.text_for(self.language) if known else None
        return text.title if text and text.title else self.phrases.say(self.language, "crisis.any")


def staff_chat(settings: Settings) -> tuple[int, str] | None:
    """Number and language out of `WEGWIJS_STAFF_CHAT=-1001234567` or `-1001234567:nl`; None when there is none."""
    if not settings.staff_chat:
        return None
    number, _, language = settings.staff_chat.partition(":")
    if not number.removeprefix("-").isdecimal() or (language and language not in LANGUAGES):
        advice = f"the number of a chat, then `:` and one of {' '.join(LANGUAGES)} if you wish, such as -1001234567:nl"
        raise SettingsError(f"WEGWIJS_STAFF_CHAT={settings.staff_chat!r} is not {advice}")
    return int(number), language or FALLBACK_LANGUAGE


def desk_address(settings: Settings) -> str:
    """Where a caseworker opens the desk."""
    return settings.desk_url.rstrip("/") or f"http://{settings.desk_host}:{settings.desk_port}"
