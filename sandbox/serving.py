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


class Server(uvicorn.Server):
    """Ends long polls and live pages before it waits for them."""

    def __init__(self, token: str, host: str, port: int) -> None:
        app = create_app(token)
        super().__init__(configured(app, host, port))
        self._telegram: Telegram = app.state.telegram

    async def shutdown(self, sockets: list[socket] | None = None) -> None:
        self._telegram.stop()
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
    )


def serve(port: int, token: str = DEFAULT_TOKEN, host: str = "127.0.0.1") -> None:
    """Serve until Ctrl-C."""
    Server(token, host, port).run()


@asynccontextmanager
async def serving(token: str = DEFAULT_TOKEN) -> AsyncIterator[str]:
    """A sandbox on a free loopback port of this event loop; yields its address, `http://127.0.0.1:PORT`."""
    server = ServerInATest(token, "127.0.0.1", 0)
    task = asyncio.create_task(server.serve())
    while not server.started:
        if task.done():
            task.result()
            raise RuntimeError("the sandbox ended before it began")
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        await task
