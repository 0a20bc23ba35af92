"""Send: takes replies from the outbox to Telegram.

Promise: each reply is sent, in order within a chat and at Telegram's pace, and leaves the outbox only when Telegram has
taken it. What Telegram will never take is set aside; a person who blocked the bot is marked as unreachable.
"""

from __future__ import annotations

import asyncio
import base64
import logging
import time
from collections.abc import Awaitable
from dataclasses import replace
from functools import partial
from typing import Any

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions, Message
from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, NetworkError, RetryAfter, TelegramError

import meters
from bot.api import TelegramBot
from bot.lanes import Lanes
from bot.leases import Leases
from bot.outbox import Outgoing, Rows, open_outgoing
from bot.pace import Pace
from bot.people import People, note_shown, shown_key
from bot.streams import OUTBOX, Entry, Streams
from desk.cases import Cases
from vault import Vault, VaultError

logger = logging.getLogger(__name__)

FIRST_RETRY_SECONDS = 0.5
LONGEST_RETRY_SECONDS = 20.0
DELETE_AT_ONCE = 100
NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
NOT_MODIFIED = "message is not modified"
GONE = ("chat not found", "user is deactivated", "peer_id_invalid", "bot can't initiate")
NOT_EDITABLE = ("message to edit not found", "message can't be edited", "there is no text in the message")


