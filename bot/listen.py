"""Listen: tells people what happens to their case.

Promise: every change of a case is told once, in the person's language, and stays untold no longer than Redis is away.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from datetime import datetime, timezone

from redis.exceptions import RedisError

from bot.leases import Leases
from bot.outbox import message_of
from bot.people import People, Person
from bot.streams import Streams
from content.compose import Composer
from content.model import LANGUAGES
from content.reply import Button, Reply
from desk.cases import Case, CaseEvent, Cases
from vault import Vault, VaultError

logger = logging.getLogger(__name__)

PHRASES = {
    "claimed": "case.claimed",
    "handed": "case.claimed",
    "reply": "case.from_caseworker",
    "released": "case.released",
    "expired": "case.released",
    "closed": "case.closed",
    "cancelled": "case.cancelled",
    "late": "case.late",
}
OVER = ("closed", "cancelled")
# After these the person knows that a caseworker reads what they write, and after these that it is us again.
HOLDS = {**dict.fromkeys(("claimed", "handed", "reply"), True), **dict.fromkeys((*OVER, "released", "expired"), False)}
BLOCK_MS = 1000
REDIS_AWAY_SECONDS = 0.5
WATCH_SECONDS = 2.0
LATE_ROUNDS = 15


class Listener:
    def __init__(self, cases: Cases, people: People, streams: Streams, vault: Vault, composer: Composer) -> None:
        self.cases = cases
        self.people = people
        self.streams = streams
        self.vault = vault
        self.composer = composer

    async def run(self) -> None:
        """Until cancelled. Any number may run; one at a time tells, so that a case is told in the order in which it went."""
        await Leases(self.cases.redis, "listen", 1, self.serve).run()

    async def serve(self, part: int, token: str, leave: asyncio.Event) -> None:
        """What was read and not told, by us or by one who died, comes before what is new."""
        left = True
        while not leave.is_set():
            try:
                # More may have been read than we were given: an answer that is lost on its way is not given again.
                if left or await self.cases.read_events(block_ms=BLOCK_MS):
                    for event in await self.cases.left_events():
                        await self.tell_once(event)
                    left = False
            except RedisError as error:
                left = True
                logger.warning("case events not read", exc_info=error)
                await asyncio.sleep(REDIS_AWAY_SECONDS)

    async def tell_once(self, event: CaseEvent) -> None:
        try:
            await self.tell(event)
        except (VaultError, KeyError, TypeError) as error:
            logger.error("a case event cannot be told", exc_info=error, extra={"case": event.case_id})
            return
        await self.cases.done(event)

    async def watch(self) -> None:
        """Put cases back whose caseworker went silent, and own up to people whom nobody answered in time."""
        rounds = 0
        while True:
            try:
                await self.cases.expire_leases()
                if rounds % LATE_ROUNDS == 0:
                    await self.tell_late()
                rounds += 1
            except RedisError as error:
                logger.warning("cases not watched", exc_info=error)
            await asyncio.sleep(WATCH_SECONDS)

    async def tell_late(self) -> None:
        now = datetime.now(timezone.utc)
        for case in await self.cases.queue():
            if self.is_late(case, now):
                await self.cases.tell_late(case)

    def is_late(self, case: Case, now: datetime) -> bool:
        """True when somebody should have answered by now, closed hours not counted."""
        house = self.composer.house
        due = house.hours.answer_by(case.waiting_since, house.promise)
        return not case.told_late and due is not None and due <= now and house.hours.is_open(now)

    async def tell(self, event: CaseEvent) -> None:
        person = await self.people.get(event.person)
        if not person.chat or event.kind not in PHRASES:
            logger.info("case event not told", extra={"kind": event.kind, "case": event.case_id})
            return
        calls = message_of(self.sentence(event, person), person.chat)
        sealed = [call.seal(self.vault) for call in calls]
        await self.streams.say(event.person, f"case-{event.id}", sealed, HOLDS.get(event.kind))
        await self.people.keep(event.person, has_case=event.kind not in OVER)
        logger.info("case event told", extra={"kind": event.kind, "case": event.case_id})

    def sentence(self, event: CaseEvent, person: Person) -> Reply:
        language = person.language or event.language
        asker = replace(person.asker, language=language if language in LANGUAGES else person.asker.language)
        name = event.caseworker_name or self.composer.house.name
        when = self.composer.when(asker, datetime.now(timezone.utc)) if event.kind == "late" else ""
        reply = self.composer.phrase(asker, PHRASES[event.kind], caseworker=name, words=event.words, when=when)
        if event.kind in OVER:
            return reply
        if event.kind in ("late", "released", "expired"):
            cancel = Button(self.composer.say(asker, "button.cancel_case"), "cancel")
            return replace(reply, buttons=((cancel,),))
        return replace(reply, buttons=())
