"""Ledger: what became of every message, counted from what stands in the chats, in the cases and in Redis afterwards.

Promise: nothing is counted as well that was not seen; what no rule accounts for is a breach.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from bot.streams import Streams
from desk.cases import Case, Cases
from store import Redis
from tests.faults.alignment import align
from tests.faults.storm import Storm
from tests.faults.talk import Script, Talk

CASEWORKER = "reply-"


@dataclass
class Ledger:
    counts: Counter[str] = field(default_factory=Counter)
    breaches: list[str] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)

    def breach(self, kind: str, talk: Talk, what: str) -> None:
        self.counts[kind] += 1
        self.breaches.append(f"{kind}: chat {talk.number}: {what[:160]!r}")

    async def enter(self, talk: Talk, cases: Cases) -> None:
        """Everything that can be said of one chat."""
        heard = await talk.heard()
        self.waits += talk.waits
        self.counts["chats"] += 1
        found = await cases.cases_of(cases.vault.pseudonym(talk.person.id))
        lines = [line for case in found for line in await cases.thread(case.id)]
        said = Counter(line.words for line in lines if line.author == "person")
        self.enter_replies(talk, heard, said)
        self.enter_presses(talk)
        self.enter_cases(talk, found)
        self.enter_held(talk, [line.words for line in lines if line.author == "person"])
        self.enter_caseworker(talk, [line.words for line in lines if line.author == "caseworker"])
        self.enter_silence(talk, heard)
        for what in talk.impatient:
            self.breach("waited in vain", talk, what)

    def enter_replies(self, talk: Talk, heard: list[str], said: Counter[str]) -> None:
        aligned = align(talk.dues, heard)
        self.counts["delivered twice"] += aligned.twice
        for due, text in zip(talk.dues, aligned.met, strict=True):
            self.counts["messages"] += due.act not in ("claimed", "reply", "closed")
            if text is None and due.or_case and said[due.words]:
                self.counts["into the case"] += 1
            elif text is None and due.act in ("claimed", "reply", "closed"):
                self.breach("untold", talk, due.act)
            elif text is None:
                self.breach("lost", talk, due.words or due.act)
            elif due.act not in ("claimed", "reply", "closed"):
                self.counts["menu and a person offered" if text.startswith(talk.script.slow) else "answered"] += 1
        for text in aligned.strange:
            late = any(due.met_by(text) and met is None for due, met in zip(talk.dues, aligned.met, strict=True))
            self.breach("out of order" if late else "unasked", talk, text)

    def enter_presses(self, talk: Talk) -> None:
        self.counts["messages"] += len(talk.edits)
        self.counts["answered"] += sum(talk.edits)
        for _ in range(len(talk.edits) - sum(talk.edits)):
            self.breach("lost", talk, "a press")

    def enter_cases(self, talk: Talk, found: list[Case]) -> None:
        self.counts["cases"] += len(found)
        if not found:
            self.breach("case missing", talk, "")
        for _ in found[1:]:
            self.breach("case doubled", talk, "")
        for case in found:
            self.counts["cases closed"] += case.state == "closed"

    def enter_held(self, talk: Talk, lines: list[str]) -> None:
        """Words to the caseworker stand in the thread once, in order."""
        stood = [words for words in lines if words in talk.held]
        self.counts["messages"] += len(talk.held)
        for words in talk.held:
            if (times := stood.count(words)) == 1:
                self.counts["into the case"] += 1
            else:
                self.breach("lost" if not times else "twice in the case", talk, words)
        if list(dict.fromkeys(stood)) != [words for words in talk.held if words in stood]:
            self.breach("out of order", talk, " ".join(stood))
        for words, times in Counter(lines).items():
            asked = sum(due.words == words for due in talk.dues)
            if times > max(asked, 1):
                self.breach("twice in the case", talk, words)

    def enter_caseworker(self, talk: Talk, lines: list[str]) -> None:
        self.counts["caseworkers' words"] += len(lines)
        if lines != [f"{CASEWORKER}{talk.number}-1", f"{CASEWORKER}{talk.number}-2"]:
            self.breach("caseworker's words", talk, " ".join(lines))

    def enter_silence(self, talk: Talk, heard: list[str]) -> None:
        for text in while_held(talk.script, heard):
            self.breach("bot spoke while held", talk, text)

    async def enter_streams(self, streams: Streams, redis: Redis, cases_before: int) -> None:
        """What is left in Redis: nothing that waits, nothing set aside, no case of nobody."""
        for name, count in (await streams.waiting()).items():
            self.counts[f"left in {name}"] = count
            if count:
                self.breaches.append(f"{count} left in {name}")
        new = await cases_in(redis) - cases_before
        if new != self.counts["cases"]:
            self.breaches.append(f"{new} new cases in Redis, {self.counts['cases']} of these people")

    def enter_storm(self, storm: Storm) -> None:
        if self.counts["delivered twice"] > storm.blows:
            self.breaches.append(f"{self.counts['delivered twice']} delivered twice after {storm.blows} kills and cuts")

    def table(self, storm: Storm | None = None) -> str:
        rows = [(name, str(count)) for name, count in self.counts.items()]
        if self.waits:
            waits = sorted(self.waits)
            places = {"p50": 0.5, "p95": 0.95, "p99": 0.99, "longest": 1.0}
            rows.append(
                ("seconds to wait", ", ".join(f"{n} {waits[int(p * (len(waits) - 1))]:.1f}" for n, p in places.items()))
            )
        if storm:
            rows += [("kills", told(storm.kills)), ("lines cut", told(storm.cuts)), ("lines slowed", told(storm.slowed))]
        rows.append(("breaches", str(len(self.breaches))))
        return "\n".join(f"  {name:28} {value}" for name, value in [*rows, *(("", one) for one in self.breaches[:40])])


def while_held(script: Script, heard: Iterable[str]) -> list[str]:
    """The bot's own words between the moment in which somebody took the case and its end."""
    found, held = [], False
    for text in heard:
        if text.startswith(script.claimed):
            held = True
        elif text.startswith(script.closed):
            held = False
        elif held and CASEWORKER not in text:
            found.append(text)
    return found


async def cases_in(redis: Redis) -> int:
    return len([key async for key in redis.scan_iter("ww:{bot}:case:*", 1000)])


def told(counter: Counter[str]) -> str:
    return f"{counter.total()} (" + ", ".join(f"{name} {count}" for name, count in sorted(counter.items())) + ")"
