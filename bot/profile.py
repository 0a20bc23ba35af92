"""Profile: what Telegram shows of the bot before anybody writes - its commands and descriptions, in every language."""

from __future__ import annotations

import logging

from telegram import BotCommand
from telegram.error import TelegramError

from bot.api import TelegramBot
from bot.commands import SHOWN
from content.compose import Asker, Composer
from content.model import FALLBACK_LANGUAGE, LANGUAGES

logger = logging.getLogger(__name__)

DESCRIPTION_CHARACTERS = 512
SHORT_DESCRIPTION_CHARACTERS = 120


async def set_profile(bot: TelegramBot, composer: Composer) -> None:
    """Register commands and descriptions where they changed; the bot works without, so a failure is only logged.

    Telegram knows two-letter codes only; `""` is for everybody whose language is not among ours.
    """
    for code in ("", *LANGUAGES):
        asker = Asker(code or FALLBACK_LANGUAGE)
        commands = [BotCommand(name, composer.say(asker, f"command.{name}")) for name in SHOWN]
        try:
            if list(await bot.get_my_commands(language_code=code)) == commands:
                continue
            await bot.set_my_description(composer.say(asker, "bot.description")[:DESCRIPTION_CHARACTERS], language_code=code)
            short = composer.say(asker, "bot.short_description")[:SHORT_DESCRIPTION_CHARACTERS]
            await bot.set_my_short_description(short, language_code=code)
            # Last: their being there is the sign that all of it is.
            await bot.set_my_commands(commands, language_code=code)
        except TelegramError as error:
            logger.warning("profile not set", exc_info=error, extra={"language": code})
