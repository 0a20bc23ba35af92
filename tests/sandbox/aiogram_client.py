"""A bot written with aiogram 3, run in its own environment: a second, independent reader of the sandbox's answers.

Usage: `.cache/aiogram/bin/python tests/sandbox/aiogram_client.py http://127.0.0.1:PORT TOKEN`. It prints "ready" and polls.
"""

# mypy: ignore-errors
# The project's own environment holds aiogram 2 (through Rasa); this file is written for aiogram 3.

from __future__ import annotations

import asyncio
import sys

from aiogram import Bot, Dispatcher, F
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.enums import ChatAction, ParseMode
from aiogram.exceptions import TelegramAPIError, TelegramRetryAfter, TelegramUnauthorizedError
from aiogram.filters import Command, CommandObject, CommandStart
from aiogram.types import (
    BotCommand,
    BotCommandScopeAllPrivateChats,
    BufferedInputFile,
    CallbackQuery,
    ChatMemberUpdated,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    MenuButtonCommands,
    Message,
)

dispatcher = Dispatcher()


@dispatcher.message(CommandStart())
async def start(message: Message, command: CommandObject) -> None:
    keyboard = InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text="Go", callback_data="go")]])
    await message.answer(f"<b>Hello</b> {command.args or ''}", parse_mode=ParseMode.HTML, reply_markup=keyboard)


@dispatcher.callback_query()
async def pressed(query: CallbackQuery) -> None:
    await query.answer("Gone")
    await query.message.edit_text("Edited by aiogram")
    await query.message.answer(await refusal(query.answer("again")))


@dispatcher.message(Command("refusals"))
async def refusals(message: Message, bot: Bot) -> None:
    """Try what Telegram refuses; answer with the words of each refusal."""
    own = await message.answer("same")
    attempts = [
        bot.send_message(message.chat.id, "x" * 4097),
        bot.send_message(message.chat.id, " "),
        bot.send_message(message.chat.id, "<b>open", parse_mode=ParseMode.HTML),
        bot.send_message(424242, "nobody"),
        own.edit_text("same"),
        bot.delete_message(message.chat.id, 999_999),
    ]
    await message.answer("\n".join([await refusal(attempt) for attempt in attempts]))


@dispatcher.message(Command("pace"))
async def pace(message: Message) -> None:
    try:
        await message.answer("this one fails")
    except TelegramRetryAfter as error:
        await message.answer(f"retry after {error.retry_after}")


@dispatcher.message(F.voice)
async def voice(message: Message, bot: Bot) -> None:
    content = (await bot.download(message.voice)).read()
    await bot.send_chat_action(message.chat.id, ChatAction.RECORD_VOICE)
    await message.answer_voice(BufferedInputFile(content, "voice.ogg"), caption=f"{len(content)} bytes")


@dispatcher.my_chat_member()
async def blocked(change: ChatMemberUpdated, bot: Bot) -> None:
    print(change.new_chat_member.status, await refusal(bot.send_message(change.from_user.id, "hello?")), flush=True)


async def refusal(attempt) -> str:
    try:
        return f"no refusal: {await attempt!r}"
    except TelegramAPIError as error:
        return f"{type(error).__name__}: {error.message}"


async def introduce(bot: Bot) -> None:
    """Every other method once; pydantic reads the answers."""
    await bot.set_my_commands([BotCommand(command="start", description="Begin")], BotCommandScopeAllPrivateChats(), "ar")
    assert len(await bot.get_my_commands(BotCommandScopeAllPrivateChats(), "ar")) == 1
    await bot.set_my_description("What it does")
    await bot.set_my_short_description("Short")
    await bot.set_my_name("Wegwijs", "nl")
    await bot.set_chat_menu_button(menu_button=MenuButtonCommands())
    assert (await bot.get_my_description()).description == "What it does"
    assert (await bot.get_webhook_info()).url == ""


async def main(url: str, token: str) -> None:
    session = AiohttpSession(api=TelegramAPIServer.from_base(url))
    async with Bot("2:wrong", session=session) as stranger:
        try:
            await stranger.get_me()
        except TelegramUnauthorizedError:
            print("stranger refused", flush=True)
    bot = Bot(token, session=session)
    await introduce(bot)
    print("ready", flush=True)
    await dispatcher.start_polling(bot, polling_timeout=5, handle_signals=False)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2]))
