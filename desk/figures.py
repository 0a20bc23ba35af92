"""Figures: how many cases of what kind, how long people waited, how it ended. Counts only.

Promise: no count can be traced to a person: nothing but days, kinds, languages, topics and entries is stored.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone

from desk.keys import figures_key
from store import Redis

KEEP_SECONDS = 400 * 86400
WAITS = ("5", "15", "60", "240", "1440", "more")
OUTCOMES = ("closed", "cancelled", "expired", "late")
BOT_OUTCOMES = ("answer", "clarify", "fallback", "crisis", "dialogue", "handoff")


@dataclass(frozen=True)
class Figure:
    """One plot and table: rows of name and count. `kind` tells how names are said: language, topic, hour, wait ..."""

    kind: str
    rows: tuple[tuple[str, int], ...]

    @property
    def total(self) -> int:
        return sum(count for _, count in self.rows)

    @property
    def largest(self) -> int:
        return max((count for _, count in self.rows), default=0) or 1


class Figures:
    """Counters in one Redis hash a day. Cases counts in its scripts; the bot counts what it answered with `count`."""

    def __init__(self, redis: Redis) -> None:
        self.redis = redis

    async def count(self, *names: str) -> None:
        """Add one each: `bot:answer`, `fallback:<language>`, `helped:<entry>:<language>`, `missed:<entry>:<language>`."""
        key = figures_key(day_number(date_now()))
        async with self.redis.pipeline(transaction=True) as all_at_once:
            for name in names:
                all_at_once.hincrby(key, name, 1)
            all_at_once.expire(key, KEEP_SECONDS)
            await all_at_once.execute()

    async def by_day(self, days: int) -> dict[date, Counter[str]]:
        """Counters of the last days, today included; days without any are left out."""
        today = date_now()
        dates = [today - timedelta(days=back) for back in range(days - 1, -1, -1)]
        async with self.redis.pipeline(transaction=False) as asked:
            for one in dates:
                asked.hgetall(figures_key(day_number(one)))
            answers = await asked.execute()
        return {
            one: Counter({name.decode(): int(count) for name, count in found.items()})
            for one, found in zip(dates, answers, strict=True)
            if found
        }


def summed(days: Iterable[Counter[str]]) -> Counter[str]:
    return sum(days, Counter())


def figures_of(counts: Counter[str]) -> list[Figure]:
    """The plots of the figures page, in its order."""
    waits = Figure("wait", tuple((name, counts[f"wait:{name}"]) for name in WAITS))
    hours = Figure("hour", tuple((str(hour), counts[f"hour:{hour}"]) for hour in range(24)))
    outcomes = Figure("outcome", tuple((name, counts[name]) for name in OUTCOMES))
    bot = Figure("bot", tuple((name, counts[f"bot:{name}"]) for name in BOT_OUTCOMES))
    kinds = {kind: most(kind, counts) for kind in ("language", "topic", "reason", "fallback")}
    return [waits, kinds["language"], kinds["topic"], hours, kinds["reason"], outcomes, bot, rated(counts), kinds["fallback"]]


def most(kind: str, counts: Counter[str]) -> Figure:
    """What begins with `kind:`, the most first."""
    found = {name.partition(":")[2]: count for name, count in counts.items() if name.startswith(f"{kind}:")}
    return Figure(kind, tuple(sorted(found.items(), key=lambda row: (-row[1], row[0]))))


def answered(counts: Counter[str]) -> tuple[int, float]:
    """How many messages asked something, and the share of them that the assistant answered at once."""
    asked = sum(counts[f"bot:{name}"] for name in BOT_OUTCOMES if name != "dialogue")
    return asked, counts["bot:answer"] / (asked or 1)


def rated(counts: Counter[str]) -> Figure:
    verdicts = {
        name: sum(count for key, count in counts.items() if key.startswith(f"{name}:")) for name in ("helped", "missed")
    }
    return Figure("rating", tuple(verdicts.items()))


@dataclass(frozen=True)
class Weak:
    """An entry in a language that did not help."""

    entry: str
    language: str
    missed: int
    helped: int
    cases: int


def weakest(counts: Counter[str], at_most: int = 100) -> list[Weak]:
    """For editors: entries by language that missed most, or sent people to caseworkers."""
    pairs = {name.partition(":")[2] for name in counts if name.startswith(("missed:", "unanswered:"))}
    rows = []
    for pair in pairs:
        entry, _, language = pair.rpartition(":")
        rows.append(Weak(entry, language, counts[f"missed:{pair}"], counts[f"helped:{pair}"], counts[f"unanswered:{pair}"]))
    return sorted(rows, key=lambda row: (-(row.missed + row.cases), row.entry, row.language))[:at_most]


def date_now() -> date:
    return datetime.now(timezone.utc).date()


def day_number(day: date) -> int:
    """Days since 1970, as the scripts count them."""
    return (day - date(1970, 1, 1)).days
