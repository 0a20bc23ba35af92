"""Erase: what a person can do about what is held of them - see it, hide it, delete it.

Promise: after `/delete` nothing of the person is left in Redis, and a minute later nothing in its files. (Rasa keeps nothing
from one message to the next.)
"""

from __future__ import annotations

import json
import logging
from dataclasses import replace
from typing import Any

from bot.outbox import Outgoing, document_of
from bot.people import People, written_person
from bot.rewrite import want_rewrite
from bot.streams import Streams
from bot.visit import Visit
from content.compose import Composer
from desk.cases import Case, Cases

logger = logging.getLogger(__name__)

FILE_NAME = "wegwijs.json"


class Erasure:
    def __init__(self, people: People, cases: Cases, streams: Streams, composer: Composer) -> None:
        self.people = people
        self.cases = cases
        self.streams = streams
        self.composer = composer

    async def erase(self, visit: Visit) -> None:
        """Delete everything of the person; words that come after this update begin anew."""
        pseudonym = visit.person.pseudonym
        await self.cases.forget(pseudonym)
        await self.streams.forget(pseudonym, visit.entry_id)
        await self.people.forget(pseudonym)
        await want_rewrite(self.people.redis)
        reply = self.composer.phrase(visit.asker, "delete.done")
        visit.say(reply, in_place=True)
        visit.calls = [replace(call, forget=True) for call in visit.calls]
        visit.forgotten = True
        visit.case = None
        logger.info("forgotten", extra={"person": pseudonym})

    async def send_data(self, visit: Visit) -> None:
        """All that is held of the person, as a file."""
        pseudonym = visit.person.pseudonym
        held = {
            "you": written_person(replace(visit.person, chat=0, talk=(), files=())),
            "files_not_sent": [one.file.name or one.file.kind for one in visit.person.files],
            "conversation": [vars(line) | {"about": dict(line.about)} for line in visit.person.talk],
            "cases": [await self._case(case) for case in await self.cases.cases_of(pseudonym)],
            "waiting_in_queues": [name for name, entry in await self.streams.of(pseudonym) if entry.id != visit.entry_id],
        }
        content = json.dumps(held, ensure_ascii=False, indent=1, default=str).encode("utf-8", "replace")
        visit.do(document_of(FILE_NAME, content, visit.incoming.chat, self.composer.say(visit.asker, "mydata.file")))

    async def _case(self, case: Case) -> dict[str, Any]:
        return {
            "name": case.alias,
            "state": case.state,
            "opened": case.opened_at.isoformat(),
            "closed": case.closed_at.isoformat() if case.closed_at else None,
            "reason": case.reason,
            "language": case.language,
            "region": case.region,
            "status": case.status,
            "entry": case.entry,
            "crisis": case.crisis,
            "outcome": case.outcome,
            "lines": [
                {
                    "by": line.author,
                    "at": line.at.isoformat(),
                    "words": line.words,
                    "file": f"{line.media.kind} {line.media.name}, {line.media.size} bytes" if line.media else None,
                }
                for line in await self.cases.thread(case.id)
            ],
        }

    async def hide(self, visit: Visit) -> None:
        """Clear the chat of what can be cleared: for somebody whose phone is looked into."""
        visit.do(Outgoing("hide", visit.incoming.chat, self.composer.say(visit.asker, "hide.done")))
