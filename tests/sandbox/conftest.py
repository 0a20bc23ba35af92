"""A sandbox of its own for each test, a raw caller of its Bot API, and a small real bot that polls it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest_asyncio
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Message, Update
from telegram.constants import ChatAction, ParseMode
from telegram.ext import (
    Application,
    CallbackQueryHandler,
    CommandHandler,
    ContextTypes,
    MessageHandler,
    filters,
)

from sandbox.client import Person, SandboxClient
from sandbox.serving import serving

TOKEN = "1:sandbox"
Context = ContextTypes.DEFAULT_TYPE


@dataclass(frozen=True)
class BotApi:
    """Calls methods as any HTTP client would."""

    http: httpx.AsyncClient
    token: str = TOKEN

    async def ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        response = await self.http.post(f"/bot{self.token}/{method}", json=parameters)
        answer: dict[str, Any] = response.json()
        assert response.status_code == answer.get("error_code", 200)
        return answer

    async def result(self, method: str, **parameters: Any) -> Any:
        answer = await self.ask(method, **parameters)
        assert answer["ok"], answer
        return answer["result"]

    async def refusal(self, method: str, **parameters: Any) -> tuple[int, str]:
        answer = await self.ask(method, **parameters)
        assert not answer["ok"], answer
        return answer["error_code"], answer["description"]


@pytest_asyncio.fixture
async def url() -> AsyncIterator[str]:
    async with serving(TOKEN) as address:
        yield address


@pytest_asyncio.fixture
async def sandbox(url: str) -> AsyncIterator[SandboxClient]:
    async with SandboxClient(url) as client:
        yield client


@pytest_asyncio.fixture
async def api(url: str) -> AsyncIterator[BotApi]:
    async with httpx.AsyncClient(base_url=url, timeout=20, trust_env=False) as http:
        yield BotApi(http)


@pytest_asyncio.fixture
async def amina(sandbox: SandboxClient) -> Person:
    """Somebody who has pressed Start."""
    person = await sandbox.person("Amina", "ar")
    await person.starts()
    return person


def small_bot(url: str) -> Application[Any, Any, Any, Any, Any, Any]:
    """A real python-telegram-bot application that knows the sandbox only by its address."""
    builder = Application.builder().token(TOKEN).base_url(f"{url}/bot").base_file_url(f"{url}/file/bot")
    application = builder.build()
    application.add_handler(CommandHandler("start", welcome))
    application.add_handler(CallbackQueryHandler(choose))
    application.add_handler(MessageHandler(filters.VOICE, return_voice))
    application.add_handler(MessageHandler(filters.TEXT & filters.UpdateType.MESSAGE, repeat))
    return application


@pytest_asyncio.fixture
async def bot(url: str) -> AsyncIterator[Application[Any, Any, Any, Any, Any, Any]]:
    """The small bot, polling."""
    application = small_bot(url)
    async with application:
        await application.bot.set_my_commands([("start", "Begin"), ("language", "Choose a language")])
        assert application.updater
        await application.updater.start_polling(poll_interval=0, timeout=5)
        await application.start()
        yield application
        await application.updater.stop()
        await application.stop()


def message_of(update: Update) -> Message:
    assert update.effective_message
    return update.effective_message


async def welcome(update: Update, context: Context) -> None:
    rows = [
        [InlineKeyboardButton("العربية", callback_data="ar"), InlineKeyboardButton("Nederlands", callback_data="nl")]
    ]
    rows += [[InlineKeyboardButton("Website", url="https://www.belgium.be")]]
    text = f"<b>Welcome</b> {' '.join(context.args or [])}"
    await message_of(update).reply_text(text, parse_mode=ParseMode.HTML, reply_markup=InlineKeyboardMarkup(rows))


async def choose(update: Update, context: Context) -> None:
    assert update.callback_query
    await update.callback_query.answer("Saved")
    texts = {"ar": "أهلاً بك. اكتب سؤالك عن السكن أو العمل.", "nl": "Welkom. Schrijf uw vraag."}
    await update.callback_query.edit_message_text(texts[str(update.callback_query.data)])


async def return_voice(update: Update, context: Context) -> None:
    voice = message_of(update).voice
    assert voice
    content = await (await voice.get_file()).download_as_bytearray()
    await message_of(update).reply_voice(bytes(content), caption="Your voice")


async def repeat(update: Update, context: Context) -> None:
    await message_of(update).reply_chat_action(ChatAction.TYPING)
    await message_of(update).reply_text(f"You said: {message_of(update).text}")
