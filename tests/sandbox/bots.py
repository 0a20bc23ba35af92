"""Who talks to the sandbox in its tests: a raw caller of the Bot API, and a small real bot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Message, Update
from telegram.constants import ChatAction, ParseMode
from telegram.ext import Application, CallbackQueryHandler, CommandHandler, ContextTypes, MessageHandler, filters

TOKEN = "1:sandbox"
Context = ContextTypes.DEFAULT_TYPE
SmallBot = Application[Any, Any, Any, Any, Any, Any]


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


def small_bot(url: str) -> SmallBot:
    """A real python-telegram-bot application that knows the sandbox only by its address."""
    builder = Application.builder().token(TOKEN).base_url(f"{url}/bot").base_file_url(f"{url}/file/bot")
    application = builder.build()
    application.add_handler(CommandHandler("start", welcome))
    application.add_handler(CallbackQueryHandler(choose))
    application.add_handler(MessageHandler(filters.VOICE, return_voice))
    application.add_handler(MessageHandler(filters.TEXT & filters.UpdateType.MESSAGE, repeat))
    return application


def message_of(update: Update) -> Message:
    assert update.effective_message
    return update.effective_message


async def welcome(update: Update, context: Context) -> None:
    rows = [[InlineKeyboardButton("العربية", callback_data="ar"), InlineKeyboardButton("Nederlands", callback_data="nl")]]
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
