"""Updates on their way to the bot: kept until the bot confirms them, by polling or by a webhook.

Promise: an update leaves only when it is confirmed (polling) or answered with 2xx (webhook), each chat's in order.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from collections.abc import Callable
from itertools import islice

import httpx

from sandbox.errors import ControlError, TelegramError
from sandbox.faults import Faults

Json = dict[str, object]
Clock = Callable[[], int]

REMEMBERED_UPDATES = 10_000
LONGEST_POLL_SECONDS = 50
WEBHOOK_TIMEOUT_SECONDS = 60.0
FIRST_RETRY_SECONDS = 0.2
LONGEST_RETRY_SECONDS = 10.0
NOT_BY_DEFAULT = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
CONFLICT = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"


class Webhook:
    """Posts updates to the bot: one at a time for each chat, several chats at once, again until it answers 2xx."""

    def __init__(self, url: str, secret: str, max_connections: int, updates: Updates, faults: Faults) -> None:
        self.url = url
        self.max_connections = max_connections
        self.last_error: str = ""
        self.last_error_at = 0
        self._headers = {"X-Telegram-Bot-Api-Secret-Token": secret} if secret else {}
        self._updates = updates
        self._faults = faults
        self._places = asyncio.Semaphore(max_connections)
        self._lanes: dict[int, deque[Json]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._client = httpx.AsyncClient(
            timeout=WEBHOOK_TIMEOUT_SECONDS, trust_env=False, limits=httpx.Limits(max_connections=max_connections)
        )

    def deliver(self, update: Json) -> None:
        lane = lane_of(update)
        if lane in self._lanes:
            self._lanes[lane].append(update)
            return
        self._lanes[lane] = deque([update])
        task = asyncio.create_task(self._drain(lane))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _drain(self, lane: int) -> None:
        waiting = self._lanes[lane]
        retry_seconds = FIRST_RETRY_SECONDS
        while waiting:
            async with self._places:
                delivered = not self._faults.down and await self._post(waiting[0])
            if delivered:
                self._updates.delivered(waiting.popleft())
                retry_seconds = FIRST_RETRY_SECONDS
                continue
            await asyncio.sleep(retry_seconds)
            retry_seconds = min(retry_seconds * 2, LONGEST_RETRY_SECONDS)
        del self._lanes[lane]

    async def _post(self, update: Json) -> bool:
        try:
            response = await self._client.post(self.url, json=update, headers=self._headers)
        except httpx.HTTPError as error:
            self._failed(f"Connection failed: {type(error).__name__}")
            return False
        if response.is_success:
            return True
        self._failed(f"Wrong response from the webhook: {response.status_code} {response.reason_phrase}")
        return False

    def _failed(self, why: str) -> None:
        self.last_error = why
        self.last_error_at = self._updates.now()

    async def close(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._client.aclose()


def lane_of(update: Json) -> int:
    """The chat (or person) whose updates must stay in order; 0 for what belongs to nobody."""
    for body in update.values():
        if not isinstance(body, dict):
            continue
        for field in ("chat", "from"):
            if isinstance(owner := body.get(field), dict) and isinstance(owner.get("id"), int):
                return int(owner["id"])
    return 0


class Updates:
    """The queue of one bot."""

    def __init__(self, now: Clock) -> None:
        self.now = now
        self.webhook: Webhook | None = None
        self.allowed: list[str] = []
        self.last_id = 0
        self._waiting: OrderedDict[int, Json] = OrderedDict()
        self._again: deque[Json] = deque()
        self._recent: OrderedDict[int, Json] = OrderedDict()
        self._poll: asyncio.Future[bool] | None = None
        self._stopping = False

    def __len__(self) -> int:
        return len(self._waiting) + len(self._again)

    def put(self, kind: str, body: Json) -> int | None:
        """Queue an update; None when the bot did not ask for this kind."""
        if (kind not in self.allowed) if self.allowed else (kind in NOT_BY_DEFAULT):
            return None
        self.last_id += 1
        update: Json = {"update_id": self.last_id, kind: body}
        self._waiting[self.last_id] = update
        self._recent[self.last_id] = update
        if len(self._recent) > REMEMBERED_UPDATES:
            self._recent.popitem(last=False)
        self._announce(update)
        return self.last_id

    def repeat(self, update_id: int) -> None:
        """Hand the same update out once more, with the same id, as Telegram does when it is in doubt."""
        if update_id not in self._recent:
            raise ControlError(f"update {update_id}: not among the last {REMEMBERED_UPDATES}; repeat a newer one", 404)
        self.forge(self._recent[update_id])

    def forge(self, update: Json) -> int:
        """Hand out any body as an update, once; it gets the next id when it has none."""
        given = update.get("update_id")
        if not isinstance(given, int):
            given = self.last_id + 1
        # A bot that polls confirms everything up to the highest id it saw; later updates must get higher ones.
        self.last_id = max(self.last_id, given)
        forged = {"update_id": given, **{key: value for key, value in update.items() if key != "update_id"}}
        self._again.append(forged)
        self._announce(forged)
        return given

    def delivered(self, update: Json) -> None:
        if update in self._again:
            self._again.remove(update)
        else:
            self._waiting.pop(int(str(update["update_id"])), None)

    async def get(self, offset: int, limit: int, timeout: float) -> list[Json]:
        """getUpdates: what waits from this offset on, or the next update within `timeout` seconds."""
        if self.webhook is not None:
            raise TelegramError(
                409,
                "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
            )
        self._wake(False)
        self._confirm(offset)
        limit = min(max(limit, 1), 100)
        if not len(self) and timeout > 0 and not self._stopping:
            await self._wait(min(timeout, LONGEST_POLL_SECONDS))
        return self._batch(limit)

    def _batch(self, limit: int) -> list[Json]:
        """The lowest ids: a bot confirms everything below the highest it saw, so none may be passed over."""
        waiting = list(islice(self._waiting.values(), limit))
        batch = sorted([*self._again, *waiting], key=lambda update: int(str(update["update_id"])))[:limit]
        self._again = deque(update for update in self._again if not any(update is one for one in batch))
        return batch

    def _confirm(self, offset: int) -> None:
        if offset < 0:
            while len(self._waiting) > -offset:
                self._waiting.popitem(last=False)
            return
        while self._waiting and next(iter(self._waiting)) < offset:
            self._waiting.popitem(last=False)

    async def _wait(self, seconds: float) -> None:
        poll: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._poll = poll
        try:
            arrived = await asyncio.wait_for(poll, seconds)
        except asyncio.TimeoutError:
            return
        finally:
            if self._poll is poll:
                self._poll = None
        if not arrived and not self._stopping:
            raise TelegramError(409, CONFLICT)

    def _announce(self, update: Json) -> None:
        if self.webhook is not None:
            self.webhook.deliver(update)
        else:
            self._wake(True)

    def _wake(self, arrived: bool) -> None:
        if self._poll is not None and not self._poll.done():
            self._poll.set_result(arrived)

    def stop(self) -> None:
        self._stopping = True
        self._wake(False)

    async def set_webhook(self, webhook: Webhook | None, drop_pending: bool) -> None:
        old, self.webhook = self.webhook, webhook
        if old is not None:
            await old.close()
        if drop_pending:
            self._waiting.clear()
            self._again.clear()
        if webhook is None:
            return
        self._wake(False)
        for update in [*self._waiting.values(), *self._again]:
            webhook.deliver(update)
