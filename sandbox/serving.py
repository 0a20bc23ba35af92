"""The sandbox on a port: for a person at a terminal, or inside a test."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from socket import socket

import uvicorn
from starlette.applications import Starlette

from sandbox.app import DEFAULT_TOKEN, create_app
from sandbox.telegram import Telegram

GRACEFUL_SECONDS = 1
# Longer than clients keep an idle connection: one that closes it in the moment in which it is used again loses a request.
KEEP_ALIVE_SECONDS = 75
START_POLL_SECONDS = 0.01


class Server(uvicorn.Server):
    """Ends long polls and live pages before it waits for them."""

    async def shutdown(self, sockets: list[socket] | None = None) -> None:
        telegram = getattr(self.config.app.state, "telegram", None) if isinstance(self.config.app, Starlette) else None
        if isinstance(telegram, Telegram):
            telegram.stop()
        await super().shutdown(sockets)


class ServerInATest(Server):
    """Leaves Ctrl-C to whoever runs the event loop."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def configured(app: Starlette, host: str, port: int) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        host=host,
        port=port,
        ws="none",
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=GRACEFUL_SECONDS,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
    )


def serve(port: int, token: str = DEFAULT_TOKEN, host: str = "127.0.0.1") -> None:
    """Serve until Ctrl-C."""
    Server(configured(create_app(token), host, port)).run()


@asynccontextmanager
async def running(app: Starlette, port: int = 0) -> AsyncIterator[str]:
    """Any application on a loopback port of this event loop, a free one by default; yields `http://127.0.0.1:PORT`."""
    server = ServerInATest(configured(app, "127.0.0.1", port))
    task = asyncio.create_task(server.serve())
    while not (server.started or task.done()):  # noqa: ASYNC110 - uvicorn has no event to wait for
        await asyncio.sleep(START_POLL_SECONDS)
    if task.done():
        raise RuntimeError("the server ended before it began") from task.exception()
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        await task


@asynccontextmanager
async def serving(token: str = DEFAULT_TOKEN) -> AsyncIterator[str]:
    """A sandbox on a free loopback port of this event loop; yields its address."""
    async with running(create_app(token)) as address:
        yield address
