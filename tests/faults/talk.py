"""Talk: one simulated person who writes the known script, and remembers what each act was to bring.

The script: start, choose a language, three questions at once, the topic buttons, "I want to talk to a person" and the yes to
the notice, a question while the case waits, words to the caseworker who holds it, the case closed, two questions more. Now
and then Telegram delivers an update twice.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from content.compose import Asker, Composer
from content.model import TOPICS, Entry
from sandbox.client import Message, NotSeen, Person, Refused, SandboxClient
from tests.faults.alignment import Due, align

ENGLISH = Asker("en")
PERSON_WANTED = "I want to talk to a person"
POLL_SECONDS = 5.0
REHEARSED_SECONDS = 60.0
REHEARSED_AT_ONCE = 4
REHEARSED_TIMES = 10
REHEARSED_PAUSE_SECONDS = 0.5


@dataclass(frozen=True)
class Script:
    """What is asked and what must come back, word for word. `questions`: entry, question, answer."""

    questions: tuple[tuple[str, str, str], ...]
    welcome: str
    chosen: str
    slow: str
    menu: str
    topic: str
    asked: str
    opened: str
    already: str
    claimed: str
    closed: str


def phrases(composer: Composer) -> dict[str, str]:
    """The bot's sentences as far as they are the same for everybody."""
    keys = {"welcome": "start.welcome", "chosen": "language.set", "slow": "fallback.slow", "menu": "menu.ask"}
    cases = {"opened": "handoff.opened", "already": "handoff.already", "claimed": "case.claimed", "closed": "case.closed"}
    every = {**keys, **cases, "asked": "handoff.ask", "topic": "topic.choose"}
    slots = dict.fromkeys(("alias", "caseworker", "organisation", "case"), "\0")
    filled = {name: composer.say(ENGLISH, key, topic="", **slots) for name, key in every.items()}
    return {name: text.partition("\0")[0] for name, text in filled.items()}


async def rehearse(client: SandboxClient, composer: Composer, count: int) -> Script:
    """So many questions that a healthy Wegwijs answers surely, found out by asking them."""
    script = Script((), **phrases(composer))

    places = asyncio.Semaphore(REHEARSED_AT_ONCE)

    async def asked(entry: Entry) -> tuple[str, str, str] | None:
        question, answer = entry.texts["en"].questions[0], composer.answer(entry.id, ENGLISH).text
        # A new person for each: a region that is named in one question is remembered with the next.
        talk = Talk(await client.person("Rehearsal", "en"), 0, script, REHEARSED_SECONDS)
        async with places:
            await talk.begin()
            for _ in range(REHEARSED_TIMES):  # the first questions of all come while everything still warms up
                await talk.person.says(question)
                if (await talk.person.hears(within=REHEARSED_SECONDS)).text == answer:
                    return entry.id, question, answer
                await asyncio.sleep(REHEARSED_PAUSE_SECONDS)
        return None

    entries = [entry for topic in TOPICS for entry in composer.content.in_topic(topic)[:2]]
    sure = [found for found in await asyncio.gather(*map(asked, entries)) if found]
    assert len(sure) >= count, f"only {len(sure)} of {len(entries)} questions are answered surely"
    return Script(tuple(sure[:count]), **phrases(composer))


def first_text(message: Message) -> str:
    """As it was sent, before any edit."""
    return message.earlier[0] if message.earlier else message.text


