"""Receive: gets updates from Telegram, by long polling or by webhook.

Promise: an update is in Redis before Telegram hears that it was received. While Redis is away Telegram is told nothing,
keeps the updates and delivers them again.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
from hashlib import sha256

import uvicorn
from redis.exceptions import RedisError
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError

import meters
from bot.api import WANTED, TelegramBot
from bot.ending import ended
from bot.incoming import integer, mapping, read_update
from bot.leases import Leases
from bot.send import seconds_of
from bot.streams import Streams
from health import QuietServer
from vault import Vault

logger = logging.getLogger(__name__)

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the name, not the secret
# Telegram's largest updates are some ten thousand bytes.
BODY_BYTES = 512 * 1024
FIRST_RETRY_SECONDS = 0.5
LONGEST_RETRY_SECONDS = 10.0


class Inbox:
    """Stores updates; what is no update is dropped, with a line in the log."""

    def __init__(self, streams: Streams, vault: Vault) -> None:
        self.streams = streams
        self.vault = vault

    async def store(self, updates: list[object]) -> None:
        """All of them, in this order. Raises RedisError when one may not be stored."""
        wanted = [(update, integer(mapping(update).get("update_id")), owner(update)) for update in updates]
        for update, number, chat in wanted:
            if not number or not chat:
                meters.UPDATES.labels("nobody").inc()
                logger.warning("not an update of anybody", extra={"update": number, "kind": type(update).__name__})
        kept = [(self.vault.pseudonym(chat), number, written(update)) for update, number, chat in wanted if number and chat]
        if not kept:
            return
        for (_, number, _), new in zip(kept, await self.streams.store(kept), strict=True):
            meters.UPDATES.labels("stored" if new else "again").inc()
            if not new:
                logger.info("update came again", extra={"update": number})


def owner(update: object) -> int:
    """The chat that is answered, read as the worker reads it: what is kept of one person never goes to another."""
    return read_update(update).chat


def written(update: object) -> bytes:
    return json.dumps(update, separators=(",", ":")).encode()


class Poller:
    """Long polling. Telegram allows one at a time; others stand by."""

    def __init__(self, bot: TelegramBot, inbox: Inbox) -> None:
        self.bot = bot
        self.inbox = inbox

    async def run(self) -> None:
        await Leases(self.inbox.streams.redis, "receive", 1, self.poll).run()

    async def poll(self, part: int, token: str, leave: asyncio.Event) -> None:
        offset, retry_seconds = 0, FIRST_RETRY_SECONDS
        await self.forget_webhook()
        while not leave.is_set():
            try:
                updates = await self.until_left(offset, leave)
                await self.inbox.store(in_order(updates))
                # Only now: the next call tells Telegram that everything below this offset is ours.
                offset = max([offset, *(integer(mapping(update).get("update_id")) + 1 for update in updates)])
                retry_seconds = FIRST_RETRY_SECONDS
            except (TelegramError, RedisError, OSError) as error:
                seconds = seconds_of(error) if isinstance(error, RetryAfter) else retry_seconds
                complain(error, seconds)
                await asyncio.sleep(seconds)
                retry_seconds = min(retry_seconds * 2, LONGEST_RETRY_SECONDS)

    async def until_left(self, offset: int, leave: asyncio.Event) -> list[object]:
        """Updates, or none when it is time to go: the open poll is then dropped, and Telegram keeps what it had."""
        asked = asyncio.create_task(self.bot.raw_updates(offset))
        left = asyncio.create_task(leave.wait())
        try:
            await asyncio.wait([asked, left], return_when=asyncio.FIRST_COMPLETED)
            return await asked if asked.done() else []
        finally:
            await ended(asked, left)

    async def forget_webhook(self) -> None:
        try:
            await self.bot.delete_webhook()
        except TelegramError as error:
            complain(error, 0)


def in_order(updates: list[object]) -> list[object]:
    return sorted(updates, key=lambda update: integer(mapping(update).get("update_id")))


def complain(error: Exception, seconds: float) -> None:
    meters.RECEIVE_FAILURES.inc()
    if isinstance(error, Conflict):
        logger.error("another program polls with this token; stop it", extra={"seconds": seconds})
    elif isinstance(error, InvalidToken):
        logger.error("Telegram refuses TELEGRAM_TOKEN", extra={"seconds": seconds})
    else:
        logger.warning("no updates received", exc_info=error, extra={"seconds": seconds})


def webhook_path(token: str) -> str:
    """A path that only Telegram and we know, the same at every start."""
    return "/telegram/" + derived(token, "path")


def webhook_secret(token: str) -> str:
    return derived(token, "secret")


def derived(token: str, purpose: str) -> str:
    return hmac.new(token.encode(), b"wegwijs webhook " + purpose.encode(), sha256).hexdigest()


def webhook_app(inbox: Inbox, token: str) -> Starlette:
    """Takes updates at webhook_path(token); `/healthz` says whether Redis answers."""
    secret = webhook_secret(token)

    async def take(request: Request) -> Response:
        given = request.headers.get(SECRET_HEADER, "")
        if not hmac.compare_digest(given.encode(), secret.encode()):
            return PlainTextResponse("", 404)
        body = await read_body(request)
        if body is None:
            return PlainTextResponse("", 413)
        try:
            update = json.loads(body)
        except (ValueError, RecursionError):
            return PlainTextResponse("", 400)
        try:
            await inbox.store([update])
        except (RedisError, OSError) as error:
            meters.RECEIVE_FAILURES.inc()
            logger.warning("update not stored; Telegram will bring it again", exc_info=error)
            return PlainTextResponse("", 503)
        return PlainTextResponse("")

    async def health(request: Request) -> Response:
        try:
            await inbox.streams.redis.ping()
        except (RedisError, OSError):
            return PlainTextResponse("Redis does not answer\n", 503)
        return PlainTextResponse("ok\n")

    return Starlette(routes=[Route(webhook_path(token), take, methods=["POST"]), Route("/healthz", health)])


async def read_body(request: Request) -> bytes | None:
    """The body, None when it is larger than an update can be."""
    body = b""
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > BODY_BYTES:
                return None
    except ClientDisconnect:
        return None
    return body


class Webhook:
    """Serves the webhook on this machine and tells Telegram where it is reached from outside."""

    def __init__(self, bot: TelegramBot, inbox: Inbox, url: str, host: str, port: int) -> None:
        self.bot = bot
        self.address = url.rstrip("/") + webhook_path(bot.token)
        self.secret = webhook_secret(bot.token)
        app = webhook_app(inbox, bot.token)
        config = uvicorn.Config(app, host=host, port=port, log_config=None, access_log=False, ws="none", lifespan="off")
        self.server = QuietServer(config)

    async def run(self) -> None:
        await self.bot.set_webhook(self.address, secret_token=self.secret, allowed_updates=WANTED, max_connections=40)
        try:
            await self.server.serve()
        finally:
            self.server.should_exit = True
