"""Converse: one update in, what is to be sent out.

Promise: whatever a person sends, they get an answer, a choice, or a caseworker; and while a caseworker holds their case,
their words go there and nowhere else.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

from redis.exceptions import RedisError

import meters
from bot.commands import Commands
from bot.danger import Danger
from bot.flood import Flood
from bot.handoff import Handoff
from bot.incoming import Incoming, has_words
from bot.media import MediaDesk
from bot.outbox import Outgoing
from bot.people import People, Person
from bot.places import Places
from bot.presses import MISSES_TO_HAND_OFF, Presses
from bot.understand import Understanding, Unreachable
from bot.visit import Visit
from content.compose import AUTONYMS, Composer
from content.model import FALLBACK_LANGUAGE, LANGUAGES
from content.reply import OUTCOMES, Button, Reply

logger = logging.getLogger(__name__)

# A quick answer needs no indicator, and the call would cost more than it tells.
TYPING_AFTER_SECONDS = 0.3
TOLD_IN_GROUP_SECONDS = 600
TOLD_OF_FLOOD_SECONDS = 60
SILENT = ("blocked", "unblocked", "left", "nothing")

Typing = Callable[[int], Awaitable[None]]


class Converse:
    """Holds the conversation. `typing` shows the indicator in a chat; `link` is where the bot answers in private."""

    def __init__(
        self,
        composer: Composer,
        people: People,
        handoff: Handoff,
        understanding: Understanding,
        danger: Danger,
        places: Places,
        presses: Presses,
        commands: Commands,
        media: MediaDesk,
        flood: Flood,
        typing: Typing,
        link: str,
        staff_chat: int = 0,
    ) -> None:
        self.composer = composer
        self.people = people
        self.handoff = handoff
        self.understanding = understanding
        self.danger = danger
        self.places = places
        self.presses = presses
        self.commands = commands
        self.media = media
        self.flood = flood
        self.typing = typing
        self.link = link
        self.staff_chat = staff_chat
        self._background: set[asyncio.Task[None]] = set()
        self.kinds: dict[str, Callable[[Visit], Awaitable[None]]] = {
            "text": self.text,
            "edited": self.text,
            "command": commands.run,
            "press": presses.press,
            "media": self.file,
            "sticker": self.sticker,
            "location": self.location,
            "contact": self.contact,
            "unknown": self.unknown,
        }

    async def turn(self, incoming: Incoming, pseudonym: str, entry_id: str = "") -> list[Outgoing]:
        """Handle one update; saves what is to be remembered. Errors of Redis pass through: the update is then tried again."""
        if incoming.kind == "group":
            return await self.group(incoming, pseudonym)
        if incoming.kind in SILENT:
            return await self.silent(incoming, pseudonym)
        began = time.perf_counter()
        visit = await self.visit(incoming, pseudonym, entry_id)
        if not await self.handoff.has_come(visit):
            await self.kinds[incoming.kind](visit)
        if visit.case and visit.person.files:
            await self.media.bring_kept(visit)
        if not visit.forgotten:
            await self.handoff.keep_up(visit)
            await self.handoff.add_replies(visit)
            await self.people.save(visit.person, shown=incoming.message * (incoming.kind != "press"), has_case=bool(visit.case))
            await self.count(visit)
        calls = visit.done()
        seconds = time.perf_counter() - began
        logger.info("turn", extra=told(visit, seconds * 1000))
        meter(visit, seconds)
        return calls

    async def visit(self, incoming: Incoming, pseudonym: str, entry_id: str) -> Visit:
        person, case = await asyncio.gather(self.people.get(pseudonym, incoming.chat), self.handoff.cases.open_of(pseudonym))
        if person.unreachable:
            person = await self.reachable(person)
        if person.language is None and incoming.hint:
            person = replace(person, language=incoming.hint)
        return Visit(incoming, person, case, entry_id)

    async def count(self, visit: Visit) -> None:
        """A figure is not worth handling an update again."""
        try:
            if visit.counts:
                await self.handoff.cases.count(*visit.counts)
        except RedisError as error:
            logger.warning("not counted", exc_info=error)

    async def reachable(self, person: Person, reachable: bool = True) -> Person:
        await self.people.set_unreachable(person.pseudonym, not reachable)
        await self.handoff.cases.set_unreachable(person.pseudonym, not reachable)
        return replace(person, unreachable=not reachable)

    # --- words

    async def text(self, visit: Visit) -> None:
        """The person's own words: to the caseworker who holds the case, else to Rasa."""
        if held(visit):
            await self.handoff.add(visit)
        elif not has_words(visit.incoming.words):
            visit.say(self.composer.phrase(visit.asker, "message.empty"))
        else:
            await self.slowed(visit)
            await self.handoff.add(visit)
            await self.understood(visit)

    async def slowed(self, visit: Visit) -> None:
        """A cry for help in a flood is read like all of it, only a moment later."""
        pseudonym = visit.person.pseudonym
        if await self.flood.slow(pseudonym) and await self.people.once(pseudonym, "flood", TOLD_OF_FLOOD_SECONDS):
            visit.say(self.composer.phrase(visit.asker, "message.flood"))

    async def understood(self, visit: Visit) -> None:
        try:
            async with self.showing_typing(visit.incoming.chat):
                replies = await self.understanding.replies(visit.person, visit.incoming.words, visit.incoming.update)
        except Unreachable as error:
            logger.warning("not understood", extra={"person": visit.person.pseudonym, "reason": str(error)})
            return await self.without_rasa(visit)
        if visit.case and (fresh := await self.handoff.cases.open_of(visit.person.pseudonym)) and fresh.held:
            visit.case = fresh  # claimed while Rasa thought: the caseworker answers, not we
            return
        await self.answer(visit, replies)

    async def answer(self, visit: Visit, replies: list[Reply]) -> None:
        first = replies[0]
        if not visit.person.chosen:
            visit.person = replace(visit.person, language=first.language or visit.person.language)
        if visit.person.asked and (said := first.about.get("id")) in ("affirm", "deny"):
            return await self.handoff.agree(visit) if said == "affirm" else self.handoff.decline(visit)
        if first.outcome == "handoff":
            reason, _, entry = first.remember.get("wish", "").partition(":")
            return await self.handoff.hand_off(visit, reason or "asked", entry or None)
        visit.outcome, visit.missed = first.outcome, first.outcome == "fallback"
        if first.outcome == "crisis":
            return await self.handoff.rescue(visit, first)
        for reply in replies:
            visit.say(reply)
        if first.outcome == "fallback" and visit.person.misses >= MISSES_TO_HAND_OFF and visit.case is None:
            await self.handoff.hand_off(visit, "missed")
        elif not visit.person.offered and not visit.person.chosen:
            self.offer_language(visit)

    def offer_language(self, visit: Visit) -> None:
        """Once: is the language in which we understood them the one they want?"""
        language = visit.person.language or FALLBACK_LANGUAGE
        question = self.composer.say(visit.asker, "language.suggest", language=AUTONYMS[language])
        change = self.composer.say(visit.asker, "button.language")
        buttons = ((Button(AUTONYMS[language], f"language:{language}"), Button(change, "languages")),)
        visit.say(Reply(question, language, "menu", buttons))
        visit.person = replace(visit.person, offered=True)

    async def without_rasa(self, visit: Visit) -> None:
        """A cry for help is heard all the same; everybody else gets the topics and the offer of a person."""
        crisis = self.danger.look(visit.incoming.words)
        visit.outcome = "fallback" if crisis is None else "crisis"
        if crisis is None:
            text = self.composer.say(visit.asker, "fallback.slow")
            visit.say(Reply(text, visit.asker.language, "fallback", self.composer.menu_rows(visit.asker)))
            return
        try:
            await self.handoff.rescue(visit, self.composer.crisis(crisis, visit.asker), crisis)
        except RedisError as error:
            logger.error("crisis case not opened", exc_info=error, extra={"person": visit.person.pseudonym})
            raise

    @asynccontextmanager
    async def showing_typing(self, chat: int) -> AsyncIterator[None]:
        timer = asyncio.get_running_loop().call_later(
            TYPING_AFTER_SECONDS, lambda: background(self.typing(chat), self._background)
        )
        try:
            yield
        finally:
            timer.cancel()

    # --- everything else

    async def file(self, visit: Visit) -> None:
        """Into the case; a cry for help in its caption is answered at once."""
        silent = held(visit)
        if not silent and has_words(visit.incoming.words) and (crisis := self.danger.look(visit.incoming.words)):
            visit.outcome = "crisis"
            await self.handoff.rescue(visit, self.composer.crisis(crisis, visit.asker), crisis)
        await self.media.take(visit, silent)

    async def sticker(self, visit: Visit) -> None:
        if held(visit):
            await self.handoff.add(visit)
        else:
            visit.say(self.composer.phrase(visit.asker, "media.sticker"))

    async def location(self, visit: Visit) -> None:
        """The region, and for a caseworker the municipality; the point itself is not kept."""
        place = visit.incoming.place
        found = self.places.nearest(*place) if place else None
        if found:
            visit.person = visit.person.lives(found.region, found.nis)
        if visit.case:
            visit.incoming = replace(visit.incoming, words=f"📍 {found.name if found else '?'}")
            await self.handoff.add(visit)
        if held(visit):
            return
        if found:
            region = self.composer.say(visit.asker, f"region.{found.region}")
            visit.say(self.composer.phrase(visit.asker, "region.set", region=region))
        else:
            choice = self.composer.regions(visit.asker)
            visit.say(replace(choice, text=self.composer.say(visit.asker, "region.not_found")))

    async def contact(self, visit: Visit) -> None:
        visit.say(self.composer.phrase(visit.asker, "media.contact"))

    async def unknown(self, visit: Visit) -> None:
        if not held(visit):
            visit.say(self.composer.phrase(visit.asker, "media.unknown"))

    async def group(self, incoming: Incoming, pseudonym: str) -> list[Outgoing]:
        """Only that we answer in private; not at every word, not to caseworkers, and nothing of the group is kept."""
        if incoming.chat == self.staff_chat:
            return []
        if not await self.people.once(pseudonym, "told", TOLD_IN_GROUP_SECONDS) and not incoming.argument:
            return []
        asker = Person(pseudonym, language=incoming.hint).asker
        return [Outgoing("text", incoming.chat, self.composer.say(asker, "group.private_only", link=self.link), forget=True)]

    async def silent(self, incoming: Incoming, pseudonym: str) -> list[Outgoing]:
        """Nobody waits for words: the bot was blocked or unblocked, or Telegram speaks for itself."""
        if incoming.kind in ("blocked", "unblocked"):
            await self.reachable(Person(pseudonym), reachable=incoming.kind == "unblocked")
        logger.info("no reply due", extra={"kind": incoming.kind, "update": incoming.update})
        return [Outgoing("answer", incoming.chat, callback=incoming.callback)] if incoming.callback else []


def held(visit: Visit) -> bool:
    return visit.case is not None and visit.case.held


def background(work: Awaitable[None], tasks: set[asyncio.Task[None]]) -> None:
    """Run something whose outcome nobody waits for; the set keeps it from being collected half done."""
    task = asyncio.ensure_future(work)
    tasks.add(task)
    task.add_done_callback(tasks.discard)


def meter(visit: Visit, seconds: float) -> None:
    outcome = meters.known(visit.replies[-1].outcome, OUTCOMES) if visit.replies else "silent"
    language = meters.known(visit.asker.language, LANGUAGES)
    meters.TURNS.labels(visit.incoming.kind, outcome, language).inc()
    meters.TURN_SECONDS.labels(visit.incoming.kind).observe(seconds)


def told(visit: Visit, milliseconds: float) -> dict[str, object]:
    """What a log line may say of a turn."""
    last = visit.replies[-1] if visit.replies else None
    return {
        "person": visit.person.pseudonym,
        "update": visit.incoming.update,
        "kind": visit.incoming.kind,
        "outcome": last.outcome if last else None,
        "entry": last.remember.get("entry") if last else None,
        "language": visit.asker.language,
        "milliseconds": round(milliseconds, 1),
        "case": visit.case.id if visit.case else None,
    }
