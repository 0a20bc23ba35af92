"""The sandbox as a web application: the Bot API, the person side and the chat page, on one port."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.routing import Route

from sandbox import control, page
from sandbox.bot_api import bot_api, download
from sandbox.telegram import Telegram

DEFAULT_TOKEN = "1:sandbox"  # noqa: S105 - everybody may know it


def create_app(token: str = DEFAULT_TOKEN) -> Starlette:
    """A stand-in for Telegram that knows one bot; python-telegram-bot's base_url is `http://HOST:PORT/bot`."""
    telegram = Telegram(token)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        yield
        await telegram.close()

    routes = [
        Route("/bot{token}/{method}", bot_api, methods=["GET", "POST"]),
        Route("/file/bot{token}/{path:path}", download),
        *control.ROUTES,
        *page.ROUTES,
    ]
    app = Starlette(routes=routes, lifespan=lifespan)
    app.state.telegram = telegram
    return app
