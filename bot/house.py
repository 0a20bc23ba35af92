"""House: builds the bot's parts once, out of the settings, and runs those that are wanted side by side."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable
from contextlib import suppress

from telegram.constants import ChatAction
from telegram.error import TelegramError

import meters
from bot.api import TelegramBot, make_bot
from bot.commands import Commands
from bot.converse import Converse
from bot.danger import open_danger
from bot.ending import ended
from bot.erase import Erasure
from bot.flood import Flood
from bot.handoff import Handoff
from bot.listen import Listener
from bot.media import MediaDesk
from bot.pace import Pace
from bot.people import People
from bot.places import open_places
from bot.presses import Presses
from bot.receive import Inbox, Poller, Webhook
from bot.rewrite import Rewriter
from bot.send import Sender
from bot.staff import LANGUAGES, Staff, desk_address, staff_chat
from bot.streams import Streams
from bot.understand import Understanding
from bot.worker import Worker
from content.compose import Composer
from content.open import open_composer
from content.phrases import load_phrases
from desk.cases import Cases
from health import serve_health
from settings import Settings
from store import Redis, connect
from vault import Vault, open_vault

logger = logging.getLogger(__name__)

ROLES = ("receive", "work", "send")
HOST = "0.0.0.0"  # noqa: S104 - the webhook is reached from outside, through the reverse proxy that holds the certificate


class House:
    """Everything that a bot process is made of."""

    def __init__(self, settings: Settings, composer: Composer | None = None) -> None:
        self.settings = settings
        self.staff_chat = staff_chat(settings)
        self.redis: Redis = connect(settings)
        self.bot: TelegramBot = make_bot(settings)
        self.vault: Vault = open_vault(settings)
        self.composer: Composer = composer or open_composer(settings)
        self.streams = Streams(self.redis, self.vault, settings.inbox_partitions)
        self.people = People(self.redis, self.vault, settings.keep_conversation_hours, settings.keep_case_days)
        self.cases = Cases(self.redis, self.vault, settings.lease_seconds, settings.keep_case_days)
        self.understanding = Understanding(settings.rasa_addresses, settings.rasa_timeout_seconds)

    async def close(self) -> None:
        self.understanding.close()
        await self.redis.close(close_connection_pool=True)
        with suppress(TelegramError):
            await self.bot.shutdown()

    def receiver(self) -> Poller | Webhook:
        inbox = Inbox(self.streams, self.vault)
        if self.settings.webhook_url:
            return Webhook(self.bot, inbox, self.settings.webhook_url, HOST, self.settings.webhook_port)
        return Poller(self.bot, inbox)

    def worker(self) -> Worker:
        return Worker(self.streams, self.vault, self.people, self.composer, self.converse())

    def converse(self) -> Converse:
        handoff = Handoff(self.cases, self.people, self.composer)
        erasure = Erasure(self.people, self.cases, self.streams, self.composer)
        presses = Presses(self.composer, handoff, erasure)
        return Converse(
            composer=self.composer,
            people=self.people,
            handoff=handoff,
            understanding=self.understanding,
            danger=open_danger(self.settings.content_dir, self.composer.content),
            places=open_places(self.settings.content_dir),
            presses=presses,
            commands=Commands(self.composer, handoff, presses, erasure),
            media=MediaDesk(self.bot, handoff, self.composer),
            flood=Flood(self.settings.sends_per_second_per_chat),
            typing=self.show_typing,
            link=self.bot.link,
            staff_chat=self.staff_chat[0] if self.staff_chat else 0,
        )

    async def show_typing(self, chat: int) -> None:
        with suppress(TelegramError):
            await self.bot.send_chat_action(chat, ChatAction.TYPING)

    def sender(self) -> Sender:
        settings = self.settings
        pace = Pace(settings.sends_per_second, settings.sends_per_second_per_chat)
        return Sender(self.bot, self.streams, self.vault, self.people, self.cases, pace, settings.sends_per_second)

    def listener(self) -> Listener:
        return Listener(self.cases, self.people, self.streams, self.vault, self.composer)

    def staff(self) -> Staff | None:
        """None where caseworkers have no chat of their own."""
        if self.staff_chat is None:
            return None
        chat, language = self.staff_chat
        phrases = load_phrases(self.settings.content_dir, "desk", LANGUAGES)
        desk = desk_address(self.settings)
        return Staff(self.cases, self.streams, self.vault, self.composer, phrases, chat, language, desk)

    async def run(self, roles: tuple[str, ...]) -> None:
        """Until cancelled, or until one part fails; the others are then ended in good order."""
        parts: list[Awaitable[None]] = []
        if "receive" in roles:
            parts.append(self.receiver().run())
        if "work" in roles:
            listener = self.listener()
            parts += [self.worker().run(), listener.run(), listener.watch(), Rewriter(self.redis).run()]
            if staff := self.staff():
                parts.append(staff.run())
        if "send" in roles:
            parts.append(self.sender().run())
        tasks = [asyncio.ensure_future(part) for part in parts]
        page = asyncio.ensure_future(self.health())
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            await ended(*tasks, page)

    async def health(self) -> None:
        await serve_health(self.settings.health_host, self.settings.bot_health_port, self.redis, self.look)

    async def look(self) -> None:
        for stream, length in (await self.streams.waiting()).items():
            meters.QUEUE.labels(stream).set(length)
