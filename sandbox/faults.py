"""Bad days on demand: calls that fail, a Telegram that is down, and Telegram's own limits of pace."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

from sandbox.errors import ControlError

KINDS = ("too_many_requests", "server_error", "timeout", "dropped", "lost_answer")
REMEMBERED_BUCKETS = 20_000


@dataclass(frozen=True)
class Fault:
    """The next `times` calls of `method` ("*" for any) fail in one way; for one chat only when `chat_id` is set.

    `timeout` holds the call for `seconds` and drops it undone; `dropped` drops it at once; `lost_answer` does what was
    asked and then drops the connection, so that the bot cannot know.
    """

    kind: str
    method: str = "*"
    times: int = 1
    retry_after: int = 1
    seconds: float = 30.0
    chat_id: int | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ControlError(f"fault {self.kind!r}: unknown kind, use one of {', '.join(KINDS)}")

    def meets(self, method: str, chat_id: str) -> bool:
        same_method = self.method in ("*", method) or self.method.lower() == method.lower()
        return same_method and self.chat_id in (None, int(chat_id) if chat_id.lstrip("-").isdigit() else 0)


class Faults:
    def __init__(self) -> None:
        self.down = False
        self._waiting: list[Fault] = []

    def add(self, fault: Fault) -> None:
        self._waiting.append(fault)

    def clear(self) -> None:
        self.down = False
        self._waiting.clear()

    def take(self, method: str, chat_id: str) -> Fault | None:
        for place, fault in enumerate(self._waiting):
            if not fault.meets(method, chat_id):
                continue
            if fault.times > 1:
                self._waiting[place] = replace(fault, times=fault.times - 1)
            else:
                del self._waiting[place]
            return fault
        return None


@dataclass
class Bucket:
    """Room for so many messages; it refills with time."""

    room: float
    at: float


class Pace:
    """Telegram's limits: so many messages a second in all and to one chat, with room for a burst. Off by default."""

    def __init__(self) -> None:
        self.enforced = False
        self.per_second = 30.0
        self.per_chat_per_second = 1.0
        self.burst = 3
        self._all = Bucket(self.per_second, time.monotonic())
        self._chats: dict[str, Bucket] = {}

    def set(self, enforced: bool, per_second: float, per_chat_per_second: float, burst: int) -> None:
        self.enforced = enforced
        self.per_second = per_second
        self.per_chat_per_second = per_chat_per_second
        self.burst = burst
        self._all = Bucket(per_second, time.monotonic())
        self._chats.clear()

    def seconds_to_wait(self, chat_id: str) -> float:
        """0 when a message to this chat may go now (and then it counts), else how long until it may."""
        if not self.enforced:
            return 0.0
        now = time.monotonic()
        if len(self._chats) > REMEMBERED_BUCKETS:
            self._chats.clear()
        chat = self._chats.setdefault(chat_id, Bucket(self.burst, now))
        wait = max(
            refilled(chat, now, self.per_chat_per_second, self.burst),
            refilled(self._all, now, self.per_second, self.per_second),
        )
        if wait == 0.0:
            chat.room -= 1
            self._all.room -= 1
        return wait


def refilled(bucket: Bucket, now: float, rate: float, most: float) -> float:
    """Refill the bucket up to now; return the seconds until it has room for one more."""
    bucket.room = min(most, bucket.room + (now - bucket.at) * rate)
    bucket.at = now
    return 0.0 if bucket.room >= 1 else (1 - bucket.room) / rate
