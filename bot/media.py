"""Media: voice, pictures and files, which only a person can hear and see.

Promise: a file reaches a caseworker or the person hears at once that it did not.
"""

from __future__ import annotations

import logging
from dataclasses import replace

from redis.exceptions import ResponseError

from bot.api import FetchFailed, TelegramBot, TooLarge
from bot.handoff import Handoff
from bot.visit import Visit
from content.compose import Composer, join

logger = logging.getLogger(__name__)

SPOKEN = ("voice", "audio", "video_note")


class MediaDesk:
    def __init__(self, bot: TelegramBot, handoff: Handoff, composer: Composer) -> None:
        self.bot = bot
        self.handoff = handoff
        self.composer = composer

    async def bring(self, visit: Visit, silent: bool) -> None:
        """Fetch the file and put it into the person's case; `silent` while a caseworker holds it."""
        file = visit.incoming.file
        assert file is not None
        try:
            content = await self.bot.fetch(file)
            media = await self.handoff.cases.store_media(
                visit.person.pseudonym, content, file.kind, file.name or file.kind, file.mime
            )
        except TooLarge:
            visit.say(self.composer.phrase(visit.asker, "media.too_large"))
            return
        except (FetchFailed, ResponseError) as error:
            logger.warning("file not fetched", exc_info=error, extra={"kind": file.kind, "update": visit.incoming.update})
            visit.say(self.composer.phrase(visit.asker, "media.failed"))
            return
        before = visit.case
        await self.handoff.open(visit, "media")
        await self.handoff.add(visit, media)
        in_album = visit.incoming.album and visit.incoming.album == visit.person.album
        visit.person = replace(visit.person, album=visit.incoming.album)
        if not silent and not in_album:
            self.confirm(visit, known=before is not None)

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
