"""Presses: what each button does.

Promise: every press is answered; one that is unknown or of an old keyboard brings the menu.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace

from bot.erase import Erasure
from bot.handoff import Handoff
from bot.visit import Visit
from content.compose import Composer, join
from content.model import LANGUAGES, TOPICS
from content.reply import REGION_CODES, STATUS_CODES, Reply

logger = logging.getLogger(__name__)

MISSES_TO_HAND_OFF = 2


class UnknownPress(Exception):
    """A button that we do not make, or make no more."""


class Presses:
    def __init__(self, composer: Composer, handoff: Handoff, erasure: Erasure) -> None:
        self.composer = composer
        self.handoff = handoff
        self.erasure = erasure
        self.verbs: dict[str, Callable[..., Awaitable[None]]] = {
            "menu": self.menu,
            "languages": self.languages,
            "language": self.language,
            "regions": self.regions,
            "region": self.region,
            "statuses": self.statuses,
            "status": self.status,
            "topic": self.topic,
            "entry": self.entry,
            "wrong": self.wrong,
            "helped": self.helped,
            "missed": self.missed,
            "human": self.human,
            "cancel": self.cancel,
            "services": self.services,
            "privacy": self.privacy,
            "delete": self.delete,
            "send": self.send,
        }

    async def press(self, visit: Visit) -> None:
        verb, *arguments = visit.incoming.words.split(":")
        try:
            if verb not in self.verbs:
                raise UnknownPress(verb)
            await self.verbs[verb](visit, *arguments)
        except (UnknownPress, TypeError, KeyError) as error:
            # TypeError: more or fewer arguments than the verb takes; KeyError: an entry that is no more.
            if visit.calls:
                raise
            logger.info("unknown button", extra={"person": visit.person.pseudonym, "reason": type(error).__name__})
            visit.say(self.with_menu(visit, self.composer.say(visit.asker, "button.unknown")))

    def with_menu(self, visit: Visit, text: str) -> Reply:
        return Reply(text, visit.asker.language, "menu", self.composer.menu_rows(visit.asker))

    async def menu(self, visit: Visit) -> None:
        visit.say(self.composer.menu(visit.asker), in_place=visit.in_a_list)

    async def languages(self, visit: Visit) -> None:
        visit.say(self.composer.languages(visit.asker), in_place=visit.in_a_list)

    async def language(self, visit: Visit, code: str) -> None:
        if code not in LANGUAGES:
            raise UnknownPress(code)
        visit.person = visit.person.chooses(code)
        welcome = self.composer.say(visit.asker, "language.set")
        if (pending := visit.person.pending) in self.composer.content.entries:
            visit.person = replace(visit.person, pending=None)
            visit.say(Reply(welcome, code, "menu"), in_place=visit.in_a_list)
            visit.say(self.composer.answer(str(pending), visit.asker))
            return
        text = join([welcome, self.composer.say(visit.asker, "menu.ask")])
        visit.say(self.with_menu(visit, text), in_place=visit.in_a_list)

    async def regions(self, visit: Visit) -> None:
        visit.say(self.composer.regions(visit.asker), in_place=visit.in_a_list)

    async def region(self, visit: Visit, code: str, entry: str = "") -> None:
        region = REGION_CODES[code]
        visit.person = visit.person.lives(region)
        name = self.composer.say(visit.asker, f"region.{region}")
        self.known(visit, entry, self.composer.phrase(visit.asker, "region.set", region=name))

    async def statuses(self, visit: Visit) -> None:
        visit.say(self.composer.statuses(visit.asker), in_place=visit.in_a_list)

    async def status(self, visit: Visit, code: str, entry: str = "") -> None:
        status = STATUS_CODES[code]
        visit.person = replace(visit.person, status=status)
        name = self.composer.say(visit.asker, f"status.{status}")
        self.known(visit, entry, self.composer.phrase(visit.asker, "status.set", status=name))

    def known(self, visit: Visit, entry: str, otherwise: Reply) -> None:
        """A fact is known now: the answer that asked for it stands there complete, in its place."""
        if entry:
            visit.say(self.composer.answer(entry, visit.asker), in_place=True)
        else:
            visit.say(otherwise, in_place=visit.in_a_list)

    async def topic(self, visit: Visit, topic: str, page: str = "1") -> None:
        if topic not in TOPICS or not page.isdecimal():
            raise UnknownPress(topic)
        visit.say(self.composer.topic(topic, visit.asker, int(page)), in_place=visit.in_a_list)

    async def entry(self, visit: Visit, entry: str) -> None:
        under = visit.incoming.under
        turned = f"human:{entry}" in under and f"helped:{entry}" not in under
        visit.say(self.composer.answer(entry, visit.asker), in_place=turned)
        visit.outcome = "" if turned else "answer"

    async def wrong(self, visit: Visit, entry: str) -> None:
        """The answer's other side, in its place; `entry` turns it back."""
        visit.say(self.composer.goes_wrong(entry, visit.asker), in_place=True)

    async def helped(self, visit: Visit, entry: str) -> None:
        logger.info("helped", extra={"entry": entry, "language": visit.asker.language})
        if self.known_entry(entry):
            visit.rate("helped", entry)
        visit.person = replace(visit.person, misses=0)
        visit.say(self.composer.phrase(visit.asker, "answer.helped_thanks"))

    async def missed(self, visit: Visit, entry: str = "") -> None:
        """The second time in a row brings a caseworker."""
        logger.info("missed", extra={"entry": entry, "language": visit.asker.language})
        if self.known_entry(entry):
            visit.rate("missed", entry)
        visit.person = replace(visit.person, misses=visit.person.misses + 1)
        if visit.person.misses >= MISSES_TO_HAND_OFF:
            await self.handoff.hand_off(visit, "missed", self.known_entry(entry))
        else:
            visit.say(self.composer.phrase(visit.asker, "answer.missed_offer"))

    async def human(self, visit: Visit, entry: str = "") -> None:
        await self.handoff.hand_off(visit, "asked", self.known_entry(entry))

    async def send(self, visit: Visit, answer: str) -> None:
        """The answer to the notice before a case."""
        if answer == "yes":
            await self.handoff.agree(visit)
        elif answer == "no":
            self.handoff.decline(visit)
        else:
            raise UnknownPress(answer)

    def known_entry(self, entry: str) -> str | None:
        return entry if entry in self.composer.content.entries else None

    async def cancel(self, visit: Visit) -> None:
        """The case's own event tells the person that it is closed."""
        if await self.handoff.cases.cancel(visit.person.pseudonym):
            visit.case = None
        else:
            visit.say(self.composer.phrase(visit.asker, "case.none"))

    async def services(self, visit: Visit, about: str = "", page: str = "1") -> None:
        if (about and about not in TOPICS and about not in self.composer.content.entries) or not page.isdecimal():
            raise UnknownPress(about)
        visit.say(self.composer.services(visit.asker, about, int(page)), in_place=visit.in_a_list)

    async def privacy(self, visit: Visit) -> None:
        visit.say(self.composer.privacy(visit.asker))

    async def delete(self, visit: Visit, answer: str) -> None:
        if answer == "ask":
            visit.say(self.composer.delete(visit.asker))
        elif answer == "yes":
            await self.erasure.erase(visit)
        elif answer == "no":
            visit.say(self.composer.phrase(visit.asker, "delete.kept"), in_place=True)
        else:
            raise UnknownPress(answer)
