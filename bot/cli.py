"""The command `wegwijs bot`."""

from __future__ import annotations

import asyncio
import signal
from contextlib import suppress

import click
from telegram.error import NetworkError

from bot.api import TokenRefused, start_bot
from bot.danger import DangerError
from bot.house import ROLES, House
from bot.profile import set_profile
from logs import set_up_logs
from settings import Settings, SettingsError
from store import check_reachable, connect

WAIT_FOR_TELEGRAM_SECONDS = 30.0


@click.command()
@click.option("--only", type=click.Choice(ROLES), help="Run one part; start as many `work` and `send` as there is load.")
def bot(only: str | None) -> None:
    """Receive from Telegram, hold conversations, send replies."""
    settings = Settings.from_environment()
    set_up_logs(settings.log_level, settings.log_format)
    asyncio.run(run(settings, (only,) if only else ROLES))


async def run(settings: Settings, roles: tuple[str, ...]) -> None:
    """Until SIGINT or SIGTERM. Raises SettingsError or StoreError for what an operator can mend."""
    await check_redis(settings)
    try:
        house = House(settings)
    except DangerError as error:
        raise SettingsError(str(error)) from error
    try:
        await house.streams.agree_on_partitions()
        await greet_telegram(house)
        running = asyncio.create_task(house.run(roles))
        for one in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(one, running.cancel)
        profile = asyncio.create_task(set_profile(house.bot, house.composer)) if "receive" in roles else None
        with suppress(asyncio.CancelledError):
            await running
        if profile:
            profile.cancel()
    finally:
        await house.close()


async def check_redis(settings: Settings) -> None:
    redis = connect(settings)
    try:
        await check_reachable(redis)
    finally:
        await redis.close(close_connection_pool=True)


async def greet_telegram(house: House) -> None:
    try:
        await start_bot(house.bot, WAIT_FOR_TELEGRAM_SECONDS)
    except TokenRefused as error:
        raise SettingsError(str(error)) from error
    except NetworkError as error:
        place = house.settings.telegram_base_url
        raise SettingsError(f"{place} does not answer; is this machine online? (without a token: `wegwijs sandbox`)") from error
