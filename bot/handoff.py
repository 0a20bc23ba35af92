"""Handoff: passing a person to the caseworkers, and their words into the case.

Promise: nothing is stored for a case before the person has agreed, but for somebody in danger, whose case opens at once.
What was said before the case, and whatever comes while it is open, stands in its thread once and in order.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bot.people import People, Said, now_seconds
from bot.visit import Visit
from content.compose import Composer, join
from content.reply import Reply
from desk.cases import Case, CaseNotFound, Cases, Media


class Handoff:
    def __init__(self, cases: Cases, people: People, composer: Composer) -> None:
        self.cases = cases
        self.people = people
        self.composer = composer

    async def hand_off(self, visit: Visit, reason: str, entry: str | None = None) -> None:
        """Open a case and say so; ask first whom nobody has asked. A person who has one is told that it is still there."""
        if visit.case is not None and visit.case.held:
            # Whom they want is here already, and it is for them to speak. A worker may have died with the case just opened.
            return await self.bring_talk(visit)
        if visit.case is not None:
            case = await self.open(visit, reason, entry=entry)
            visit.say(self.composer.phrase(visit.asker, "handoff.already", alias=case.alias))
        elif visit.person.agreed:
            case = await self.open(visit, reason, entry=entry)
            visit.outcome = "handoff"
            visit.say(self.composer.handoff(visit.asker, case.alias))
        else:
            self.ask(visit, reason, entry)

    def ask(self, visit: Visit, reason: str, entry: str | None = None, before: str = "") -> None:
        """May a caseworker read it? What led here is remembered for the answer."""
        visit.person = replace(visit.person, wish=f"{reason}:{entry or ''}")
        visit.say(self.composer.consent(visit.asker, before))

    async def agree(self, visit: Visit) -> None:
        reason, _, entry = visit.person.wish.partition(":")
        visit.person = replace(visit.person, agreed=True, wish="")
        await self.hand_off(visit, reason or "asked", entry or None)

    def decline(self, visit: Visit) -> None:
        visit.person = replace(visit.person, agreed=False, wish="", files=())
        visit.say(self.composer.phrase(visit.asker, "handoff.not_sent"), in_place=True)

    async def rescue(self, visit: Visit, contacts: Reply, crisis: str | None = None) -> None:
        """Danger: the contacts, an urgent case at once, and with them the notice that otherwise comes before."""
        if visit.case is None:
            notice = self.composer.say(visit.asker, "handoff.consent")
            contacts = replace(contacts, text=join([contacts.text, notice]))
        visit.say(contacts)
        await self.open(visit, "crisis", urgent=True, crisis=crisis)

    async def open(
        self, visit: Visit, reason: str, urgent: bool = False, crisis: str | None = None, entry: str | None = None
    ) -> Case:
        """The person's open case, with what they said before it."""
        person = visit.person
        visit.case = await self.cases.open(
            person.pseudonym,
            visit.asker.language,
            reason,
            urgent=urgent,
            crisis=crisis,
            entry=entry or person.entry,
            region=person.region,
            status=person.status,
        )
        await self.bring_talk(visit)
        return visit.case

    async def bring_talk(self, visit: Visit) -> None:
        """Add the talk that led to the case, marked as earlier, and forget it here."""
        for line in visit.person.talk:
            about = {**line.about, "earlier": "1", "said_at": str(line.at)}
            await self._add(visit, line.author, line.words, line.key, about, line.language)
        visit.person = replace(visit.person, talk=())

    async def add(self, visit: Visit, media: Media | None = None) -> None:
        """Put the person's words into the case; keep them for a later one when there is none."""
        words = visit.incoming.words
        language = visit.person.language or ""
        about = {"edited": "1"} if visit.incoming.kind == "edited" else {}
        if visit.case is None:
            said = Said("person", words, visit.key, language, about, now_seconds())
            visit.person = visit.person.talked(said)
        else:
            await self._add(visit, "person", words, visit.key, about, language, media)

    async def has_come(self, visit: Visit) -> bool:
        """True when this stands in a case that was closed before its update was finished: a caseworker has seen it."""
        return visit.case is None and await self.cases.has_line(visit.person.pseudonym, visit.key)

    async def add_earlier(self, visit: Visit, words: str, key: str, about: Mapping[str, str], media: Media) -> None:
        """A file that came before the case."""
        await self._add(visit, "person", words, key, about, visit.person.language or "", media)

    async def keep_up(self, visit: Visit) -> None:
        """An open case follows what the person chooses after it was opened."""
        for fact in ("language", "region", "status"):
            chosen = getattr(visit.asker, fact)
            if visit.case and chosen and chosen != getattr(visit.case, fact):
                await self.cases.set(visit.case.id, fact, chosen)

    async def add_replies(self, visit: Visit) -> None:
        """Put what the bot said into the case, or keep it for a later one."""
        for number, reply in enumerate(visit.replies):
            about = {**reply.about, "outcome": reply.outcome}
            if entry := reply.remember.get("entry"):
                about["entry"] = entry
            key = f"{visit.key}:bot{number}"
            if visit.case is not None:
                await self._add(visit, "bot", reply.text, key, about, reply.language)
            elif reply.outcome in ("answer", "clarify", "fallback", "crisis"):
                visit.person = visit.person.talked(Said("bot", reply.text, key, reply.language, about, now_seconds()))

    async def _add(
        self,
        visit: Visit,
        author: str,
        words: str,
        key: str,
        about: Mapping[str, str],
        language: str = "",
        media: Media | None = None,
    ) -> None:
        assert visit.case is not None
        try:
            await self.cases.add(visit.case.id, author, words, language=language, media=media, about=about, key=key)
        except CaseNotFound:
            # Closed in this very moment. A file must reach somebody: it opens the next case.
            visit.case = None
            if media is not None:
                case = await self.open(visit, "media")
                await self.cases.add(case.id, author, words, language=language, media=media, about=about, key=key)