@dataclass
class Talk:
    person: Person
    number: int
    script: Script
    patience: float
    chance: random.Random = field(default_factory=lambda: random.Random(0))
    repeated: float = 0.0
    dues: list[Due] = field(default_factory=list)
    edits: list[bool] = field(default_factory=list)
    held: list[str] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    impatient: list[str] = field(default_factory=list)

    async def run(self) -> None:
        """To the end of the script, or to where something does not come: the count at the end tells what."""
        try:
            await self.write()
        except (Refused, NotSeen) as error:
            self.impatient.append(str(error).partition("\n")[0])

    async def write(self) -> None:
        await self.begin()
        await self.ask(3)
        await self.walk()
        await self.want_a_person()
        await asyncio.sleep(self.chance.uniform(0, 6))
        await self.ask(1, or_case=True)
        await self.due("claimed", (self.script.claimed,))
        await self.to_the_caseworker(1)
        await self.to_the_caseworker(2)
        await self.due("reply", (f"reply-{self.number}-1",))
        await self.to_the_caseworker(3)
        await self.due("reply", (f"reply-{self.number}-2",))
        await self.due("closed", (self.script.closed,))
        await self.ask(2)

    async def begin(self) -> None:
        await self.person.starts()
        await self.due("command", (self.script.welcome,))
        await self.press("language:en", self.script.chosen)

    async def ask(self, count: int, or_case: bool = False) -> None:
        """So many questions without waiting for an answer in between."""
        for _, question, answer in self.chance.sample(self.script.questions, count):
            await self.person.says(question)
            self.dues.append(Due("question", (answer, self.script.slow), question, or_case))
            await self.sometimes_twice()
        if not or_case:
            await self.heard_all()

    async def walk(self) -> None:
        """The topic buttons to an entry."""
        entry, _, answer = self.chance.choice(self.script.questions)
        await self.person.says("/menu")
        await self.due("command", (self.script.menu,))
        await self.press(f"topic:{entry.partition('/')[0]}", self.script.topic)
        await self.press_for(f"entry:{entry}", (answer,))

    async def want_a_person(self) -> None:
        await self.person.says(PERSON_WANTED)
        self.dues.append(Due("handoff", (self.script.asked, self.script.slow), PERSON_WANTED))
        await self.heard_all()
        heard = await self.heard()
        if heard[-1].startswith(self.script.slow):
            await self.press_for("human", (self.script.asked,))
        await self.person.presses("send:yes")
        # A worker may die with the case just opened; when the next one comes to it, a caseworker may be there already.
        self.dues.append(Due("button", (self.script.opened, self.script.already), PERSON_WANTED, True))
        await self.until(lambda heard: self.all_met(heard) or self.is_claimed(heard), "handoff")

    async def to_the_caseworker(self, place: int) -> None:
        words = f"held-{self.number}-{place}"
        self.held.append(words)
        await self.person.says(words)
        await self.sometimes_twice()

    async def sometimes_twice(self) -> None:
        """Telegram is in doubt and delivers the update again."""
        if self.chance.random() < self.repeated:
            await self.person.repeats()

    async def press(self, button: str, shows: str) -> None:
        """A button whose list turns in its place into another; `shows` is what it then says."""
        began = time.monotonic()
        self.edits.append(False)
        await self.person.presses(button)
        await self.person.hears(shows, within=self.patience)
        self.edits[-1] = True
        self.waits.append(time.monotonic() - began)

    async def press_for(self, button: str, accepts: tuple[str, ...]) -> None:
        """A button that brings a message."""
        await self.person.presses(button)
        await self.due("button", accepts)

    async def due(self, act: str, accepts: tuple[str, ...]) -> None:
        self.dues.append(Due(act, accepts))
        await self.heard_all()

    async def heard_all(self) -> None:
        await self.until(self.all_met, self.dues[-1].act)

    def all_met(self, heard: list[str]) -> bool:
        """True when the last act has brought what it must, and nothing before it is missing."""
        met = align(self.dues, heard).met
        return met[-1] is not None and all(text is not None or due.or_case for text, due in zip(met, self.dues, strict=True))

    def is_claimed(self, heard: list[str]) -> bool:
        return any(text.startswith(self.script.claimed) for text in heard)

    async def heard(self) -> list[str]:
        return [first_text(message) for message in await self.person.messages(last=1000) if message.from_bot]

    async def until(self, enough: Callable[[list[str]], bool], what: str) -> None:
        """Wait for a chat that shows enough. Raises NotSeen."""
        began, after = time.monotonic(), None
        path = f"/people/{self.person.id}/messages"
        while True:
            body = await self.person.client.ask("GET", path, after=after, wait=POLL_SECONDS, last=1000)
            if enough([read_first(one) for one in body["messages"] if one["from"] == "bot"]):
                break
            if time.monotonic() - began > self.patience:
                raise NotSeen(what)
            after = body["revision"]
        self.waits.append(time.monotonic() - began)


def read_first(message: dict[str, object]) -> str:
    earlier = message["earlier"]
    return str(earlier[0] if isinstance(earlier, list) and earlier else message["text"])
