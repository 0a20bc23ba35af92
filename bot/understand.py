"""Understand: the client of Rasa.

Promise: an answer of Rasa or Unreachable within the time limit; a sick Rasa is left alone for a moment and tried again
without anybody doing anything.
"""

from __future__ import annotations

import json
import logging
import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import meters
from bot.line import Line, LineError
from bot.people import Person
from content.reply import Reply

logger = logging.getLogger(__name__)

PATH = "/webhooks/wegwijs/webhook"
FAILURES_TO_OPEN = 3
REST_SECONDS = 2.0
# What remains of the time limit is for the fallback to reach the person.
RESERVE_SECONDS = 0.25


class Unreachable(Exception):
    """Rasa is down, too slow, or gave no reply that can be read."""


@dataclass
class Breaker:
    """Open after some failures in a row; then lets one message through every REST_SECONDS to see whether it is better."""

    failures: int = 0
    rests_until: float = 0.0

    def lets_through(self, now: float) -> bool:
        if not self.is_open:
            return True
        if now < self.rests_until:
            return False
        self.rests_until = now + REST_SECONDS
        return True

    def failed(self, now: float) -> None:
        self.failures += 1
        self.rests_until = now + REST_SECONDS

    def worked(self) -> None:
        self.failures = 0

    @property
    def is_open(self) -> bool:
        return self.failures >= FAILURES_TO_OPEN


@dataclass(frozen=True)
class Server:
    """One Rasa."""

    line: Line
    breaker: Breaker


class Understanding:
    """Asks Rasa's channel `wegwijs` what to reply to a message; several Rasas take turns and stand in for one another."""

    def __init__(self, addresses: Sequence[str], timeout_seconds: float) -> None:
        self.limit_seconds = max(timeout_seconds - RESERVE_SECONDS, timeout_seconds / 2)
        self.servers = deque(Server(Line(address), Breaker()) for address in addresses)

    def close(self) -> None:
        for server in self.servers:
            server.line.close()

    async def replies(self, person: Person, words: str, update: int) -> list[Reply]:
        """At least one reply. Raises Unreachable."""
        end = time.monotonic() + self.limit_seconds
        willing = [server for server in self.servers if server.breaker.lets_through(time.monotonic())]
        self.servers.rotate(-1)
        if not willing:
            meters.RASA_SKIPPED.inc()
            raise Unreachable("resting after failures")
        for place, server in enumerate(willing, 1):
            seconds = (end - time.monotonic()) / (1 + len(willing) - place)
            try:
                return await self.replies_of(server, person, words, update, seconds)
            except Unreachable:
                if place == len(willing):
                    raise
        raise AssertionError("one of the servers answered or was the last to fail")

    async def replies_of(self, server: Server, person: Person, words: str, update: int, seconds: float) -> list[Reply]:
        try:
            with meters.timed(meters.RASA_SECONDS) as result:
                replies = await self._ask(server.line, person, words, update, seconds)
                result[0] = "answered"
        except (LineError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            server.breaker.failed(time.monotonic())
            self.meter()
            raise Unreachable(str(error) if isinstance(error, LineError) else type(error).__name__) from error
        server.breaker.worked()
        self.meter()
        return replies

    def meter(self) -> None:
        meters.BREAKER.set(sum(server.breaker.is_open for server in self.servers))

    async def _ask(self, line: Line, person: Person, words: str, update: int, limit_seconds: float) -> list[Reply]:
        metadata = {
            "language": person.language if person.chosen else None,
            "region": person.region,
            "town": person.town,
            "status": person.status,
            "entry": person.entry,
            "misses": person.misses,
            "update": str(update),
        }
        message = {"sender": person.pseudonym, "message": words, "metadata": metadata}
        status, body = await line.post(PATH, json.dumps(message).encode(), "application/json", limit_seconds)
        if status != 200:
            raise ValueError(f"status {status}")
        replies = [read_reply(one) for one in json.loads(body)]
        if not replies:
            raise ValueError("an empty list: Rasa failed and hides it")
        return replies


def read_reply(one: Mapping[str, Any]) -> Reply:
    """A reply, bare or as Rasa wraps it: `{"custom": {...}}`."""
    reply = Reply.from_json(one.get("custom") or one)
    if not reply.text.strip():
        raise ValueError("a reply without words")
    return reply
