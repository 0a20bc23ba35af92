"""Commands: what a person can type or pick from Telegram's menu."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

from bot.erase import Erasure
from bot.handoff import Handoff
from bot.presses import Presses
from bot.visit import Visit
from content.compose import Composer
from content.model import LANGUAGES

# In the order in which Telegram shows them; each has a phrase `command.<name>`.
SHOWN = ("menu", "language", "human", "region", "services", "help", "privacy", "mydata", "delete", "hide", "start")


class Commands:
    def __init__(self, composer: Composer, handoff: Handoff, presses: Presses, erasure: Erasure) -> None:
        self.composer = composer
        self.handoff = handoff
        self.presses = presses
        self.erasure = erasure
        self.names: dict[str, Callable[[Visit], Awaitable[None]]] = {
            "start": self.start,
            "menu": presses.menu,
            "language": self.language,
            "human": presses.human,
            "region": presses.regions,
            "services": presses.services,
            "help": self.help,
            "privacy": presses.privacy,
            "mydata": erasure.send_data,
            "delete": self.delete,
            "hide": erasure.hide,
        }

    async def run(self, visit: Visit) -> None:
        """A command that we do not know is answered with what we can do."""
        await self.names.get(visit.incoming.words, self.help)(visit)

    async def start(self, visit: Visit) -> None:
        """Welcome; `?start=<topic>-<entry>` leads to that answer, after the language is chosen."""
        entry = self.entry_of(visit.incoming.argument)
        if not visit.person.chosen:
            visit.person = replace(visit.person, pending=entry, offered=True)
            choice = self.composer.languages(visit.asker)
            visit.say(replace(choice, text=self.composer.say(visit.asker, "start.welcome")))
        elif entry:
            visit.say(self.composer.answer(entry, visit.asker))
        else:
            visit.say(self.composer.dialogue("greet", visit.asker))

    def entry_of(self, payload: str) -> str | None:
        topic, _, entry = payload.partition("-")
        found = f"{topic}/{entry}"
        return found if found in self.composer.content.entries else None

    async def language(self, visit: Visit) -> None:
        if (code := visit.incoming.argument.lower()) in LANGUAGES:
            await self.presses.language(visit, code)
        else:
            visit.say(self.composer.languages(visit.asker))

    async def help(self, visit: Visit) -> None:
        visit.say(self.composer.dialogue("help", visit.asker))

    async def delete(self, visit: Visit) -> None:
        visit.say(self.composer.delete(visit.asker))
