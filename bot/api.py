"""API: the bot's line to Telegram, or to the sandbox in its place."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any
from urllib.parse import urlencode, urlsplit
from urllib.request import getproxies

from telegram import Bot
from telegram.error import InvalidToken, NetworkError, TelegramError, TimedOut
from telegram.request import BaseRequest, HTTPXRequest, RequestData

from bot.incoming import FileOf
from bot.line import Line, LineError, LineTimeout
from settings import Settings

ANSWER_SECONDS = 10.0
CONNECTIONS = 64
POLL_SECONDS = 25
FORM = "application/x-www-form-urlencoded"
# What we can do something with; Telegram sends nothing else.
WANTED = ["message", "edited_message", "callback_query", "my_chat_member"]
# Telegram lets bots download files up to 20 MB.
LARGEST_BYTES = 20 * 1024 * 1024


class TokenRefused(Exception):
    """Telegram does not know this token."""


class TooLarge(Exception):
    """A file that Telegram does not let bots download."""


class FetchFailed(Exception):
    """Telegram did not hand out the file."""


class QuickRequest(HTTPXRequest):
    """PTB's request over a Line; files go by way of httpx."""

    def __init__(self, address: str, connections: int, answer_seconds: float, trust_env: bool) -> None:
        times = (answer_seconds,) * 4
        super().__init__(connections, *times, httpx_kwargs={"trust_env": trust_env})
        self.line = Line(address)
        self.answer_seconds = answer_seconds

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        if method != "POST" or (request_data and request_data.contains_files):
            return await super().do_request(
                url, method, request_data, read_timeout, write_timeout, connect_timeout, pool_timeout
            )
        body = urlencode(request_data.json_parameters).encode() if request_data else b""
        limit = read_timeout if isinstance(read_timeout, (int, float)) else self.answer_seconds
        try:
            return await self.line.post(urlsplit(url).path, body, FORM, limit)
        except LineTimeout as error:
            raise TimedOut from error
        except LineError as error:
            raise NetworkError(str(error)) from error

    async def shutdown(self) -> None:
        self.line.close()
        await super().shutdown()


class TelegramBot(Bot):
    """PTB's bot, with updates as they came: an update that PTB cannot read would block all that come after it."""

    async def raw_updates(self, offset: int, limit: int = 100, wait_seconds: int = POLL_SECONDS) -> list[Any]:
        asked = {"offset": offset, "limit": limit, "timeout": wait_seconds, "allowed_updates": WANTED}
        updates = await self._post("getUpdates", asked, read_timeout=wait_seconds + ANSWER_SECONDS)
        return updates if isinstance(updates, list) else []

    def can_fetch(self, file: FileOf) -> bool:
        return file.size <= LARGEST_BYTES

    async def fetch(self, file: FileOf) -> bytes:
        """The bytes of a file a person sent. Raises TooLarge, FetchFailed."""
        if not self.can_fetch(file):
            raise TooLarge(file.kind)
        try:
            waiting = await self.get_file(file.id)
            if (waiting.file_size or 0) > LARGEST_BYTES:
                raise TooLarge(file.kind)
            content = bytes(await waiting.download_as_bytearray())
        except TelegramError as error:
            raise (TooLarge if "too big" in str(error) else FetchFailed)(file.kind) from error
        if len(content) > LARGEST_BYTES:
            raise TooLarge(file.kind)
        return content


def make_bot(settings: Settings) -> TelegramBot:
    base = settings.telegram_base_url
    # A proxy of the machine may lead to Telegram, never to the sandbox beside us.
    proxied = not settings.in_sandbox and "https" in getproxies()
    request = HTTPXRequest if proxied else partial(QuickRequest, base, trust_env=not settings.in_sandbox)
    calls, polls = request(CONNECTIONS, ANSWER_SECONDS), request(2, POLL_SECONDS + ANSWER_SECONDS)
    return TelegramBot(
        settings.token, base_url=f"{base}/bot", base_file_url=f"{base}/file/bot", request=calls, get_updates_request=polls
    )


async def start_bot(bot: TelegramBot, wait_seconds: float) -> None:
    """Ask Telegram who we are, waiting so long for it to answer at all. Raises TokenRefused, NetworkError."""
    end = asyncio.get_running_loop().time() + wait_seconds
    while True:
        try:
            return await bot.initialize()
        except InvalidToken as error:
            raise TokenRefused("Telegram refuses TELEGRAM_TOKEN; @BotFather shows you the right one") from error
        except NetworkError:
            if asyncio.get_running_loop().time() > end:
                raise
            await asyncio.sleep(0.5)
