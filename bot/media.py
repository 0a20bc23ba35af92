"""Media: voice, pictures and files, which only a person can hear and see.

Promise: a file reaches a caseworker or the person hears at once that it did not; before they agree it is not even fetched.
"""

from __future__ import annotations

import logging
from dataclasses import replace

from redis.exceptions import ResponseError

from bot.api import FetchFailed, TelegramBot, TooLarge
from bot.handoff import Handoff
from bot.incoming import FileOf
from bot.people import Kept, now_seconds
from bot.visit import Visit
from content.compose import Composer, join
from desk.cases import Media

logger = logging.getLogger(__name__)

SPOKEN = ("voice", "audio", "video_note")


class MediaDesk:
    def __init__(self, bot: TelegramBot, handoff: Handoff, composer: Composer) -> None:
        self.bot = bot
        self.handoff = handoff
        self.composer = composer

    async def take(self, visit: Visit, silent: bool) -> None:
        """Into the person's case; who has none is asked first, and the file waits at Telegram. `silent`: a case is held."""
        if visit.case is None and not visit.person.agreed:
            self.ask_first(visit)
        else:
            await self.bring(visit, silent)

    def ask_first(self, visit: Visit) -> None:
        file, in_album = visit.incoming.file, self.in_album(visit)
        assert file is not None
        if not self.bot.can_fetch(file):
            return visit.say(self.composer.phrase(visit.asker, "media.too_large"))
        kept = Kept(file, visit.incoming.words, visit.key, now_seconds())
        visit.person = replace(visit.person.keeps(kept), album=visit.incoming.album)
        if not in_album:
            self.handoff.ask(visit, "media", before=self.composer.say(visit.asker, "media.for_a_person"))

    async def bring_kept(self, visit: Visit) -> None:
        """The files that waited for the case that is open now."""
        kept, visit.person = visit.person.files, replace(visit.person, files=())
        for one in kept:
            if media := await self.fetched(visit, one.file):
                about = {"earlier": "1", "said_at": str(one.at)}
                await self.handoff.add_earlier(visit, one.words, one.key, about, media)

    async def bring(self, visit: Visit, silent: bool) -> None:
        file = visit.incoming.file
        assert file is not None
        if (media := await self.fetched(visit, file)) is None:
            return
        before, in_album = visit.case, self.in_album(visit)
        await self.handoff.open(visit, "media")
        await self.handoff.add(visit, media)
        visit.person = replace(visit.person, album=visit.incoming.album)
        if not silent and not in_album:
            self.confirm(visit, known=before is not None)

    def in_album(self, visit: Visit) -> bool:
        """True when a file of the same album came before: one reply is enough."""
        return bool(visit.incoming.album) and visit.incoming.album == visit.person.album

    async def fetched(self, visit: Visit, file: FileOf) -> Media | None:
        """Stored for a case; None when it could not be, and then the person is told."""
        try:
            content = await self.bot.fetch(file)
            return await self.handoff.cases.store_media(
                visit.person.pseudonym, content, file.kind, file.name or file.kind, file.mime
            )
        except TooLarge:
            visit.say(self.composer.phrase(visit.asker, "media.too_large"))
        except (FetchFailed, ResponseError) as error:
            logger.warning("file not fetched", exc_info=error, extra={"kind": file.kind, "update": visit.incoming.update})
            visit.say(self.composer.phrase(visit.asker, "media.failed"))
        return None

    def confirm(self, visit: Visit, known: bool) -> None:
        """That a caseworker has it; with all that belongs to a new case when there was none."""
        file, case = visit.incoming.file, visit.case
        assert file is not None and case is not None
        passed_on = self.composer.say(visit.asker, "media.voice" if file.kind in SPOKEN else "media.file")
        if known:
            reply = self.composer.phrase(visit.asker, "handoff.already", alias=case.alias)
        else:
            reply = self.composer.handoff(visit.asker, case.alias)
        visit.say(replace(reply, text=join([passed_on, reply.text])))
