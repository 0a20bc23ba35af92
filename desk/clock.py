"""Clock: what happens at the desk because time passes.

Promise: nobody is left in silence - a lease that ran out puts the case back, a broken promise of an answer is owned up to.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from redis.exceptions import RedisError

from content.hours import Hours
from desk.cases import Case, Cases

logger = logging.getLogger(__name__)
TICK_SECONDS = 1.0
LATE_EVERY = 15


@dataclass(frozen=True)
class Wait:
    """How a case waits. stage: fresh, soon (half of the promised time is over) or late."""

    stage: str
    due: datetime | None


@dataclass(frozen=True)
class Promise:
    """Within how long, while open, people are told that somebody answers."""

    hours: Hours
    within: timedelta

    def due(self, case: Case) -> datetime | None:
        """When this person was promised an answer."""
        return self.hours.answer_by(case.waiting_since, self.within)

    def wait(self, case: Case, now: datetime) -> Wait:
        due = self.due(case)
        if due is None or due - now > self.within / 2:
            return Wait("fresh", due)
        return Wait("late" if due <= now else "soon", due)


class Clock:
    """Any number of desks may run one: each change is made once."""

    def __init__(self, cases: Cases, promise: Promise) -> None:
        self.cases = cases
        self.promise = promise

    async def run(self) -> None:
        beat = 0
        while True:
            try:
                await self.cases.expire_leases()
                if beat % LATE_EVERY == 0:
                    await self.own_up(datetime.now(timezone.utc))
            except (RedisError, OSError):
                logger.warning("no Redis: leases are looked after later")
            beat += 1
            await asyncio.sleep(TICK_SECONDS)

    async def own_up(self, now: datetime) -> None:
        """Tell everybody who waits longer than promised."""
        for case in await self.cases.queue():
            if not case.told_late and not case.unreachable and self.overdue(case, now) and await self.cases.tell_late(case):
                logger.warning("promise broken", extra={"case": case.id})

    def overdue(self, case: Case, now: datetime) -> bool:
        due = self.promise.due(case)
        return due is not None and due < now
