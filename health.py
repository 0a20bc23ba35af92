"""Health: where a process says that it lives, that it can work, and what it has counted.

Promise: on loopback unless the operator says otherwise, on a port of its own; and a process whose page cannot be served
works all the same.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

import uvicorn
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from redis.exceptions import RedisError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

import meters
from store import Redis

logger = logging.getLogger(__name__)
LOOK_SECONDS = 3.0
OK, AWAY = "ok\n", "Redis does not answer\n"


class QuietServer(uvicorn.Server):
    """Leaves signals to whoever runs the event loop."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def health_routes(redis: Redis, look: meters.Look | None = None) -> list[Route]:
    """/healthz: the process runs. /readyz: Redis answers it. /metrics: Prometheus' page; `look` reads the gauges first."""

    async def healthz(request: Request) -> Response:
        return PlainTextResponse(OK)

    async def readyz(request: Request) -> Response:
        return PlainTextResponse(OK) if await succeeds(redis.ping) else PlainTextResponse(AWAY, 503)

    async def metrics(request: Request) -> Response:
        meters.REDIS_UP.set(await succeeds(look or redis.ping))
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return [Route("/healthz", healthz), Route("/readyz", readyz), Route("/metrics", metrics)]


async def succeeds(work: Callable[[], Awaitable[object]]) -> bool:
    try:
        await asyncio.wait_for(work(), LOOK_SECONDS)
    except (RedisError, OSError, asyncio.TimeoutError):
        return False
    return True


async def serve_health(host: str, port: int, redis: Redis, look: meters.Look | None = None) -> None:
    """The three pages on a port of their own, until cancelled; port 0 is none."""
    if not port:
        return
    try:
        listening = socket.create_server((host, port))
    except OSError:
        # A second worker on one machine: it must not stop for want of a page.
        logger.warning("health port taken: this process has no page", extra={"role": "health"})
        return
    config = uvicorn.Config(
        Starlette(routes=health_routes(redis, look)), log_config=None, access_log=False, ws="none", lifespan="off",
        timeout_graceful_shutdown=1,
    )  # fmt: skip
    server = QuietServer(config)
    try:
        await server.serve([listening])
    finally:
        server.should_exit = True
        for one in getattr(server, "servers", ()):
            one.close()
        listening.close()
