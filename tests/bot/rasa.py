"""A stand-in for Rasa on a port: says what a test tells it to, and can be slow, wrong or gone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from content.reply import Reply

Say = Callable[[dict[str, Any]], list[Reply]]


def echo(message: dict[str, Any]) -> list[Reply]:
    """An answer that shows which message it is for."""
    language = message["metadata"]["language"] or "fr"
    return [Reply(f"answer to: {message['message']}", language, "answer", (), {"entry": "housing/lease", "misses": "0"})]


class StandIn:
    """`say` makes the replies; `seconds` it takes; `status` other than 200 is an error; `heard` are the messages."""

    def __init__(self) -> None:
        self.say: Say = echo
        self.seconds = 0.0
        self.status = 200
        self.body: Any = None
        self.heard: list[dict[str, Any]] = []
        self.port = 0

    async def receive(self, request: Request) -> Response:
        message = await request.json()
        self.heard.append(message)
        await asyncio.sleep(self.seconds)
        if self.status != 200:
            return JSONResponse({"error": "failed"}, self.status)
        if self.body is not None:
            return JSONResponse(self.body)
        return JSONResponse([reply.as_json() for reply in self.say(message)])


class ServerInATest(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def stand_in() -> AsyncIterator[StandIn]:
    rasa = StandIn()
    app = Starlette(routes=[Route("/webhooks/wegwijs/webhook", rasa.receive, methods=["POST"])])
    config = uvicorn.Config(
        app, host="127.0.0.1", port=0, log_config=None, ws="none", lifespan="off", timeout_graceful_shutdown=1
    )
    server = ServerInATest(config)
    task = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.01)
    rasa.port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield rasa
    finally:
        server.should_exit = True
        await task


def serve_stand_in(port: int, reply: Reply) -> None:
    """A process that answers every message with the same reply, at once."""
    rasa = StandIn()
    rasa.body = [reply.as_json()]
    app = Starlette(routes=[Route("/webhooks/wegwijs/webhook", rasa.receive, methods=["POST"])])
    uvicorn.run(app, host="127.0.0.1", port=port, log_config=None, access_log=False, ws="none", lifespan="off")