class Sender:
    """One process's share of the sending."""

    def __init__(
        self, bot: TelegramBot, streams: Streams, vault: Vault, people: People, cases: Cases, pace: Pace, per_second: float
    ) -> None:
        self.bot = bot
        self.streams = streams
        self.vault = vault
        self.people = people
        self.cases = cases
        self.pace = pace
        self.per_second = per_second
        self.taken: dict[tuple[int, str], int] = {}
        self.leases = Leases(streams.redis, "send", streams.partitions, self.serve)

    async def run(self) -> None:
        await self.leases.run()

    async def serve(self, part: int, token: str, leave: asyncio.Event) -> None:
        async def handle(entry: Entry) -> None:
            await self.handle(part, entry)

        await Lanes(self.streams, part, OUTBOX, handle).run(leave)

    async def handle(self, part: int, entry: Entry) -> None:
        try:
            call = open_outgoing(self.vault, entry.body) if entry.body else None
        except (VaultError, ValueError, TypeError) as error:
            meters.SENT.labels(meters.OTHER, "unreadable").inc()
            logger.error("reply cannot be read", exc_info=error, extra={"entry_id": entry.id})
            return await self.streams.refuse(part, entry)
        if call is None:
            return await self.streams.sent(part, entry)
        try:
            taken = self.taken.get((part, entry.id))
            message = await self.deliver(entry.person, call) if taken is None else taken
            if taken is None:
                meters.SENT.labels(call.kind, "taken").inc()
                meters.OUTBOX_SECONDS.observe(meters.since_entry(entry.id))
        except (Forbidden, ChatMigrated) as error:
            await self.unreachable(entry, call.kind, error)
            message = 0
        except BadRequest as error:
            if any(one in str(error).lower() for one in GONE):
                await self.unreachable(entry, call.kind, error)
                return await self.streams.sent(part, entry)
            meters.SENT.labels(call.kind, "refused").inc()
            logger.error("Telegram refuses a reply", exc_info=error, extra={"kind": call.kind, "person": entry.person})
            return await self.streams.refuse(part, entry)
        # Should Redis be away now, this entry comes round again: Telegram must not get it twice.
        self.taken[part, entry.id] = message
        await self.streams.sent(part, entry, partial(note, shown_key(entry.person), call, message))
        del self.taken[part, entry.id]

    async def unreachable(self, entry: Entry, kind: str, error: TelegramError) -> None:
        meters.SENT.labels(kind, "unreachable").inc()
        logger.info("person unreachable", extra={"person": entry.person, "reason": type(error).__name__})
        await self.people.set_unreachable(entry.person, True)
        await self.cases.set_unreachable(entry.person, True)

    async def deliver(self, person: str, call: Outgoing) -> int:
        """Make the call, however often it takes. The id of a new message, 0 for none. Raises what no retry can mend."""
        if call.callback:
            await self.answer(call.callback)
        if call.kind == "answer":
            return 0
        if call.kind == "hide":
            await self.hide(person, call.chat)
        retry_seconds = FIRST_RETRY_SECONDS
        while True:
            # Telegram counts the bot, not the process: who holds half of the partitions sends at half of the speed.
            self.pace.share(self.per_second * len(self.leases.serving) / self.streams.partitions)
            await self.pace.wait(call.chat)
            began = time.perf_counter()
            try:
                message = await self.make(call)
                meters.SEND_SECONDS.observe(time.perf_counter() - began)
                took = round((time.perf_counter() - began) * 1000, 1)
                logger.info("sent", extra={"person": person, "kind": call.kind, "outcome": call.outcome, "milliseconds": took})
                return message
            except RetryAfter as error:
                seconds = seconds_of(error)
                meters.SEND_RETRIES.labels("asked_to_wait").inc()
                logger.warning("Telegram asks us to wait", extra={"seconds": seconds})
                self.pace.pause(call.chat, seconds)
            except BadRequest as error:
                if NOT_MODIFIED in str(error).lower():
                    return 0
                if call.kind != "edit" or not any(one in str(error).lower() for one in NOT_EDITABLE):
                    raise
                call = replace(call, kind="text", message=0)
            except (NetworkError, InvalidToken) as error:
                meters.SEND_RETRIES.labels("not_reached").inc()
                logger.warning("Telegram not reached", exc_info=error, extra={"seconds": retry_seconds})
                await asyncio.sleep(retry_seconds)
                retry_seconds = min(retry_seconds * 2, LONGEST_RETRY_SECONDS)

    async def make(self, call: Outgoing) -> int:
        markup = keyboard(call.rows)
        if call.kind == "edit":
            await self.bot.edit_message_text(
                call.text, call.chat, call.message, reply_markup=markup, link_preview_options=NO_PREVIEW
            )
            return 0
        if call.kind == "document":
            content = base64.b64decode(call.content)
            return (await self.bot.send_document(call.chat, content, caption=call.text, filename=call.name)).message_id
        sent: Message = await self.bot.send_message(call.chat, call.text, reply_markup=markup, link_preview_options=NO_PREVIEW)
        return sent.message_id

    async def answer(self, query: str) -> None:
        """End the waiting mark on a pressed button; a press that is too old for it has lost its mark already."""
        await self.softly(self.bot.answer_callback_query(query), "answerCallbackQuery")

    async def hide(self, person: str, chat: int) -> None:
        """Delete what Telegram still lets us delete."""
        ids = await self.people.shown(person)
        for start in range(0, len(ids), DELETE_AT_ONCE):
            await self.softly(self.bot.delete_messages(chat, ids[start : start + DELETE_AT_ONCE]), "deleteMessages")
        await self.people.nothing_shown(person)

    async def softly(self, call: Awaitable[Any], method: str) -> None:
        """A call whose failure must not keep words from a person."""
        try:
            await call
        except TelegramError as error:
            logger.info("call failed", exc_info=error, extra={"method": method})


def note(shown: str, call: Outgoing, message: int, changes: Any) -> None:
    """Remember the id of a new message, or none of this person's any more."""
    if call.forget:
        changes.delete(shown)
    elif message:
        note_shown(changes, shown, message)


def keyboard(rows: Rows) -> InlineKeyboardMarkup | None:
    if not rows:
        return None
    return InlineKeyboardMarkup([[button(title, press) for title, press in row] for row in rows])


def button(title: str, press: str) -> InlineKeyboardButton:
    if press.startswith("url:"):
        return InlineKeyboardButton(title, url=press.removeprefix("url:"))
    return InlineKeyboardButton(title, callback_data=press)


def seconds_of(error: RetryAfter) -> float:
    after: Any = error.retry_after
    return float(after.total_seconds() if hasattr(after, "total_seconds") else after)
